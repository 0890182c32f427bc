import HTTPTypes
import Intake
import Kernel
import Orders
import Registry
import Web
import Workflow

extension StandingRoutes: DescribedRoutes {
    private static let fields: KeyValuePairs<String, Schema> = [
        "elder_id": .text(sample: "1j9q6rk3v0abcdefghjk"), "item_code": .text(sample: "06001"),
        "rrule": Schema.formatted("recurrence", sample: "FREQ=WEEKLY;BYDAY=MO,TH").described("RFC 5545 的 RRULE，或农历 LUNAR:9/9"),
        "note": .text(0...500), "preferred_provider": .text(sample: "P001").described("空文字：不再指定"), "from_address": .text(),
        "to_address": .text(), "exdates": .array(.date, 0...400), "rdates": .array(.date, 0...400), "holidays": .oneOf(HolidayPolicy.self),
        "version": Schema.integer(Int.min...Int.max, sample: 7).described("修改时：读取时的版本；也可用 If-Match"),
    ]
    private static let shape = Schema.object([
        "id": .id, "elder_id": .id, "item_code": .text(sample: "06001"), "state": .oneOf(StandingOrder.State.self),
        "reason_code": .text().nullable, "rrule": .text(sample: "FREQ=WEEKLY;BYDAY=MO,TH"), "rule": .text(sample: "每周一、周四"),
        "exdates": .array(.date), "rdates": .array(.date), "start": .text(sample: "08:30"), "end": Schema.text(sample: "10:00").nullable,
        "quantity": .text(sample: "1"), "note": .text(), "preferred_provider": .text().nullable, "from_address": .text().nullable,
        "to_address": .text().nullable, "valid_from": .date, "valid_until": Schema.date.nullable, "holidays": .oneOf(HolidayPolicy.self),
        "made_until": Schema.date.nullable, "created_at": .instant, "created_by": .text(), "version": .integer(),
    ])
    /// What a change did to the orders of the days ahead.
    private static let report = Schema.object(["made": .integer(), "unmet": .integer(), "refused": .integer(), "withdrawn": .integer()])
    private static let changedShape = shape.adding(["instances": report])
    private static let absenceShape = Schema.object([
        "id": .id, "elder_id": .id, "kind": .oneOf(Absence.Kind.self), "from": .date, "until": Schema.date.nullable, "note": .text(),
        "created_at": .instant, "created_by": .text(), "returned_at": Schema.instant.nullable,
    ])
    private static let planCodes = [
        "rrule_invalid", "lunar_invalid", "time_invalid", "end_before_start", "valid_until_before_from", "quantity_out_of_range", "note_too_long",
        "too_many_dates", "rule_never_fires", "holidays_unknown", "provider_unknown",
    ]

    public static var operations: [Operation] { plans + states + days + absences }

