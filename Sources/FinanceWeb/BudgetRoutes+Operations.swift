import Catalog
import Entitlement
import HTTPTypes
import Kernel
import Registry
import Store
import Web
import Workflow

extension BudgetRoutes: DescribedRoutes {
    private static let roles = FinanceContext.roles
    private static let years = 2000...2399
    private static let amount = Schema.integer(1...Int(Fen.limit.amount), sample: 1_000_000)
    private static let opinion = Schema.text(0...200, sample: "同意")

    private static let budget = Schema.object([
        "id": .text(sample: "district_subsidy:2026:06:all"), "fund": .oneOf(Fund.self), "name": .text(sample: "2026 年区级服务补贴（助洁）"),
        "year": .integer(years, sample: 2026), "category": .text(sample: "06").nullable, "region": .text(sample: "620102001").nullable,
        "granted_fen": .fen, "extra_fen": .fen, "reserved_fen": .fen, "posted_fen": .fen, "available_fen": .fen,
        "level": .oneOf(["open", "warned", "exhausted"]),
    ])
    private static let burn = budget.adding([
        "months": .array(.object(["month": .month, "reserved_fen": .fen, "posted_fen": .fen, "services": .integer()])),
        "lasts_until": Schema.date.nullable.described("按今年以来的速度，用完的日子；用不完或没有用过为 null"),
    ])
    private static let request = Schema.object([
        "id": .id, "kind": .oneOf(OverrideRepository.Kind.self), "budget": .text(sample: "district_subsidy:2026:06:all"), "amount_fen": .fen,
        "reason": .text(),
        "state": .oneOf(OverrideRepository.State.self), "requested_by": .text(), "requested_at": .instant, "decided_by": .text().nullable,
        "opinion": .text().nullable,
    ])

    public static var operations: [Operation] { budgets + overrides + meals }

    private static var budgets: [Operation] {
        [
            Operation(
                .get, "/api/v1/budgets", "一个年度的全部预算科目及执行情况", by: roles,
                query: [.init("year", .integer(years, sample: 2026), "年度，默认今年。")],
                answers: .json(.object(["year": .integer(years, sample: 2026), "budgets": .array(budget)]))),
            Operation(
                .post, "/api/v1/budgets", "下达预算；调减立即生效，新设和调增由另一人批准（proposal 不为空）后生效", by: roles, body: Body.self,
                refining: [
                    "fund": .oneOf(Fund.self), "year": .integer(years, sample: 2026),
                    "category": .oneOf(["all"] + Category.allCases.map(\.rawValue)).described("省略为全部类别"),
                    "region": .formatted("cn-street", sample: "620102001").described("街道编码；省略为全部街道"),
                    "granted_fen": .integer(0...Int(Fen.limit.amount), sample: 50_000_000),
                ], answers: .created(budget.adding(["proposal": request.nullable])),
                refuses: ["budget_invalid", "amount_invalid", "region_unknown", "role_forbidden", "budget_below_spent", "budget_proposed"]),
            Operation(
                .get, "/api/v1/budgets/{id}/burn-down", "一个科目逐月用了多少，照此用到哪天；id 形如 district_subsidy:2026:06:all", by: roles,
                answers: .json(burn), refuses: ["budget_unknown"]),
        ]
    }

    private static var overrides: [Operation] {
        func decide(_ name: String, _ summary: String) -> Operation {
            Operation(
                .post, "/api/v1/budget-overrides/{id}/\(name)", summary, by: roles, body: Opinion.self, refining: ["opinion": opinion],
                answers: .json(request),
                refuses: ["override_unknown", "already_decided", "own_request", "opinion_too_long", "role_forbidden", "budget_below_spent"])
        }
        return [
            Operation(
                .post, "/api/v1/budgets/{id}/overrides", "申请超支特批，由另一人审批", by: roles, body: OverrideBody.self,
                refining: ["amount_fen": amount, "reason": .text(1...200, sample: "年末用量集中")], answers: .created(request),
                refuses: ["budget_unknown", "amount_invalid", "reason_missing", "role_forbidden"]),
            Operation(
                .get, "/api/v1/budget-overrides", "等待审批的下达（kind 为 grant）和超支申请（extra）", by: roles, answers: .json(.object(["overrides": .array(request)]))),
            decide("approve", "批准下达或超支申请，随即生效"), decide("reject", "驳回下达或超支申请"),
        ]
    }

    private static var meals: [Operation] {
        let held = Schema.object([
            "id": .id, "state": .oneOf(HeldSwipe.State.self), "canteen": .text(sample: "P001"), "slot": .oneOf(MealSlot.self),
            "device": .text(sample: "till-7"), "device_swipe_id": .text(sample: "0042").nullable, "device_at": .instant, "received_at": .instant,
            "code": .text(sample: "swipe_too_late"), "detail": .text(),
        ])
        let meal = Shapes.swipe.schema.adding([
            "device": .text(sample: "till-7"), "device_swipe_id": .text(sample: "0042").nullable, "device_at": .instant, "received_at": .instant,
            "notes": .array(.of(Shapes.note)), "replayed": .boolean,
        ])
        func decide(_ name: String, _ summary: String, _ state: HeldSwipe.State, _ codes: [String]) -> Operation {
            Operation(
                .post, "/api/v1/meals/held/{id}/\(name)", summary, by: roles, body: HeldBody.self,
                refining: ["opinion": .text(1...200, sample: "已与餐厅核实")],
                answers: .json(.object(["state": .oneOf([state.rawValue]), "meal": meal.nullable])),
                refuses: ["held_unknown", "opinion_missing", "already_decided", "role_forbidden"] + codes)
        }
        return [
            Operation(
                .get, "/api/v1/settlements/{month}/meals", "助餐月报：各餐厅每日每类老人的人次和金额", by: roles,
                answers: .json(
                    .object([
                        "month": .month, "meals": .integer(), "subsidy_fen": .fen, "self_pay_fen": .fen,
                        "lines": .array(
                            .object([
                                "canteen": .text(sample: "P001"), "date": .date, "class": .text(sample: "minimum_living"), "meals": .integer(),
                                "subsidy_fen": .fen, "self_pay_fen": .fen,
                            ])),
                    ])), refuses: ["month_invalid"]),
            Operation(
                .get, "/api/v1/settlements/{month}/meals.csv", "助餐月报，供表格程序打开", by: roles, answers: .text("text/csv"),
                refuses: ["month_invalid"]),
            Operation(.get, "/api/v1/meals/held", "等待处理的补传刷卡", by: roles, answers: .json(
                    .object([
                        "held": .array(held),
                        "wrong_numbers": .array(
                            .object(["canteen": .text(sample: "P001"), "date": .date, "count": .integer(), "last_at": .instant])
                        ).described("近期报错卡号较多的餐厅和日期"),
                    ]))),
            decide(
                "accept", "补记一次待核刷卡，按就餐当天计", .accepted,
                ["meal_already_taken", "meal_day_limit", "entitlement_exhausted", "budget_exhausted", "elder_not_registered", "qr_expired"]),
            decide("reject", "驳回一次待核刷卡", .rejected, []),
        ]
    }
}
