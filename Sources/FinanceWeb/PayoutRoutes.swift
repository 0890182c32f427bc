import Entitlement
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// Money of programmes that is paid in cash, and what of grants was never used.
///
/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /payouts/{month} | finance | by programme, what waits and what is paid |
/// | POST | /payouts/{month}/{programme}/draw-up | finance | a month's allowance for everyone eligible, only for those who are missing |
/// | POST | /payouts/{month}/{programme}/approve, reject | finance | by another person than who drew it up |
/// | POST | /claims | finance | paper bills of a programme, each judged at once |
/// | GET | /lapsed-balances/{month} | finance | unused balances that lapse in a month, by programme and street |
public struct PayoutRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("payouts/:month", use: list)
        group.post("payouts/:month/:programme/draw-up", use: drawUp)
        group.post("payouts/:month/:programme/approve", use: approve)
        group.post("payouts/:month/:programme/reject", use: reject)
        group.post("claims", use: claim)
        group.get("lapsed-balances/:month", use: lapsed)
    }

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return Exchange.json(["month": JSON(month.description), "programmes": .array(try await ReadPayouts(exchange.office)(month).map(Self.line))])
    }

    @Sendable func drawUp(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        let report = try await DrawUpAllowances(exchange.office)(programme, month, by: context.caller)
        return Exchange.json([
            "month": JSON(month.description), "programme": JSON(programme), "drawn": JSON(report.drawn), "amount_fen": JSON(report.amount),
            "already": JSON(report.already), "short": JSON(report.short),
        ])
    }

    struct ApproveBody: Decodable, Sendable { let opinion: String? }

    @Sendable func approve(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let body = try await exchange.decode(ApproveBody.self, request, context)
        return try await decide(context, approve: true, opinion: body.opinion ?? "")
    }

    struct RejectBody: Decodable, Sendable { let opinion: String }

    @Sendable func reject(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await decide(context, approve: false, opinion: try await exchange.decode(RejectBody.self, request, context).opinion)
    }

    private func decide(_ context: FinanceContext, approve: Bool, opinion: String) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        let report = try await DecidePayouts(exchange.office)(programme, month, approve: approve, opinion: opinion, by: context.caller)
        return Exchange.json([
            "month": JSON(month.description), "programme": JSON(programme), "count": JSON(report.count), "amount_fen": JSON(report.amount),
        ])
    }

    struct ClaimBody: Decodable, Sendable {
        struct BillBody: Decodable, Sendable {
            let elder: String
            let number: String
            let item: String
            let date: String
            let price_fen: Int64
        }

        let programme: String
        let provider: String?
        let bills: [BillBody]
    }

    @Sendable func claim(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.once(ClaimBody.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let entries = try body.bills.enumerated().map { index, bill in
                guard let date = LocalDate(bill.date) else {
                    throw Rejection(.invalid, "bill_invalid", "第 \(index + 1) 张票据的日期应为 YYYY-MM-DD。", pointer: "/bills/\(index)/date")
                }
                return FileClaim.Entry(
                    elder: ElderID(bill.elder), bill: Bill(number: bill.number, item: bill.item, date: date, price: Fen(bill.price_fen)))
            }
            let step = try FileClaim(exchange.office).prepared(
                body.programme, claimant: body.provider.map { ProviderID($0) }, entries, by: context.caller)
            return { tx in
                let judged = try step(tx)
                let paid = judged.compactMap { $0.payment?.leg.amount }
                return Answer(
                    status: 201,
                    body: (["amount_fen": JSON(paid.total), "payable": JSON(paid.count), "bills": .array(judged.map(Self.bill))] as JSON).text)
            }
        }
    }

    @Sendable func lapsed(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let lines = try await ReadLapses(exchange.office)(month)
        return Exchange.json([
            "month": JSON(month.description), "lapsed_fen": JSON(lines.map(\.lapsed).total),
            "lines": .array(
                lines.map {
                    [
                        "programme": JSON($0.programme), "name": JSON($0.name), "fund": JSON($0.fund.rawValue), "region": JSON($0.region),
                        "elders": JSON($0.elders), "granted_fen": JSON($0.granted), "used_fen": JSON($0.used), "lapsed_fen": JSON($0.lapsed),
                    ]
                }),
        ])
    }

    // MARK: Shown

    private static func line(_ line: ReadPayouts.Line) -> JSON {
        [
            "programme": JSON(line.programme.code), "name": JSON(line.programme.name), "fund": JSON(line.programme.fund.rawValue),
            "payout": JSON(line.payout.kind.rawValue), "waiting": JSON(line.waiting.count), "waiting_fen": JSON(line.waiting.amount),
            "paid": JSON(line.paid.count), "paid_fen": JSON(line.paid.amount),
        ]
    }

    private static func bill(_ judged: FileClaim.Judged) -> JSON {
        [
            "number": JSON(judged.entry.bill.number), "elder": JSON(judged.entry.elder), "payment": JSON(judged.payment?.id),
            "amount_fen": JSON(judged.payment?.leg.amount ?? .zero),
            "notes": .array(judged.notes.map { ["programme": JSON($0.programme), "code": JSON($0.code), "message": JSON($0.message)] }),
        ]
    }
}