    private static var plans: [Operation] {
        let desk = DeskContext.roles
        return [
            Operation(
                .post, "/api/v1/standing-orders", "长期服务单：同一项服务反复地来；随即生成近日的工单", by: desk, body: StandingBody.self, refining: fields,
                requiring: ["elder_id", "item_code", "rrule", "start"], answers: .created(changedShape),
                refuses: planCodes + ["field_missing", "elder_unknown", "item_unknown", "elder_not_registered"]),
            Operation(
                .get, "/api/v1/standing-orders", "长期服务单列表，新的在前；给出老人时一次全部列出", by: desk,
                query: [
                    .init("elder", .id, "老人。"), .init("state", .oneOf(StandingOrder.State.self), "状态。"), .cursor, .limit(1...200, default: 50),
                ],
                answers: .json(.object(["standing_orders": .array(shape), "next": Schema.cursor.nullable])),
                refuses: ["state_unknown", "cursor_invalid", "cursor_mismatch"]),
            Operation(
                .get, "/api/v1/standing-orders/{id}", "一张长期服务单", by: desk, answers: .json(shape, headers: ["ETag"]),
                refuses: ["standing_order_unknown"]),
            Operation(
                .patch, "/api/v1/standing-orders/{id}", "修改计划中给出的字段，null 去掉可有可无的字段；老人和项目不能改", by: desk,
                headers: [
                    .init("If-Match", .matching(#"^("[0-9]{1,9}"|[0-9]{1,9}|\*)$"#, sample: "\"7\""), "读取时的 ETag；已被别人修改时答 409。")
                ], body: StandingBody.self, refining: fields, answers: .json(changedShape, headers: ["ETag"]),
                refuses: planCodes + [
                    "standing_order_unknown", "if_match_invalid", "standing_order_changed", "standing_order_ended", "standing_order_fixed",
                ]),
        ]
    }

    private static var states: [Operation] {
        func change(_ name: String, _ summary: String, needsReason: Bool = true) -> Operation {
            Operation(
                .post, "/api/v1/standing-orders/{id}/\(name)", summary, by: DeskContext.roles, body: ReasonBody.self,
                refining: ["reason_code": needsReason ? .text(1...33, sample: "elder_asked") : .text()],
                requiring: needsReason ? ["reason_code"] : [], answers: .json(changedShape),
                refuses: ["standing_order_unknown", "standing_order_state", "standing_order_changed"] + (needsReason ? ["reason_missing"] : []))
        }
        return [
            change("suspend", "暂停：撤回今后的工单，直到有人恢复"), change("resume", "恢复：重新生成近日的工单", needsReason: false),
            change("end", "终止：撤回今后的工单，不能再恢复"),
        ]
    }

    private static var days: [Operation] {
        let desk = DeskContext.roles
        let preview = Schema.object([
            "rule": .text(sample: "每周一、周四"),
            "occurrences": .array(.object(["occurrence": .date, "date": Schema.date.nullable, "skipped": .boolean])),
        ])
        return [
            Operation(
                .get, "/api/v1/standing-orders/{id}/instances", "每一天的工单，没有工单的说明原因", by: desk,
                query: [.init("from", .date, "第一天，默认今天。"), .init("until", .date, "最后一天，默认其后 30 天；相隔至多 400 天。")],
                answers: .json(
                    .object([
                        "instances": .array(
                            .object([
                                "occurrence": .date, "date": Schema.date.nullable, "state": .oneOf(ShownInstance.State.self),
                                "code": .text().nullable, "detail": .text().nullable, "order_id": Schema.id.nullable,
                                "order_number": Schema.text(sample: "260302-00042").nullable, "order_state": Schema.oneOf(OrderState.self).nullable,
                                "provider": Schema.text(sample: "P001").nullable, "start": Schema.instant.nullable, "end": Schema.instant.nullable,
                            ]))
                    ])), refuses: ["standing_order_unknown", "day_invalid", "range_invalid"]),
            Operation(
                .get, "/api/v1/standing-orders/{id}/preview", "接下来的日子", by: desk, query: [.limit(1...200, default: 10)],
                answers: .json(preview), refuses: ["standing_order_unknown"]),
            Operation(
                .post, "/api/v1/standing-orders/preview", "建单之前看接下来的日子；不保存", by: desk, query: [.limit(1...200, default: 10)],
                body: StandingBody.self, refining: fields, requiring: ["rrule", "start"], isIdempotent: false, answers: .json(preview),
                refuses: planCodes.filter { $0 != "provider_unknown" } + ["field_missing"]),
            Operation(
                .get, "/api/v1/standing-orders/refused", "今后没能生成工单的日子", by: desk, query: [.limit(1...500, default: 100)],
                answers: .json(
                    .object([
                        "instances": .array(
                            .object([
                                "standing_order": .id, "occurrence": .date, "date": .date, "code": .text().nullable, "detail": .text().nullable,
                                "since": .instant,
                            ]))
                    ]))),
        ]
    }

    private static var absences: [Operation] {
        let desk = DeskContext.roles
        let changed = absenceShape.adding(["instances": report])
        return [
            Operation(
                .get, "/api/v1/elders/{id}/absences", "外出登记", by: desk, answers: .json(.object(["absences": .array(absenceShape)])),
                refuses: ["elder_unknown"]),
            Operation(
                .post, "/api/v1/elders/{id}/absences", "登记住院、外出、入住机构；撤回期间长期服务单的工单", by: desk, body: AbsenceBody.self,
                refining: ["kind": .oneOf(Absence.Kind.self), "note": .text(0...500)], answers: .created(changed),
                refuses: ["elder_unknown", "absence_kind", "absence_range", "absence_overlaps", "note_too_long"]),
            Operation(
                .post, "/api/v1/elders/{id}/absences/{absence}/resume", "确认已返回；从这一天起重新生成工单", by: desk, body: ReturnBody.self,
                answers: .json(changed), refuses: ["absence_unknown", "absence_range", "absence_ended"]),
            Operation(
                .get, "/api/v1/absences/overdue", "应已返回而未确认的，等得最久的在前：请打电话", by: desk, query: [.limit(1...500, default: 100)],
                answers: .json(.object(["absences": .array(absenceShape)]))),
        ]
    }
}

extension StandingBody.TimeBody: DescribedValue {
    static var schema: Schema {
        Schema.anyOf([.matching("^([01][0-9]|2[0-3]):[0-5][0-9]$", sample: "08:30"), .instant])
            .described("当天的 HH:MM；给出时刻时，其日期为计划的第一天")
    }
    static var placeholder: String { "\"08:30\"" }
}
