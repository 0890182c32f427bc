import Catalog
import Kernel
import Orders
import Registry

/// 结算候选: one service that asks to be paid, with every fact a check may look at.
///
/// A fact that was not recorded is nil; a check that needs it then finds that, instead of letting the line pass.
public struct Candidate: Hashable, Sendable {
    public enum Kind: String, Sendable { case order, meal }

    public struct Funding: Hashable, Sendable {
        public let fund: String
        public let programme: String
        public let amount: Fen

        public init(fund: String, programme: String, amount: Fen) {
            self.fund = fund
            self.programme = programme
            self.amount = amount
        }
    }

    public var kind: Kind
    /// Id of the order or swipe.
    public var subject: String
    public var number: String
    public var provider: ProviderID
    public var elder: ElderID
    public var elderDeath: LocalDate?
    public var item: ItemCode
    public var date: LocalDate
    public var createdAt: Instant
    public var isBackfilled: Bool
    public var quantity: Quantity
    public var unitPrice: Fen
    public var gross: Fen
    public var funding: [Funding]
    public var selfPay: Fen
    public var plannedMinutes: Int
    /// By the device's clock; nil for a meal.
    public var begin: Instant?
    public var end: Instant?
    public var worker: WorkerID?
    public var evidence: EvidenceLevel
    /// Rests on the provider's word alone: a visit on paper, a meal by a number that was told.
    public var isManual: Bool
    public var hasOpenComplaint: Bool
    /// The call-back says that nobody came, or that money was taken.
    public var callbackDenies: Bool

    /// When it was to begin; nil for a meal, and in what was frozen.
    public var plannedStart: Instant?

    /// Who came along, where two come.
    public var second: WorkerID?

    /// Of the order when it was read: only what has not changed since it was judged is paid.
    public var version = 0

    /// Who was served, as the register knows them; nil only in documents read back from a frozen statement.
    public var recipient: Recipient?
    /// What the two checks and the till say about where and by what the service was proven.
    public var proof = Proof()

    public init(
        kind: Kind, subject: String, number: String, provider: ProviderID, elder: ElderID, elderDeath: LocalDate? = nil, item: ItemCode,
        date: LocalDate, createdAt: Instant, isBackfilled: Bool = false, quantity: Quantity, unitPrice: Fen, gross: Fen,
        funding: [Funding], selfPay: Fen, plannedMinutes: Int = 0, begin: Instant? = nil, end: Instant? = nil, worker: WorkerID? = nil,
        evidence: EvidenceLevel, isManual: Bool = false, hasOpenComplaint: Bool = false, callbackDenies: Bool = false
    ) {
        self.kind = kind
        self.subject = subject
        self.number = number
        self.provider = provider
        self.elder = elder
        self.elderDeath = elderDeath
        self.item = item
        self.date = date
        self.createdAt = createdAt
        self.isBackfilled = isBackfilled
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.gross = gross
        self.funding = funding
        self.selfPay = selfPay
        self.plannedMinutes = plannedMinutes
        self.begin = begin
        self.end = end
        self.worker = worker
        self.evidence = evidence
        self.isManual = isManual
        self.hasOpenComplaint = hasOpenComplaint
        self.callbackDenies = callbackDenies
    }

    /// Sets who came along: nobody, where the one who was to come along has made the visit.
    public mutating func accompany(by second: WorkerID?) { self.second = second == worker ? nil : second }

    public var workers: [WorkerID] { [worker, second].compactMap { $0 } }
    public var subsidy: Fen {
        var sum = Fen.zero
        for leg in funding { sum += leg.amount }
        return sum
    }
}
