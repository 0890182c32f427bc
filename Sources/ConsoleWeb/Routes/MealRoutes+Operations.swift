import Entitlement
import HTTPTypes
import Kernel
import Store
import Web
import Workflow

extension MealRoutes: DescribedRoutes {
    private static let fields: KeyValuePairs<String, Schema> = [
        "card": .text(sample: "LZ00000001"), "qr": .text(sample: "MP0k3v9q1r6j4m2x8t5w7ab2"), "elder_id": .id, "canteen": .text(sample: "P001"),
        "slot": .oneOf(MealSlot.self), "item_code": .text(sample: "01001"), "device": .matching("^[ -~]{1,64}$", sample: "till-1"),
        "device_swipe_id": Schema.matching("^[ -~]{1,64}$", sample: "000042").described("刷卡机自己的流水号；同一号重发得到原结果"),
        "entry": Schema.oneOf([MealEntry.read.rawValue, MealEntry.typed.rawValue]).described("read：刷卡机读到了卡；typed 或不填：卡号由人报出，有每日配额"),
    ]
    /// Each swipe is judged for itself, so what is wrong with one is told in its result.
    private static let upload = Schema.read(from: Body.self).refining([
        "card": .text(sample: "LZ00000001"), "canteen": .text(sample: "P001"), "slot": .oneOf(MealSlot.self), "item_code": .text(sample: "01001"),
        "device": .text(sample: "till-1"), "device_swipe_id": .text(sample: "000042"),
        "entry": .oneOf([MealEntry.read.rawValue, MealEntry.typed.rawValue]),
    ])
    private static let served = Shapes.swipe.schema.adding([
        "device": .text(sample: "till-1"), "device_swipe_id": .text().nullable, "device_at": .instant, "received_at": .instant,
        "notes": .array(.of(Shapes.note)), "replayed": .boolean,
        "entry": Schema.oneOf(MealEntry.self).nullable, "doubt": Schema.oneOf(MealDoubt.self).nullable.described("不为空时照常供餐，结算时待核"),
    ])
    private static let held = Schema.object([
        "id": .id, "state": .oneOf(HeldSwipe.State.self), "canteen": .text(sample: "P001"), "slot": .oneOf(MealSlot.self),
        "device": .text(sample: "till-1"), "device_swipe_id": .text().nullable, "device_at": .instant, "received_at": .instant,
        "code": .text(sample: "swipe_too_late"), "detail": .text(),
    ])

    public static var operations: [Operation] { tills + passes }

    private static var tills: [Operation] {
        [
            Operation(
                .post, "/api/v1/meals", "就餐刷卡：一次完成供餐、补贴和记账", by: TillContext.roles, body: Body.self, refining: fields,
                answers: .created(served),
                refuses: [
                    "card_unknown", "card_mistyped", "numbers_refused", "cards_too_fast", "entry_unknown", "qr_unknown", "elder_unknown",
                    "canteen_unknown", "item_unknown", "not_your_canteen", "slot_unknown",
                    "meal_already_taken", "meal_day_limit", "swipe_too_late", "qr_expired", "item_not_offered", "canteen_suspended",
                    "canteen_licence", "entitlement_exhausted", "budget_exhausted", "device_missing", "device_swipe_invalid",
                    "device_swipe_reused", "device_time_in_future", "elder_not_registered",
                ]),
            Operation(
                .post, "/api/v1/meals/upload", "补传离线时的刷卡；每一条各有结果，可整批重发", by: TillContext.roles, body: UploadBody.self,
                refining: ["swipes": .array(upload, 1...UploadSwipes.limit)], isIdempotent: false,
                answers: .json(
                    .object([
                        "results": .array(
                            .object([
                                "result": .oneOf(["served", "replayed", "held", "refused"]), "meal": served.optional, "held": held.optional,
                                "code": Schema.text(sample: "card_unknown").optional, "detail": Schema.text().optional,
                            ]))
                    ])), refuses: ["upload_empty", "upload_too_long", "slot_unknown", "entry_unknown", "cards_too_fast"]),
            Operation(
                .post, "/api/v1/meals/{id}/reverse", "结算前撤销一次刷卡，退回补贴", by: TillContext.roles, body: ReverseBody.self,
                refining: ["reason": .text(1...200, sample: "刷错了人")],
                answers: .json(Shapes.swipe.schema.adding(["state": .oneOf(["reversed"])])),
                refuses: ["swipe_unknown", "swipe_settled", "reason_missing"]),
        ]
    }

    private static var passes: [Operation] {
        [
            Operation(
                .post, "/api/v1/elders/{id}/meal-pass", "开具就餐码，代替卡；只在这里给出一次", by: DeskContext.roles, body: PassBody.self,
                refining: ["days": .integer(1...MealPasses.daysLimit, sample: 30)],
                answers: .created(.object(["qr": .text(sample: "MP0k3v9q1r6j4m2x8t5w7ab2"), "until": .instant])),
                refuses: ["elder_unknown", "days_out_of_range"]),
            Operation(
                .post, "/api/v1/elders/{id}/meal-pass/revoke", "停用这位老人的全部就餐码", by: DeskContext.roles, body: Nothing.self,
                answers: .json(.object(["revoked": .integer()])), refuses: ["elder_unknown"]),
        ]
    }
}
