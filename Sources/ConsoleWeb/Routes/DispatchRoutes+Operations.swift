import HTTPTypes
import Kernel
import Registry
import Store
import Web
import Workflow

extension DispatchRoutes: DescribedRoutes {
    private static let tieShape = Schema.object([
        "kind": .oneOf(ElderTie.Kind.self), "value": .text(sample: "W0001"), "note": .text(), "at": .instant, "by": .text(),
    ])
    private static let noticeShape = Schema.object([
        "provider": .text(sample: "P001"), "state": Schema.oneOf(FranchiseState.self).nullable, "closed_days": .array(.date),
        "version": .integer(),
    ])
    private static let tieFields: KeyValuePairs<String, Schema> = [
        "kind": .oneOf(ElderTie.Kind.self),
        "value": .text(1...20, sample: "W0001").described("relative 为服务人员编号，refused_by 为服务商编号，language 为语言名称"),
        "note": .text(0...200, sample: "侄女").described("refused_by 必填"),
    ]

    public static var operations: [Operation] { orders + providers + ties }

    private static var orders: [Operation] {
        [
            Operation(
                .post, "/api/v1/dispatch/assign-day", "把一天所有待派的工单一次派给各服务商；可重复执行", by: DeskContext.roles, body: DayBody.self,
                isIdempotent: false,
                answers: .json(
                    .object([
                        "day": .date, "withdrawn": .integer(), "waiting": .integer(), "assigned": .integer(), "changed": .integer(),
                        "unassigned": .integer(),
                    ])), refuses: ["day_past"]),
            Operation(
                .post, "/api/v1/orders/{id}/accept", "电话代服务商接单，用于紧急工单", by: DeskContext.roles, body: Nothing.self,
                answers: .json(.of(Shapes.order)),
                refuses: ["order_unknown", "offer_gone", "offer_answered", "offer_expired", "illegal_transition", "not_allowed", "order_changed"]),
        ]
    }

    private static var providers: [Operation] {
        [
            Operation(
                .post, "/api/v1/providers/{id}/state", "变更加盟状态（管理员）；不能再接单时，其工单转给别家", by: [.admin], body: StateBody.self,
                refining: ["state": .oneOf(FranchiseState.self), "reason_code": .text(1...33, sample: "inspection")],
                answers: .json(noticeShape),
                refuses: ["provider_unknown", "state_unknown", "reason_missing", "state_not_reachable", "provider_changed"]),
            Operation(
                .post, "/api/v1/providers/{id}/closed-days", "登记或撤销歇业日；当天的工单转给别家", by: DeskContext.roles, body: ClosedDaysBody.self,
                refining: ["close": .array(.date), "open": .array(.date)], answers: .json(noticeShape),
                refuses: ["provider_unknown", "closed_days_empty", "closed_day_out_of_range", "provider_changed"]),
        ]
    }

    private static var ties: [Operation] {
        [
            Operation(
                .get, "/api/v1/elders/{id}/ties", "关系登记：亲属、不再服务的服务商、语言", by: DeskContext.roles,
                answers: .json(.object(["ties": .array(tieShape)])), refuses: ["elder_unknown"]),
            Operation(
                .post, "/api/v1/elders/{id}/ties", "登记一条关系；同一条再登记即更新", by: DeskContext.roles, body: TieBody.self, refining: tieFields,
                answers: .created(tieShape),
                refuses: [
                    "elder_unknown", "tie_kind_unknown", "worker_unknown", "provider_unknown", "note_missing", "note_too_long", "language_invalid",
                ]),
            Operation(
                .post, "/api/v1/elders/{id}/ties/remove", "删除一条关系", by: DeskContext.roles, body: TieBody.self, refining: tieFields,
                answers: .json(.object(["removed": .boolean])), refuses: ["tie_unknown", "tie_kind_unknown"]),
        ]
    }
}
