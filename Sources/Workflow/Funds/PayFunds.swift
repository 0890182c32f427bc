import Entitlement
import Kernel
import Registry
import Store

/// 用款: asked for by one person, decided by another, paid in one step with its entry.
public struct PayFunds: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func request(
        _ id: FundAccountID, amount: Fen, person: String?, reason: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> FundPayment {
        try ManageFunds.check(caller)
        let now = office.now
        let paymentID: ID<FundPayment> = office.newID(at: now)
        return { tx in
            let account = try tx.funds.require(id)
            let person = account.kind.needsPerson ? person : nil
            let hasReceived = try person.map { try tx.funds.hasReceived($0, from: id) } ?? false
            try account.check(request: amount, person: person, reason: reason, hasReceived: hasReceived)
            let payment = FundPayment(
                id: paymentID.text, account: id, person: person, amount: amount, reason: reason, requestedBy: caller.name, requestedAt: now)
            guard try tx.funds.insert(payment) else { throw StoreFault.failed("fund payment not inserted") }
            try ManageFunds.tell(
                tx, "fund.requested", account, by: caller, at: now, ["payment": JSON(payment.id), "amount_fen": JSON(amount)])
            return payment
        }
    }

    public func decide(
        _ paymentID: String, approve: Bool, opinion: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> FundPayment {
        try ManageFunds.check(caller)
        guard opinion.count <= 200 else { throw Rejection(.invalid, "opinion_too_long", "审批意见不超过 200 个字。", pointer: "/opinion") }
        let now = office.now
        return { tx in
            guard var payment = try tx.funds.payment(paymentID) else {
                throw Rejection(.missing, "payment_unknown", "没有这份用款申请，请核对编号。")
            }
            let account = try tx.funds.require(payment.account)
            // Checked for a refusal as well: nobody turns down what they have asked for, nor what is decided.
            let paid: FundAccount
            do {
                paid = try account.paying(payment, by: try tx.access.names(of: caller.name))
            } catch FundRefusal.notEnough where !approve {
                paid = account
            }
            payment.state = approve ? .paid : .rejected
            (payment.decidedBy, payment.opinion) = (caller.name, opinion)
            guard try tx.funds.decide(paymentID, payment.state, by: caller.name, opinion: opinion, at: now) else {
                throw FundRefusal.alreadyDecided()
            }
            if approve {
                try tx.funds.save(paid)
                try Self.post(tx, payment, account, at: now)
            }
            try ManageFunds.tell(
                tx, approve ? "fund.paid" : "fund.rejected", account, by: caller, at: now,
                ["payment": JSON(payment.id), "amount_fen": JSON(payment.amount)])
            return payment
        }
    }

    /// 归还: somebody pays an advance back, as when the insurer has reimbursed.
    public func repay(
        _ id: FundAccountID, person: String, amount: Fen, note: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> FundAccount {
        try ManageFunds.check(caller)
        guard note.count <= 200 else { throw Rejection(.invalid, "note_too_long", "备注不超过 200 个字。", pointer: "/note") }
        let now = office.now
        let repaymentID: ID<FundPayment> = office.newID(at: now)
        return { tx in
            let account = try tx.funds.require(id)
            let owed = try tx.funds.outstanding(id).first { $0.person == person }.map { $0.advanced - $0.repaid } ?? .zero
            let after = try account.repaid(amount, owed: owed)
            try tx.funds.save(after)
            try tx.funds.repay(repaymentID.text, id, person, amount, note: note, by: caller.name, at: now)
            try tx.ledger.append(
                [
                    Ledger.Posting(
                        .post, subject: id.text, debit: AccountName.fund(id.text), credit: AccountName.outstanding(id.text, person),
                        amount: amount)
                ], at: now)
            try ManageFunds.tell(tx, "fund.repaid", account, by: caller, at: now, ["amount_fen": JSON(amount)])
            return after
        }
    }

    static func post(_ tx: any Transaction, _ payment: FundPayment, _ account: FundAccount, at now: Instant) throws {
        let id = account.id.text
        try tx.ledger.append(
            [
                Ledger.Posting(
                    .post, subject: id,
                    debit: account.kind.isLoan ? AccountName.outstanding(id, payment.person ?? "") : AccountName.paid(id),
                    credit: AccountName.fund(id), amount: payment.amount)
            ], at: now)
    }
}

/// 发放护理费: every account that owes the month, once, however often it is run.
public struct PayNursingFees: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Report: Sendable {
        public var paid: [FundPayment] = []
        /// Accounts whose person has died before the month, by id: stopped, not paid.
        public var stopped: [FundAccountID] = []
        public var alreadyPaid = 0
        /// Opened by whoever runs it now: somebody else pays them.
        public var waiting: [FundAccountID] = []
    }

    /// The person who opened the account has approved the amount; whoever pays the month is the second.
    public func prepared(_ month: Month, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Report {
        try ManageFunds.check(caller)
        let (now, office) = (office.now, office)
        guard month <= now.localDate.month else {
            throw Rejection(.refused, "month_in_future", "\(month) 还没有到，不能提前发放护理费。", pointer: "/month")
        }
        return { tx in
            var report = Report()
            let own = try tx.access.names(of: caller.name)
            for account in try tx.funds.all() where account.owesNursing(month) {
                if let last = try Self.lastMonth(tx, account), last < month {
                    var stopped = account
                    stopped.lastMonth = last
                    try tx.funds.save(stopped)
                    try ManageFunds.tell(tx, "fund.stopped", account, by: caller, at: now, ["last_month": JSON(last.description)])
                    report.stopped.append(account.id)
                    continue
                }
                let opener = try tx.events.last("fund.opened", about: account.id.text)?.actor
                if opener.map(own.contains) ?? false, try !tx.funds.hasPaid(account.id, month) {
                    report.waiting.append(account.id)
                    continue
                }
                let id: ID<FundPayment> = office.newID(at: now)
                let payment = FundPayment(
                    id: id.text, account: account.id, person: account.holder, amount: account.monthly, month: month, reason: "护理费 \(month)",
                    state: .paid, requestedBy: "monthly", requestedAt: now, decidedBy: caller.name)
                guard try tx.funds.insert(payment, decidedAt: now) else {
                    report.alreadyPaid += 1
                    continue
                }
                try tx.funds.save(account.payingNursing())
                try ManageFunds.grant(tx, account, account.monthly, by: caller, at: now)
                try PayFunds.post(tx, payment, account, at: now)
                try ManageFunds.tell(
                    tx, "fund.paid", account, by: caller, at: now, ["payment": JSON(payment.id), "amount_fen": JSON(payment.amount)])
                report.paid.append(payment)
            }
            return report
        }
    }

    /// The month of a person's death is the last one paid.
    private static func lastMonth(_ tx: any Transaction, _ account: FundAccount) throws -> Month? {
        guard let elder = try tx.elders.facts(ElderID(account.holder)), elder.status.isDeath else { return nil }
        return elder.deathDate?.month
    }
}

/// What stands in the accounts, and what waits for a decision.
public struct ReadFunds: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Detail: Sendable {
        public let account: FundAccount
        public let payments: [FundPayment]
        public let outstanding: [(person: String, advanced: Fen, repaid: Fen)]
    }

    public func all() async throws -> [FundAccount] { try await office.read { tx in try tx.funds.all() } }
    public func requested() async throws -> [FundPayment] { try await office.read { tx in try tx.funds.requested() } }

    public func detail(_ id: FundAccountID) async throws -> Detail {
        try await office.read { tx in
            Detail(
                account: try tx.funds.require(id), payments: try tx.funds.payments(of: id),
                outstanding: try tx.funds.find(id)?.kind.isLoan == true ? try tx.funds.outstanding(id) : [])
        }
    }
}
