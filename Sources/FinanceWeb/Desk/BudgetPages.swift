import Entitlement
import Foundation
import Hummingbird
import Kernel
import Store
import Web
import Workflow

/// 预算: how full each one is, how long it lasts, and what is asked for beyond it.
///
/// | path | what |
/// |---|---|
/// | GET /finance/budgets?year= | all of a year, with what waits for a decision |
/// | POST /finance/budgets | sets one |
/// | GET /finance/budgets/{id} | month by month, as a line that burns down |
/// | POST /finance/budgets/{id}/override | asks for more |
/// | POST /finance/overrides/{id}/approve, reject | by another person |
public struct BudgetPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("budgets", use: budgets)
        group.post("budgets", use: set)
        group.get("budgets/:id", use: budget)
        group.post("budgets/:id/override", use: request)
        group.post("overrides/:id/approve") { try await decide(true, $0, $1) }
        group.post("overrides/:id/reject") { try await decide(false, $0, $1) }
    }

    @Sendable func budgets(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let year = try request.integer("year", default: office.now.localDate.year, in: 2000...2399)
        let read = ReadBudgets(office)
        let lines = try await read.all(year: year)
        return try pages.page(
            "budgets", .finance("预算", request, context),
            BudgetsModel(year, lines, pending: try await read.pending(), once: exchange.newFormKey, caller: context.caller))
    }

    private func key(_ context: FinanceContext) throws -> BudgetKey {
        let text = try context.parameters.require("id")
        guard let key = BudgetKey(text.removingPercentEncoding ?? text) else {
            throw Rejection(.missing, "budget_unknown", "没有这个预算科目，请回到预算页重新选择。")
        }
        return key
    }

    @Sendable func budget(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let burn = try await ReadBudgets(office).burnDown(try key(context))
        return try pages.page(
            "budget", .finance("预算", request, context),
            BudgetModel(burn, once: exchange.newFormKey, caller: context.caller, title: pages.messages["budget.burn", request.language] ?? ""))
    }

    struct Grant: Decodable, Sendable {
        let fund: String
        let year: Int
        /// Empty for all.
        let category: String?
        let amount: String
    }

    @Sendable func set(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.formOnce(Grant.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let category = form.category.flatMap { $0.isEmpty ? nil : $0 } ?? "all"
            guard let key = BudgetKey("\(form.fund):\(form.year):\(category):all") else {
                throw Rejection(.invalid, "budget_invalid", "资金来源、年度或服务类别不对，请重新选择。", pointer: "/fund")
            }
            let step = try SetBudget(office).prepared(key, granted: try Self.yuan(form.amount), by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/budgets?year=\(key.year)"
            }
        }
    }

    struct Wish: Decodable, Sendable {
        let amount: String
        let reason: String
    }

    @Sendable func request(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let key = try key(context)
        return try await exchange.formOnce(Wish.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try OverrideBudget(office).request(key, amount: try Self.yuan(form.amount), reason: form.reason, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/budgets?year=\(key.year)"
            }
        }
    }

    private func decide(_ approve: Bool, _ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Opinion.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try OverrideBudget(office).decide(id, approve: approve, opinion: form.opinion ?? "", by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/budgets"
            }
        }
    }

    /// Yuan as people write and paste them: `１，２００．５０`, `¥1,200.50`, `−3.05 元`.
    static func yuan(_ text: String) throws -> Fen {
        guard let amount = Fen(pasted: text) else {
            throw Rejection(.invalid, "amount_invalid", "金额请写成元，例如 1200 或 1200.50。", pointer: "/amount")
        }
        return amount
    }
}
