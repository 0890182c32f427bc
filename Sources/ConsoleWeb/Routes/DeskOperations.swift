import HTTPTypes
import Entitlement
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

extension CallRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        [
            Operation(
                .post, "/api/v1/calls", "电话事件；振铃时答复这个号码上的每一位老人", by: DeskContext.roles, body: Body.self,
                refining: [
                    "event": .oneOf(CallEvent.self), "call_id": .matching("^[ -~]{1,128}$", sample: "20260302-0001"), "from": .text(sample: "09318000001"),
                    "to": .text(sample: "12349"),
                ], isIdempotent: false,
                answers: .json(
                    .object([
                        "call": .object(["id": .text(), "event": .oneOf(CallEvent.self)]), "elders": .array(.of(Shapes.callCard)),
                    ])), refuses: ["event_unknown", "call_id_invalid", "call_unknown", "phone_invalid"]),
            Operation(
                .post, "/api/v1/calls/{id}/note", "这通电话的结果", by: DeskContext.roles, body: Note.self, isIdempotent: false,
                answers: .json(.object(["id": .text(), "outcome": .text()])), refuses: ["call_unknown", "outcome_invalid"]),
        ]
    }
}

extension OrderRoutes: DescribedRoutes {
    static let orderBody: KeyValuePairs<String, Schema> = [
        "elder_id": .id, "item_code": .text(sample: "06001"), "caller": .text(sample: "本人"), "call_id": .text(), "note": .text(0...500),
        "preferred_provider": .text(sample: "P001"), "from_address": .text(), "to_address": .text(),
    ]
    private static let escalation = Schema.object([
        "level": .integer(1...2), "reason": .oneOf(EscalationReason.self), "at": .instant,
    ])
    static let orderCodes = [
        "elder_unknown", "item_unknown", "provider_unknown", "start_in_past", "start_too_far", "end_before_start", "quantity_out_of_range",
        "note_too_long", "price_expired", "elder_deceased", "elder_absent", "elder_not_registered",
    ]

    public static var operations: [Operation] {
        let (desk, known) = (DeskContext.roles, KnownContext.roles)
        func change(_ name: String, _ summary: String, _ codes: [String] = []) -> Operation {
            Operation(
                .post, "/api/v1/orders/{id}/\(name)", summary, by: desk, body: Reason.self,
                refining: ["reason_code": .text(1...33, sample: "elder_asked"), "note": .text()], answers: .json(.of(Shapes.order)),
                refuses: ["order_unknown", "illegal_transition", "not_allowed", "order_changed", "reason_missing"] + codes)
        }
        return [
            Operation(
                .post, "/api/v1/orders/quote", "报价：谁能来、各方付多少；不作承诺", by: desk, body: Body.self, refining: orderBody, isIdempotent: false,
                answers: .json(Shapes.quote), refuses: orderCodes),
            Operation(
                .post, "/api/v1/orders", "下单：预占补贴、选定服务商并派出", by: desk, body: Body.self, refining: orderBody,
                answers: .created(.of(Shapes.placedOrder)), refuses: orderCodes + ["order_twin", "entitlement_exhausted"]),
            Operation(
                .get, "/api/v1/orders", "工单列表，新的在前", by: desk,
                query: [
                    .init("state", .oneOf(OrderState.self), "状态。"), .init("elder", .id, "老人。"), .init("provider", .id, "服务商。"),
                    .init("day", .date, "服务日期。"),
                    .init("escalated", .integer(1...2), "只看等人处理的工单，等得最久的在前；1 为调度员及以上，2 为值班长。其他条件不再起作用。"),
                    .cursor, .limit(1...200, default: 50),
                ],
                answers: .json(
                    .object(["orders": .array(Shapes.order.schema.adding(["escalation": escalation.optional])), "next": Schema.cursor.nullable])),
                refuses: ["state_unknown", "day_invalid", "cursor_invalid", "cursor_mismatch"]),
            Operation(
                .get, "/api/v1/orders/{id}", "一张工单和它的经过；服务商只见与己有关的", by: known,
                answers: .json(.of(Shapes.orderFile), headers: ["ETag"], isConditional: true), refuses: ["order_unknown"]),
            Operation(
                .get, "/api/v1/orders/{id}/decision", "为什么派给这一家；服务商只见关于自己的理由", by: known,
                answers: .json(
                    .object([
                        "attempts": .array(
                            Shapes.decision.schema.adding([
                                "attempt": Schema.integer().nullable, "chosen": Schema.text(sample: "P001").nullable,
                            ]))
                    ])), refuses: ["order_unknown"]),
            change("cancel", "取消工单，退回预占", ["order_settled"]), change("fail", "标记未完成", ["order_settled"]),
            change("void", "作废工单（证实虚假或重复）", ["order_settled"]), change("reassign", "改派给下一家", []),
            change("reopen", "重新打开", ["order_settled", "start_in_past"]),
            Operation(
                .post, "/api/v1/orders/{id}/door-code", "重发门码：座席核实老人后在电话里告诉老人；此前的报错重新计数", by: desk, body: Reason.self,
                refining: ["reason_code": .text(1...33, sample: "elder_called"), "note": .text(0...500)],
                answers: .json(.object(["id": .id, "visit_code": .matching("^[0-9]{4}$", sample: "4821")])),
                refuses: ["order_unknown", "code_not_wanted", "reason_missing", "not_allowed"]),
            Operation(
                .post, "/api/v1/orders/{id}/callback", "电话回访结果", by: desk, body: CallbackBody.self,
                refining: [
                    "did": .text(), "minutes": .integer(0...1440, sample: 60), "paid_extra_fen": .integer(0...100_000_000, sample: 0),
                    "satisfaction": .integer(1...5, sample: 5), "answered_by": .text(sample: "elder"),
                    "received": .oneOf(["service", "meal", "goods"]),
                ], answers: .json(.of(Shapes.order)),
                refuses: ["order_unknown", "illegal_transition", "satisfaction_range", "amount_out_of_range", "received_unknown"]),
            Operation(
                .post, "/api/v1/orders/{id}/complaints", "登记投诉", by: desk, body: ComplaintBody.self,
                refining: ["text": .text(1...500, sample: "迟到一小时")], answers: .created(.of(Shapes.order)), refuses: ["order_unknown", "complaint_text"]),
        ]
    }
}

