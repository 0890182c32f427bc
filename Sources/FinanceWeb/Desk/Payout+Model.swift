import Catalog
import Entitlement
import Kernel
import Web
import Workflow

/// 现金发放, by programme.
struct PayoutsModel: Sendable {
    struct Row: Sendable {
        let code: String
        let name: String
        let fund: String
        let way: String
        let waiting: Int
        let waitingAmount: String
        let paid: Int
        let paidAmount: String
        let mayDrawUp: Bool
        let hasWaiting: Bool
        let mayDecide: Bool
        /// The fingerprint of the list that waits, and as much of it as people compare.
        let list: String
        let mark: String
        let unfinished: [Unfinished]
        let reversed: String?
    }

    /// A decision that was interrupted, with the button that goes on with it.
    struct Unfinished: Sendable {
        let list: String
        let word: String
        let by: String
        let opinion: String
        let action: String
        let mayAct: Bool

        init(_ decision: PayoutDecision, mayAct: Bool) {
            list = decision.list
            word = localized(term: decision.isApproved ? "批准" : "退回")
            by = decision.by
            opinion = decision.opinion
            action = decision.isApproved ? "approve" : "reject"
            self.mayAct = mayAct
        }
    }

    let month: String
    let before: String
    let after: String
    let rows: [Row]
    /// Programmes that take bills, for whoever may enter one.
    let claims: [Row]
    let hasClaims: Bool
    let once: String

    init(_ month: Month, _ lines: [ReadPayouts.Line], now: Instant, once: String, caller: Caller) {
        self.once = once
        (self.month, before, after) = (month.description, month.adding(-1).description, month.adding(1).description)
        let mayAct = caller.role != .auditor
        rows = lines.map { Row($0, isReached: month <= now.localDate.month, mayAct: mayAct) }
        claims = mayAct ? zip(rows, lines).filter { if case .claim = $0.1.payout { true } else { false } }.map(\.0) : []
        hasClaims = !claims.isEmpty
    }
}

extension PayoutsModel.Row {
    init(_ line: ReadPayouts.Line, isReached: Bool, mayAct: Bool) {
        code = line.programme.code
        name = line.programme.name
        fund = localized(term: line.programme.fund.name)
        way =
            switch line.payout.kind {
            case .service: localized("随服务抵付")
            case .monthly: localized("按月发放")
            case .claim: localized("凭据报销")
            }
        waiting = line.waiting.count
        waitingAmount = HTML.grouped(line.waiting.amount)
        paid = line.paid.count
        paidAmount = HTML.grouped(line.paid.amount)
        mayDrawUp = mayAct && isReached && line.payout.kind == .monthly
        hasWaiting = line.waiting.count > 0
        mayDecide = mayAct && line.waiting.count > 0
        list = line.waiting.sha256
        mark = String(line.waiting.sha256.prefix(8))
        unfinished = line.unfinished.map { PayoutsModel.Unfinished($0, mayAct: mayAct) }
        reversed = line.reversed.count > 0 ? localized("\(line.reversed.count) 笔 −\(HTML.grouped(line.reversed.amount))") : nil
    }
}

/// One programme's payments of a month.
struct PayoutListModel: Sendable {
    struct Payment: Sendable {
        let id: String
        let elder: String
        let bill: String
        let amount: String
        let version: Int
        let state: String
        let madeBy: String
        let decidedBy: String
        let mayReverse: Bool
    }

    struct Reversal: Sendable {
        let id: String
        let elder: String
        let what: String
        let amount: String
        let reason: String
        let by: String
        let at: String
        let mayDecide: Bool
    }

    let month: String
    let row: PayoutsModel.Row
    let payments: [Payment]
    let pager: Pager
    let reversals: [Reversal]
    let hasReversals: Bool
    let once: String

    /// - Parameters:
    ///   - isLater: others stand before this page.
    ///   - isFull: others may follow.
    init(_ month: Month, _ page: ReadPayouts.Page, isLater: Bool = false, isFull: Bool, reference: Reference, once: String, caller: Caller) {
        let mayAct = caller.role != .auditor
        self.month = month.description
        self.once = once
        row = PayoutsModel.Row(page.line, isReached: true, mayAct: mayAct)
        func elder(_ payment: CashPayment) -> String { page.elders[payment.elder].map { "\($0.number) \($0.name)" } ?? "" }
        func bill(_ payment: CashPayment) -> String {
            payment.bill.map { bill in
                "\(bill.number) · \(bill.date) · \(reference.catalogue.item(ItemCode(bill.item))?.name ?? bill.item) · \(HTML.grouped(bill.price))"
            } ?? ""
        }
        let asked = Set(page.reversals.map(\.payment.id))
        payments = page.payments.map { payment in
            Payment(
                id: payment.id, elder: elder(payment), bill: bill(payment), amount: HTML.grouped(payment.leg.amount), version: payment.leg.version,
                state: payment.reversedIn.map { localized("已发放，\($0) 冲正") } ?? localized(term: payment.stateName),
                madeBy: payment.madeBy, decidedBy: payment.decidedBy ?? "",
                mayReverse: mayAct && payment.state == .posted && payment.reversedIn == nil && !asked.contains(payment.id))
        }
        let address = "/finance/payouts/\(month)/\(page.line.programme.code)"
        let last = isFull ? page.payments.last : nil
        pager = Pager(first: isLater ? address : nil, next: last.map { "\(address)?after=\($0.id)" })
        reversals = page.reversals.map { reversal in
            Reversal(
                id: reversal.id, elder: elder(reversal.payment), what: "\(reversal.payment.month) \(bill(reversal.payment))",
                amount: HTML.grouped(reversal.payment.leg.amount), reason: reversal.reason, by: reversal.requestedBy,
                at: reversal.requestedAt.shown, mayDecide: mayAct && reversal.requestedBy != caller.name)
        }
        hasReversals = !reversals.isEmpty
    }
}

/// 结余失效, by programme and street.
struct LapsedModel: Sendable {
    struct Row: Sendable {
        let programme: String
        let region: String
        let elders: Int
        let granted: String
        let used: String
        let lapsed: String
    }

    let month: String
    let before: String
    let after: String
    let total: String
    let rows: [Row]

    init(_ month: Month, _ lines: [ReadLapses.Line], reference: Reference) {
        (self.month, before, after) = (month.description, month.adding(-1).description, month.adding(1).description)
        total = HTML.grouped(lines.map(\.lapsed).total)
        rows = lines.map {
            Row(
                programme: "\($0.programme) \($0.name)", region: reference.catalogue.region(ID($0.region))?.name ?? $0.region, elders: $0.elders,
                granted: HTML.grouped($0.granted), used: HTML.grouped($0.used), lapsed: HTML.grouped($0.lapsed))
        }
    }
}
