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
/// | GET | /payouts/{month}/{programme} | finance | each payment, and the list that waits with its fingerprint |
/// | POST | /payouts/{month}/{programme}/draw-up | finance | a month's allowance for everyone eligible, only for those who are missing |
/// | POST | /payouts/{month}/{programme}/approve, reject | finance | the list that was seen, by another person than who drew it up |
/// | GET | /payout-reversals?month= | finance | what is asked to be taken back, or was in a month |
/// | POST | /payout-reversals | finance | asks to take a payment back |
/// | POST | /payout-reversals/{id}/approve, reject | finance | by another person than who asked |
/// | POST | /claims | finance | paper bills of a programme, each judged at once |
/// | GET | /lapsed-balances/{month} | finance | unused balances that lapse in a month, by programme and street |
public struct PayoutRoutes: Sendable {
    let exchange: Exchange
    let read: ReadPayouts

    public init(_ exchange: Exchange) {
        self.exchange = exchange
        read = ReadPayouts(exchange.office)
    }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("payouts/:month", use: list)
        group.get("payouts/:month/:programme", use: payments)
        group.post("payouts/:month/:programme/draw-up", use: drawUp)
        group.post("payouts/:month/:programme/approve", use: approve)
        group.post("payouts/:month/:programme/reject", use: reject)
        group.get("payout-reversals", use: reversals)
        group.post("payout-reversals", use: requestReversal)
        group.post("payout-reversals/:id/approve") { try await decideReversal($0, $1, approve: true) }
        group.post("payout-reversals/:id/reject") { try await decideReversal($0, $1, approve: false) }
        group.post("claims", use: claim)
        group.get("lapsed-balances/:month", use: lapsed)
    }

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return Exchange.json(["month": JSON(month.description), "programmes": .array(try await read(month).map(Self.line))])
    }

    @Sendable func drawUp(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        let report = try await DrawUpAllowances(exchange.office)(programme, month, by: context.caller)
        return Exchange.json([
            "month": JSON(month.description), "programme": JSON(programme), "drawn": JSON(report.drawn), "amount_fen": JSON(report.amount),
            "already": JSON(report.already), "short": JSON(report.short),
        ])
    }

    @Sendable func payments(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        let (limit, list) = (try request.integer("limit", default: 100, in: 1...500), "payouts/\(month)/\(programme)")
        let page = try await read.page(programme, month, after: try request.cursor(list), limit: limit)
        return Exchange.json(
            Self.line(page.line).adding([
                "month": JSON(month.description), "payments": .array(page.payments.map(Self.payment)),
                "next": page.payments.count == limit ? JSON(page.payments.last.map { Cursor.text(after: $0.id, in: list) }) : .null,
            ]))
    }

    struct ApproveBody: Decodable, Sendable {
        let list_sha256: String?
        let opinion: String?
    }

    @Sendable func approve(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let body = try await exchange.decode(ApproveBody.self, request, context)
        return try await decide(context, list: body.list_sha256, approve: true, opinion: body.opinion ?? "")
    }

    struct RejectBody: Decodable, Sendable {
        let list_sha256: String?
        let opinion: String
    }

    @Sendable func reject(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let body = try await exchange.decode(RejectBody.self, request, context)
        return try await decide(context, list: body.list_sha256, approve: false, opinion: body.opinion)
    }

    private func decide(_ context: FinanceContext, list: String?, approve: Bool, opinion: String) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        let decision = try await DecidePayouts(exchange.office)(
            programme, month, list: list, approve: approve, opinion: opinion, by: context.caller)
        return Exchange.json(Self.decision(decision))
    }

    // MARK: Reversals

    @Sendable func reversals(_ request: Request, _ context: FinanceContext) async throws -> Response {
        Exchange.json(["reversals": .array(try await read.reversals(in: try request.month()).map(Self.reversal))])
    }

    struct ReversalBody: Decodable, Sendable {
        let payment: String
        let reason: String
    }

    @Sendable func requestReversal(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.once(ReversalBody.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try ReversePayout(exchange.office).request(body.payment, reason: body.reason, by: context.caller)
            return { tx in Answer(status: 201, body: Self.reversal(try step(tx)).text) }
        }
    }

    private func decideReversal(_ request: Request, _ context: FinanceContext, approve: Bool) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Opinion.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try ReversePayout(exchange.office).decide(id, approve: approve, opinion: body.opinion ?? "", by: context.caller)
            return { tx in Answer(status: 200, body: Self.reversal(try step(tx)).text) }
        }
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
            "list_sha256": line.waiting.count > 0 ? JSON(line.waiting.sha256) : .null, "paid": JSON(line.paid.count),
            "paid_fen": JSON(line.paid.amount), "reversed": JSON(line.reversed.count), "reversed_fen": JSON(line.reversed.amount),
            "unfinished": .array(line.unfinished.map(decision)),
        ]
    }

    private static func decision(_ decision: PayoutDecision) -> JSON {
        [
            "month": JSON(decision.month.description), "programme": JSON(decision.programme), "list_sha256": JSON(decision.list),
            "count": JSON(decision.count), "amount_fen": JSON(decision.amount), "approved": JSON(decision.isApproved),
            "opinion": JSON(decision.opinion), "by": JSON(decision.by), "at": JSON(decision.at),
        ]
    }

    private static func payment(_ payment: CashPayment) -> JSON {
        [
            "id": JSON(payment.id), "programme": JSON(payment.leg.programme), "version": JSON(payment.leg.version),
            "month": JSON(payment.month.description), "elder": JSON(payment.elder), "claimant": JSON(payment.claimant),
            "bill": payment.bill.map { bill in
                [
                    "number": JSON(bill.number), "item": JSON(bill.item), "date": JSON(bill.date.description), "price_fen": JSON(bill.price),
                ]
            } ?? .null,
            "amount_fen": JSON(payment.leg.amount), "state": JSON(payment.state.rawValue), "made_by": JSON(payment.madeBy),
            "decided_by": JSON(payment.decidedBy), "reversed_in": JSON(payment.reversedIn?.description),
        ]
    }

    private static func reversal(_ reversal: PayoutReversal) -> JSON {
        [
            "id": JSON(reversal.id), "payment": payment(reversal.payment), "reason": JSON(reversal.reason),
            "requested_by": JSON(reversal.requestedBy), "requested_at": JSON(reversal.requestedAt), "state": JSON(reversal.state.rawValue),
            "decided_by": JSON(reversal.decidedBy), "opinion": JSON(reversal.opinion),
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
