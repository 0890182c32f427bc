import Entitlement
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /budgets?year= | finance | every budget of a year, how full it is |
/// | POST | /budgets | finance | sets what one grants; more than before waits for another person |
/// | GET | /budgets/{id}/burn-down | finance | month by month, and until when it lasts |
/// | POST | /budgets/{id}/overrides | finance | asks to go beyond it |
/// | GET | /budget-overrides | finance | grants and overrides that wait for a decision |
/// | POST | /budget-overrides/{id}/approve, reject | finance | by another person than the one who asked |
/// | GET | /settlements/{month}/meals[.csv] | finance | 助餐月报 |
/// | GET | /meals/held | finance | late swipes that wait for a decision |
/// | POST | /meals/held/{id}/accept, reject | finance | books one after all, or turns it down |
public struct BudgetRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("budgets", use: list)
        group.post("budgets", use: set)
        group.get("budgets/:id/burn-down", use: burnDown)
        group.post("budgets/:id/overrides", use: requestOverride)
        group.get("budget-overrides", use: overrides)
        group.post("budget-overrides/:id/approve") { try await decide($0, $1, approve: true) }
        group.post("budget-overrides/:id/reject") { try await decide($0, $1, approve: false) }
        group.get("settlements/:month/meals", use: meals)
        group.get("settlements/:month/meals.csv", use: mealsCSV)
        group.get("meals/held", use: held)
        group.post("meals/held/:id/accept") { try await decideHeld($0, $1, accept: true) }
        group.post("meals/held/:id/reject") { try await decideHeld($0, $1, accept: false) }
    }

    private func key(_ context: FinanceContext) throws -> BudgetKey {
        let text = try context.parameters.require("id")
        guard let key = BudgetKey(text.removingPercentEncoding ?? text) else {
            throw Rejection(.missing, "budget_unknown", "没有这个预算科目，编号形如 district_subsidy:2026:06:all。")
        }
        return key
    }

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let year = try request.integer("year", default: exchange.office.now.localDate.year, in: 2000...2399)
        let lines = try await ReadBudgets(exchange.office).all(year: year)
        return Exchange.json(["year": JSON(year), "budgets": .array(lines.map { Show.budget($0) })])
    }

    struct Body: Decodable, Sendable {
        let fund: String
        let year: Int
        let category: String?
        let region: String?
        let granted_fen: Int64
    }

    @Sendable func set(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.once(Body.self, request, context) { body in
            guard let key = BudgetKey("\(body.fund):\(body.year):\(body.category ?? "all"):\(body.region ?? "all")") else {
                throw Rejection(.invalid, "budget_invalid", "资金来源、年度或服务类别不对，请核对编码。", pointer: "/fund")
            }
            let step = try SetBudget(exchange.office).prepared(key, granted: Fen(body.granted_fen), by: context.caller)
            let office = exchange.office
            return { tx in
                switch try step(tx) {
                case .inForce(let stored):
                    Answer(status: 201, body: Show.budget(ReadBudgets(office).line(stored)).adding(["proposal": .null]).text)
                case .proposed(let proposal, let present):
                    Answer(
                        status: 201,
                        body: Show.budget(ReadBudgets(office).line(present ?? .unopened(key))).adding(["proposal": Show.override(proposal)]).text)
                }
            }
        }
    }

    @Sendable func burnDown(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(Show.burnDown(try await ReadBudgets(exchange.office).burnDown(try key(context))))
    }

    struct OverrideBody: Decodable, Sendable {
        let amount_fen: Int64
        let reason: String
    }

    @Sendable func requestOverride(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let key = try key(context)
        return try await exchange.once(OverrideBody.self, request, context) { body in
            let step = try OverrideBudget(exchange.office).request(key, amount: Fen(body.amount_fen), reason: body.reason, by: context.caller)
            return { tx in Answer(status: 201, body: Show.override(try step(tx)).text) }
        }
    }

    @Sendable func overrides(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(["overrides": .array(try await ReadBudgets(exchange.office).pending().map { Show.override($0) })])
    }

    func decide(_ request: Request, _ context: FinanceContext, approve: Bool) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Opinion.self, request, context) { body in
            let step = try OverrideBudget(exchange.office).decide(id, approve: approve, opinion: body.opinion ?? "", by: context.caller)
            return { tx in Answer(status: 200, body: Show.override(try step(tx)).text) }
        }
    }

    // MARK: Meals

    private func report(_ context: FinanceContext) async throws -> MealReport {
        try await ReadMealReport(exchange.office)(try context.month())
    }

    @Sendable func meals(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(Show.mealReport(try await report(context)))
    }

    @Sendable func mealsCSV(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let report = try await report(context)
        return Response(
            status: .ok,
            headers: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"meals-\(report.month).csv\""],
            body: .init(byteBuffer: ByteBuffer(string: report.csv(exchange.office.reference))))
    }

    @Sendable func held(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let misses = try await ReadCardMisses(exchange.office)()
        return Exchange.json([
            "held": .array(try await DecideHeldSwipe(exchange.office).all(.held).map { Show.held($0) }),
            "wrong_numbers": .array(
                misses.map { ["canteen": JSON($0.canteen), "date": JSON($0.day), "count": JSON($0.count), "last_at": JSON($0.last)] }),
        ])
    }

    struct HeldBody: Decodable, Sendable { let opinion: String }

    func decideHeld(_ request: Request, _ context: FinanceContext, accept: Bool) async throws -> Response {
        let id = SwipeID(try context.parameters.require("id"))
        return try await exchange.once(HeldBody.self, request, context) { body in
            let decide = DecideHeldSwipe(exchange.office)
            let step = try decide.prepared(try await decide.find(id), accept: accept, opinion: body.opinion, by: context.caller)
            return { tx in
                let served = try step(tx)
                let shown: JSON = ["state": JSON(accept ? "accepted" : "rejected"), "meal": served.map { Show.served($0) } ?? .null]
                return Answer(status: 200, body: shown.text)
            }
        }
    }
}
