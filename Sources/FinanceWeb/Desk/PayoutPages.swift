import Entitlement
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// 现金发放 and 结余失效: allowances and claims of a month, drawn up by one person and decided by another; what of grants nobody used.
///
/// | path | what |
/// |---|---|
/// | GET /finance/payouts?month= | by programme, with the buttons of whoever may press them |
/// | GET /finance/payouts/{month}/{programme}?after= | each payment, a page at a time, and what is asked to be taken back |
/// | POST /finance/payouts/{month}/{programme}/draw-up, approve, reject | the list of the month |
/// | POST /finance/payout-reversals | asks to take a payment back |
/// | POST /finance/payout-reversals/{id}/approve, reject | by another person |
/// | POST /finance/claims | one bill, answered at once |
/// | GET /finance/lapsed?month= | unused balances that lapse, by programme and street |
public struct PayoutPages: PageGroup {
    public let site: Site
    let read: ReadPayouts

    public init(_ site: Site) {
        self.site = site
        read = ReadPayouts(site.office)
    }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("payouts", use: payouts)
        group.get("payouts/:month/:programme", use: list)
        group.post("payouts/:month/:programme/draw-up", use: drawUp)
        group.post("payouts/:month/:programme/approve") { try await decide(true, $0, $1) }
        group.post("payouts/:month/:programme/reject") { try await decide(false, $0, $1) }
        group.post("payout-reversals", use: requestReversal)
        group.post("payout-reversals/:id/approve") { try await decideReversal(true, $0, $1) }
        group.post("payout-reversals/:id/reject") { try await decideReversal(false, $0, $1) }
        group.post("claims", use: claim)
        group.get("lapsed", use: lapsed)
    }

    private func month(_ request: Request) throws -> Month { try request.month() ?? office.now.localDate.month }

    @Sendable func payouts(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try month(request)
        return try pages.page(
            "payouts", .finance("现金发放", request, context),
            PayoutsModel(month, try await read(month), now: office.now, once: exchange.newFormKey, caller: context.caller))
    }

    @Sendable func drawUp(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        return try await exchange.formOnce(
            Nothing.self, request, context, keeping: IdempotencyKey.forMoney,
            inParts: { _ in
                _ = try await DrawUpAllowances(office)(programme, month, by: context.caller)
                return "/finance/payouts?month=\(month)"
            })
    }

    /// Payments a page.
    static let pageSize = 100

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        let after = request.query("after")
        let page = try await read.page(programme, month, after: after, limit: Self.pageSize)
        return try pages.page(
            "payout-list", .finance(page.line.programme.name, request, context),
            PayoutListModel(
                month, page, isLater: after != nil, isFull: page.payments.count == Self.pageSize, reference: office.reference, once: exchange.newFormKey,
                caller: context.caller))
    }

    struct Decision: Decodable, Sendable {
        let list: String?
        let opinion: String?
    }

    private func decide(_ approve: Bool, _ request: Request, _ context: FinanceContext) async throws -> Response {
        let (month, programme) = (try context.month(), try context.parameters.require("programme"))
        return try await exchange.formOnce(
            Decision.self, request, context, keeping: IdempotencyKey.forMoney,
            inParts: { form in
                _ = try await DecidePayouts(office)(
                    programme, month, list: form.list, approve: approve, opinion: form.opinion ?? "", by: context.caller)
                return "/finance/payouts?month=\(month)"
            })
    }

    struct Reversal: Decodable, Sendable {
        let payment: String
        let reason: String
    }

    @Sendable func requestReversal(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.formOnce(Reversal.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try ReversePayout(office).request(form.payment, reason: form.reason, by: context.caller)
            return { tx in Self.place(try step(tx)) }
        }
    }

    private func decideReversal(_ approve: Bool, _ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Opinion.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try ReversePayout(office).decide(id, approve: approve, opinion: form.opinion ?? "", by: context.caller)
            return { tx in Self.place(try step(tx)) }
        }
    }

    /// The page on which the payment stands.
    private static func place(_ reversal: PayoutReversal) -> String {
        "/finance/payouts/\(reversal.payment.month)/\(reversal.payment.leg.programme)"
    }

    struct Claim: Decodable, Sendable {
        let programme: String
        let provider: String
        let elder: String
        let number: String
        let item: String
        let date: String
        let price: String
    }

    @Sendable func claim(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.formOnce(Claim.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            guard let date = LocalDate(form.date) else { throw Rejection(.invalid, "bill_invalid", "服务日期应为 YYYY-MM-DD。", pointer: "/date") }
            let bill = Bill(number: form.number, item: form.item, date: date, price: try BudgetPages.yuan(form.price))
            let step = try FileClaim(office).one(
                form.programme, claimant: form.provider.isEmpty ? nil : ProviderID(form.provider),
                FileClaim.Entry(elder: ElderID(form.elder), bill: bill), by: context.caller)
            return { tx in "/finance/payouts?month=\(try step(tx).month)" }
        }
    }

    @Sendable func lapsed(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try month(request)
        return try pages.page(
            "lapsed", .finance("结余失效", request, context), LapsedModel(month, try await ReadLapses(office)(month), reference: office.reference))
    }
}
