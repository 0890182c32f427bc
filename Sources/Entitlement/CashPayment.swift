import Kernel
import Registry

/// 票据: a paper bill that is handed in to be reimbursed.
public struct Bill: Hashable, Sendable {
    /// As printed on it; a claimant hands in each once.
    public let number: String
    public let item: String
    /// The day of the service.
    public let date: LocalDate
    public let price: Fen

    public init(number: String, item: String, date: LocalDate, price: Fen) {
        self.number = number
        self.item = item
        self.date = date
        self.price = price
    }
}

/// 现金支付: a month's allowance of one elder, or a bill that is reimbursed.
public struct CashPayment: Hashable, Sendable {
    public let id: String
    public let leg: FundingLeg
    /// In which it is paid; a claim's is the month in which it is made.
    public let month: Month
    public let elder: ElderID
    /// Who has advanced the money of the bill: a provider, or the elder.
    public let claimant: String
    public let bill: Bill?
    /// Reserved until a second person has decided.
    public let state: LegState
    public let madeBy: String
    public let madeAt: Instant
    public let decidedBy: String?
    /// The month in which it was taken back; nil while it stands.
    public let reversedIn: Month?

    public init(
        id: String, leg: FundingLeg, month: Month, elder: ElderID, claimant: String, bill: Bill? = nil, state: LegState = .reserved, madeBy: String,
        madeAt: Instant, decidedBy: String? = nil, reversedIn: Month? = nil
    ) {
        self.id = id
        self.leg = leg
        self.month = month
        self.elder = elder
        self.claimant = claimant
        self.bill = bill
        self.state = state
        self.madeBy = madeBy
        self.madeAt = madeAt
        self.decidedBy = decidedBy
        self.reversedIn = reversedIn
    }
}

extension CashPayment {
    /// As papers and pages tell where it stands; only what is waiting or paid stands on one.
    public var stateName: String {
        guard state == .posted else { return "待审批" }
        return reversedIn.map { "已发放，\($0) 冲正" } ?? "已发放"
    }
}

/// 名单审批: what a second person has said about a list of cash payments.
public struct PayoutDecision: Hashable, Sendable {
    /// The fingerprint of the list, by which it was named.
    public let list: String
    public let programme: String
    public let month: Month
    public let count: Int
    public let amount: Fen
    public let isApproved: Bool
    public let opinion: String
    public let by: String
    public let at: Instant

    public init(list: String, programme: String, month: Month, count: Int, amount: Fen, isApproved: Bool, opinion: String, by: String, at: Instant) {
        self.list = list
        self.programme = programme
        self.month = month
        self.count = count
        self.amount = amount
        self.isApproved = isApproved
        self.opinion = opinion
        self.by = by
        self.at = at
    }
}

/// 发放冲正: takes back the whole of a cash payment that was wrong, in the month that is open then.
public struct PayoutReversal: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable { case requested, approved, rejected }

    public let id: String
    /// 被冲正的一笔
    public let payment: CashPayment
    public let reason: String
    public let requestedBy: String
    public let requestedAt: Instant
    public let state: State
    public let decidedBy: String?
    public let opinion: String?

    public init(
        id: String, payment: CashPayment, reason: String, requestedBy: String, requestedAt: Instant, state: State = .requested,
        decidedBy: String? = nil, opinion: String? = nil
    ) {
        self.id = id
        self.payment = payment
        self.reason = reason
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        self.state = state
        self.decidedBy = decidedBy
        self.opinion = opinion
    }
}
