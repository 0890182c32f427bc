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

    public init(
        id: String, leg: FundingLeg, month: Month, elder: ElderID, claimant: String, bill: Bill? = nil, state: LegState = .reserved, madeBy: String,
        madeAt: Instant, decidedBy: String? = nil
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
    }
}
