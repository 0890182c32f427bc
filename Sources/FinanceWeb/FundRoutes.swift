import Entitlement
import Hummingbird
import Kernel
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET, POST | /funds | finance | the accounts of cadre funds, advances and aid; opens one |
/// | GET | /funds/{id} | finance | its payments, and who owes it |
/// | POST | /funds/{id}/top-up, stop | finance | more money; the last month of a nursing fee |
/// | POST | /funds/{id}/payments | finance | asks for a payment |
/// | GET | /fund-payments | finance | those that wait for a decision |
/// | POST | /fund-payments/{id}/approve, reject | finance | by another person than the one who asked |
/// | POST | /funds/{id}/repayments | finance | an advance comes back |
/// | POST | /nursing-fees/{month} | finance | pays every nursing fee of a month, once |
public struct FundRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("funds", use: list)
        group.post("funds", use: open)
        group.get("funds/:id", use: show)
        group.post("funds/:id/top-up", use: topUp)
        group.post("funds/:id/stop", use: stop)
        group.post("funds/:id/payments", use: ask)
        group.get("fund-payments", use: requested)
        group.post("fund-payments/:id/approve") { try await decide($0, $1, approve: true) }
        group.post("fund-payments/:id/reject") { try await decide($0, $1, approve: false) }
        group.post("funds/:id/repayments", use: repay)
        group.post("nursing-fees/:month", use: payNursing)
    }

    private var funds: ManageFunds { ManageFunds(exchange.office) }
    private func id(_ context: FinanceContext) throws -> FundAccountID { FundAccountID(try context.parameters.require("id")) }

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(["funds": .array(try await ReadFunds(exchange.office).all().map { Show.fund($0) })])
    }

    @Sendable func show(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(Show.fund(try await ReadFunds(exchange.office).detail(try id(context))))
    }

    struct OpenBody: Decodable, Sendable {
        let kind: String
        let holder: String
        let year: Int?
        let granted_fen: Int64?
        let monthly_fen: Int64?
        let first_month: String?
        let last_month: String?
    }

    @Sendable func open(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.once(OpenBody.self, request, context) { body in
            guard let kind = FundKind(rawValue: body.kind) else {
                throw Rejection(
                    .invalid, "fund_kind_unknown", "kind 应为 office、special_need、nursing_fee、medical_advance 或 one_off_aid。", pointer: "/kind")
            }
            let opening = ManageFunds.Opening(
                kind: kind, holder: body.holder, year: body.year, granted: Fen(body.granted_fen ?? 0), monthly: Fen(body.monthly_fen ?? 0),
                firstMonth: try body.first_month.map { try .read($0, at: "/first_month") },
                lastMonth: try body.last_month.map { try .read($0, at: "/last_month") })
            let step = try funds.open(opening, by: context.caller)
            return { tx in Answer(status: 201, body: Show.fund(try step(tx)).text) }
        }
    }

    struct AmountBody: Decodable, Sendable { let amount_fen: Int64 }

    @Sendable func topUp(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.once(AmountBody.self, request, context) { body in
            let step = try funds.topUp(id, by: Fen(body.amount_fen), context.caller)
            return { tx in Answer(status: 200, body: Show.fund(try step(tx)).text) }
        }
    }

    struct StopBody: Decodable, Sendable { let last_month: String }

    @Sendable func stop(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.once(StopBody.self, request, context) { body in
            let step = try funds.stopNursing(id, after: try .read(body.last_month, at: "/last_month"), by: context.caller)
            return { tx in Answer(status: 200, body: Show.fund(try step(tx)).text) }
        }
    }

    struct PaymentBody: Decodable, Sendable {
        let amount_fen: Int64
        let person: String?
        let reason: String
    }

    @Sendable func ask(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.once(PaymentBody.self, request, context) { body in
            let step = try PayFunds(exchange.office).request(
                id, amount: Fen(body.amount_fen), person: body.person, reason: body.reason, by: context.caller)
            return { tx in Answer(status: 201, body: Show.payment(try step(tx)).text) }
        }
    }

    @Sendable func requested(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(["payments": .array(try await ReadFunds(exchange.office).requested().map { Show.payment($0) })])
    }

    func decide(_ request: Request, _ context: FinanceContext, approve: Bool) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Opinion.self, request, context) { body in
            let step = try PayFunds(exchange.office).decide(id, approve: approve, opinion: body.opinion ?? "", by: context.caller)
            return { tx in Answer(status: 200, body: Show.payment(try step(tx)).text) }
        }
    }

    struct RepaymentBody: Decodable, Sendable {
        let person: String
        let amount_fen: Int64
        let note: String?
    }

    @Sendable func repay(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.once(RepaymentBody.self, request, context) { body in
            let step = try PayFunds(exchange.office).repay(
                id, person: body.person, amount: Fen(body.amount_fen), note: body.note ?? "", by: context.caller)
            return { tx in Answer(status: 201, body: Show.fund(try step(tx)).text) }
        }
    }

    @Sendable func payNursing(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = try PayNursingFees(exchange.office).prepared(month, by: context.caller)
            return { tx in
                let report = try step(tx)
                return Answer(
                    status: 200,
                    body: ([
                        "month": JSON(month.description), "paid": .array(report.paid.map { Show.payment($0) }),
                        "already_paid": JSON(report.alreadyPaid), "stopped": .array(report.stopped.map { JSON($0) }),
                        "waiting": .array(report.waiting.map { JSON($0) }),
                    ] as JSON).text)
            }
        }
    }
}