extension OrderRoutes.QuantityBody: DescribedValue {
    static var schema: Schema {
        Schema(["type": "number", "minimum": 0, "maximum": 1000, "multipleOf": .raw("0.01")], sample: .raw("2"))
            .described("大于 0，最多两位小数；也可写成文字")
    }
    static var placeholder: String { "1" }
}

extension RegistryRoutes: DescribedRoutes {
    private static let fields: KeyValuePairs<String, Schema> = [
        "number": .text(sample: "LZ00090001"), "name": .text(1...100, sample: "王示例"), "sex": .oneOf(Sex.self),
        "id_number": .formatted("cn-identity", sample: "11010519491231002X"),
        "phones": .array(.object(["number": .formatted("cn-phone", sample: "13900000001"), "label": Schema.text(sample: "本人").nullable.optional])),
        "region": .formatted("cn-street", sample: "620102001"), "lat": .number(-90...90, sample: "36.06"),
        "lon": .number(-180...180, sample: "103.83"), "ability_level": .integer(0...4), "preferred_provider": .text(sample: "P001"),
        "classes": .array(.formatted("elder-class", sample: "low_income"), 0...20),
    ]

    public static var operations: [Operation] {
        let desk = DeskContext.roles
        return [
            Operation(
                .get, "/api/v1/elders", "按电话、姓名、首字母、证件后四位或卡号找老人", by: desk,
                query: [.init("q", .text(0...100, sample: "wjg"), "要找的文字。"), .limit(1...50, default: 9)],
                answers: .json(.object(["elders": .array(.of(Shapes.elder))]))),
            Operation(
                .post, "/api/v1/elders", "建档；姓名、性别、出生日期、街道必填", by: desk, body: Body.self, refining: fields,
                requiring: ["name", "sex", "birthday", "region"], answers: .created(.of(Shapes.elder)),
                refuses: [
                    "field_missing", "name_length", "hidden_characters", "sex_unknown", "birthday_in_future", "birthday_too_early",
                    "id_number_invalid", "phone_invalid", "region_unknown", "place_invalid",
                    "class_unknown", "ability_range", "provider_unknown", "elder_exists", "card_taken",
                ]),
            Operation(
                .get, "/api/v1/elders/{id}", "档案", by: desk, answers: .json(.of(Shapes.elder), headers: ["ETag"], isConditional: true),
                refuses: ["elder_unknown"]),
            Operation(
                .patch, "/api/v1/elders/{id}", "更新档案中给出的字段", by: desk,
                headers: [.init("If-Match", .matching(#"^("[0-9]{1,9}"|[0-9]{1,9}|\*)$"#, sample: "\"7\""), "读取时的 ETag；档案已变时答 412。")], body: Body.self,
                refining: fields, answers: .json(.of(Shapes.elder), headers: ["ETag"]),
                refuses: ["elder_unknown", "if_match_invalid", "version_stale", "elder_changed", "card_taken"]),
            Operation(
                .post, "/api/v1/elders/{id}/status", "状态变更：住院、外出、去世……", by: desk, body: StatusBody.self,
                refining: ["status": .oneOf(ElderStatus.self)],
                answers: .json(Shapes.elder.schema.adding(["cancelled_orders": .array(.id)])),
                refuses: ["elder_unknown", "status_unknown", "status_in_future"]),
            Operation(
                .get, "/api/v1/catalog/items", "查服务项目；给出老人时说明现在各方付多少", by: KnownContext.roles,
                query: [
                    .init("q", .text(0...100, sample: "lifa"), "拼音、首字母、别名或编码。"), .init("elder", .id, "老人。"), .limit(1...400, default: 9),
                ],
                answers: .json(
                    .object([
                        "items": .array(
                            .object([
                                "code": .text(sample: "06001"), "name": .text(sample: "日常保洁"), "category": .text(), "unit": .text(), "mode": .text(),
                                "duration_min": .integer(), "price_type": .text().nullable, "guide_price_fen": Schema.fen.nullable,
                                "questions": .array(.text()), "funding": Schema.array(.of(Shapes.leg)).optional, "self_pay_fen": Schema.fen.optional,
                                "notes": Schema.array(.of(Shapes.note)).optional,
                            ]))
                    ])), refuses: ["elder_unknown"]),
        ]
    }
}
