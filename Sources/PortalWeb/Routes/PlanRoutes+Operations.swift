import HTTPTypes
import Kernel
import Matching
import Web
import Workflow

extension PlanRoutes: DescribedRoutes {
    private static let roles = ProviderContext.roles
    private static let day = Operation.Parameter("day", .date, "服务日期，默认今天。")
    private static let clock = Schema.matching("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", sample: "08:30")
    private static let clockOrNone = Schema.text(sample: "12:00").nullable

    private static let visit = Schema.object([
        "order_id": .id, "start": .instant, "end": .instant, "with_worker": Schema.text(sample: "W0002").nullable.described("两人同去时的另一位"),
        "late_min": .integer(), "is_pinned": .boolean, "is_moved": .boolean, "order": .of(Shapes.providerOrder),
    ])
    private static let plan = Schema.object([
        "provider": .text(sample: "P001"), "day": .date, "version": .integer(1...Int(Int32.max)), "made_at": .instant, "made_by": .text(),
        "visits": .integer(), "travel_min": .integer(), "late_min": .integer(), "moved": .integer(),
        "workers": .array(.object(["worker": .text(sample: "W0001"), "name": .text(), "visits": .array(visit)])),
        "unplaced": .array(.object(["order_id": .id, "code": .oneOf(RefusalCode.self), "reason": .text()])),
        "not_in_plan": .array(.id).described("接单后还没有排进来的工单"), "no_longer_held": .integer(),
        "is_stale": Schema.boolean.described("之后有变化，应再排一次；工单退出计划时 feed 中另有 plan.stale"),
    ])

    public static var operations: [Operation] { days + pins }

    private static var days: [Operation] {
        [
            Operation(
                .post, "/api/v1/provider/plan", "排当天的上门计划并派人；再排时尽量少改动", by: roles, query: [day], body: Nothing.self,
                answers: .created(plan), refuses: ["day_invalid", "plan_day_past", "plan_too_large", "plan_overtaken"]),
            Operation(
                .get, "/api/v1/provider/plan", "当天的上门计划", by: roles,
                query: [day, .init("version", .integer(1...Int(Int32.max)), "第几版，默认最新一版。")], answers: .json(plan),
                refuses: ["day_invalid", "plan_unknown"]),
            Operation(
                .get, "/api/v1/provider/plan.csv", "当天的上门计划，供表格程序打开", by: roles,
                query: [day, .init("worker", .text(sample: "W0001"), "只要这一位人员。")], answers: .text("text/csv"),
                refuses: ["day_invalid", "plan_unknown"]),
            Operation(
                .post, "/api/v1/provider/plan/shifts", "登记一位人员当天的班次、休息或不在；在班须写明 from 和 until", by: roles, query: [day],
                body: ShiftBody.self,
                refining: ["worker": .text(sample: "W0001"), "from": clock, "until": clock, "break_from": clock, "break_until": clock],
                answers: .json(
                    .object([
                        "day": .date, "worker": .text(sample: "W0001"), "absent": .boolean, "from": .text(sample: "08:30"),
                        "until": .text(sample: "17:30"), "break_from": clockOrNone, "break_until": clockOrNone,
                    ])),
                refuses: ["day_invalid", "time_invalid", "shift_times_missing", "shift_break_invalid", "shift_invalid", "worker_unknown", "plan_day_past"]),
        ]
    }

    private static var pins: [Operation] {
        let pinned: Schema = .object(["order_id": .id, "pinned": .boolean])
        return [
            Operation(
                .post, "/api/v1/provider/orders/{id}/pin", "固定一次上门的人员和时间；省略的以计划为准，没有计划以工单为准", by: roles, body: PinBody.self,
                refining: ["worker": .text(sample: "W0001"), "second_worker": .text(sample: "W0002")],
                answers: .json(
                    pinned.adding(["worker": .text(sample: "W0001"), "second_worker": .text(sample: "W0002").nullable, "start": .instant])),
                refuses: [
                    "order_unknown", "pin_order_state", "pin_worker_missing", "pin_worker_twice", "time_not_agreed",
                ] + ProviderRoutes.unfit),
            Operation(
                .post, "/api/v1/provider/orders/{id}/unpin", "取消固定", by: roles, body: Nothing.self, answers: .json(pinned),
                refuses: ["order_unknown", "pin_order_state", "pin_unknown"]),
        ]
    }
}
