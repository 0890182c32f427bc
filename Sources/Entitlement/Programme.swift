import Kernel

/// 补贴项目: dated data that say for whom, for what and how much a fund pays.
public struct Programme: Hashable, Sendable {
    public let code: String
    public let name: String
    public let fund: Fund
    public let versions: [ProgrammeVersion]

    public init(code: String, name: String, fund: Fund, versions: [ProgrammeVersion]) {
        self.code = code
        self.name = name
        self.fund = fund
        self.versions = versions
    }
}

/// The rules of a programme over a span of days. A change of rules is a new version, never an edit.
public struct ProgrammeVersion: Hashable, Sendable {
    public var version: Int
    public var from: LocalDate
    public var until: LocalDate?
    /// True for amounts that are assumed until the district gives its own.
    public var isSample: Bool
    public var source: String
    public var eligibility: Eligibility
    public var scope: Scope
    public var benefit: Benefit
    /// The bill below which nothing is paid (last-dish rule: dine in for at least so much).
    public var minimumPayable: Fen?
    /// 运营补贴: what the provider gets beside the price for each service that this programme pays for. It is no part of the price, takes nothing
    /// of the elder's grants, and is paid with the statement of the month.
    public var providerBonus: Fen?
    /// What is paid at most in each period, and for which period a balance is kept.
    public var grants: [Grant]
    /// Programmes that never pay together with this one for the same service; whichever comes first in payer order does. Written on one side.
    public var excludes: [String]
    /// The only programmes beside which this one pays; empty: beside any.
    public var stacksWith: [String]
    /// What a change of class within a month does.
    public var classChange: ClassChange
    /// How it reaches the elder.
    public var payout: Payout
    /// True for a version after a deliberate pause, so that the days before it are not taken for a slip.
    public var followsPause: Bool

    public var span: DateSpan { DateSpan(from: from, until: until) }

    public init(
        version: Int, from: LocalDate, until: LocalDate? = nil, isSample: Bool = true, source: String = "",
        eligibility: Eligibility = Eligibility(), scope: Scope = Scope(), benefit: Benefit, minimumPayable: Fen? = nil,
        providerBonus: Fen? = nil, grants: [Grant] = [], excludes: [String] = [], stacksWith: [String] = [], classChange: ClassChange = .immediate,
        payout: Payout = .service, followsPause: Bool = false
    ) {
        self.version = version
        self.from = from
        self.until = until
        self.isSample = isSample
        self.source = source
        self.eligibility = eligibility
        self.scope = scope
        self.benefit = benefit
        self.minimumPayable = minimumPayable
        self.providerBonus = providerBonus
        self.grants = grants
        self.excludes = excludes
        self.stacksWith = stacksWith
        self.classChange = classChange
        self.payout = payout
        self.followsPause = followsPause
    }
}

/// 月中类别变动: from when a new class counts (local setting; vouchers by their rule from the next month).
public enum ClassChange: String, Decodable, CaseIterable, Sendable {
    /// From the day itself. An account opened under a larger grant keeps it.
    case immediate
    /// From the first day of the next month.
    case nextMonth = "next_month"
    /// From the day itself, and the period's grant is shared out by days.
    case proRata = "pro_rata"
}

/// For what it pays. Empty lists ask for nothing.
public struct Scope: Hashable, Sendable {
    public var categories: [String]
    public var items: [String]
    public var notItems: [String]
    /// Chinese words of the catalogue: `到店`, `上门` …
    public var modes: [String]
    /// Meals of the day; a request that names none, such as a question beforehand, fits any.
    public var slots: [MealSlot]
    /// Half-open span of minutes of the day, such as 660 ..< 810 for lunch.
    public var fromMinute: Int?
    public var untilMinute: Int?

    public init(
        categories: [String] = [], items: [String] = [], notItems: [String] = [], modes: [String] = [], slots: [MealSlot] = [],
        fromMinute: Int? = nil, untilMinute: Int? = nil
    ) {
        self.categories = categories
        self.items = items
        self.notItems = notItems
        self.modes = modes
        self.slots = slots
        self.fromMinute = fromMinute
        self.untilMinute = untilMinute
    }
}

/// How much it pays of one service.
public struct Benefit: Hashable, Sendable {
    public enum Kind: String, Decodable, CaseIterable, Sendable {
        /// A fixed amount a visit.
        case amount
        /// A share in basis points of what is still to be paid.
        case share
        /// All that is still to be paid, up to the grants.
        case rest
    }

    public var kind: Kind
    /// For everyone who is not in a table below: fen, or basis points.
    public var value: Int64
    /// By class code; of several classes the best counts.
    public var byClass: [String: Int64]
    /// By ability level.
    public var byAbility: [String: Int64]
    /// By age from which it counts.
    public var byAge: [String: Int64]
    /// By several conditions at once.
    public var rows: [TableRow]
    /// The most it pays of one visit; nil: no such limit.
    public var most: Fen?

    public init(
        kind: Kind, value: Int64 = 0, byClass: [String: Int64] = [:], byAbility: [String: Int64] = [:], byAge: [String: Int64] = [:],
        rows: [TableRow] = [], most: Fen? = nil
    ) {
        self.kind = kind
        self.value = value
        self.byClass = byClass
        self.byAbility = byAbility
        self.byAge = byAge
        self.rows = rows
        self.most = most
    }

    var table: Table { Table(value: value, byClass: byClass, byAbility: byAbility, byAge: byAge, rows: rows) }

    /// What it pays at most of what is still to be paid, rounded half up.
    func amount(of left: Fen, for who: Beneficiary) -> Fen {
        let full =
            switch kind {
            case .amount: Fen(table.value(for: who))
            case .share: left.share(basisPoints: table.value(for: who))
            case .rest: left
            }
        return min(left, most.map { min($0, full) } ?? full)
    }
}
