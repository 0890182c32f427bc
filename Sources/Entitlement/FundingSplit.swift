import Catalog
import Kernel

/// The facts about an elder on the day of service that decide who pays.
public struct Beneficiary: Hashable, Sendable {
    public let classes: [String]
    public let age: Int
    public let district: String
    public let region: String
    public let abilityLevel: Int
    public let livesAlone: Bool
    public let cadre: String?
    public let groups: Set<String>

    public init(
        classes: [String], age: Int, district: String, region: String, abilityLevel: Int, livesAlone: Bool, cadre: String?,
        groups: Set<String> = []
    ) {
        self.classes = classes
        self.age = age
        self.district = district
        self.region = region
        self.abilityLevel = abilityLevel
        self.livesAlone = livesAlone
        self.cadre = cadre
        self.groups = groups
    }
}

public struct FundingRequest: Sendable {
    public let item: Item
    public let date: LocalDate
    public let minuteOfDay: Int
    public let payable: Fen
    public let beneficiary: Beneficiary

    public init(item: Item, date: LocalDate, minuteOfDay: Int, payable: Fen, beneficiary: Beneficiary) {
        self.item = item
        self.date = date
        self.minuteOfDay = minuteOfDay
        self.payable = payable
        self.beneficiary = beneficiary
    }
}

/// One elder's account with one programme in one period is found by this.
public struct BalanceKey: Hashable, Comparable, Sendable {
    public let programme: String
    public let period: String

    public init(programme: String, period: String) {
        self.programme = programme
        self.period = period
    }

    public static func < (a: BalanceKey, b: BalanceKey) -> Bool { (a.programme, a.period) < (b.programme, b.period) }
}

/// 额度余额: reserved + posted never exceeds granted.
public struct Balance: Hashable, Sendable {
    public let granted: Fen
    public let reserved: Fen
    public let posted: Fen

    public init(granted: Fen, reserved: Fen, posted: Fen) {
        self.granted = granted
        self.reserved = reserved
        self.posted = posted
    }

    public var available: Fen { max(.zero, granted - reserved - posted) }
}

/// What one leg takes from one period's grant.
public struct Draw: Hashable, Sendable {
    public let key: BalanceKey
    /// What the period grants: the store opens the account with it when there is none yet.
    public let granted: Fen
    public let amount: Fen

    public init(key: BalanceKey, granted: Fen, amount: Fen) {
        self.key = key
        self.granted = granted
        self.amount = amount
    }
}

/// 资金分摊: what one programme pays of one service.
public struct FundingLeg: Hashable, Sendable {
    public let fund: Fund
    public let programme: String
    public let version: Int
    public let amount: Fen
    public let draws: [Draw]

    public init(fund: Fund, programme: String, version: Int, amount: Fen, draws: [Draw]) {
        self.fund = fund
        self.programme = programme
        self.version = version
        self.amount = amount
        self.draws = draws
    }
}

/// Why a programme pays nothing or less, in words for the telephone.
public struct FundingNote: Hashable, Sendable {
    public let programme: String
    public let code: String
    public let message: String
    /// When it will pay again, where that is known.
    public let nextDate: LocalDate?

    public init(programme: String, code: String, message: String, nextDate: LocalDate? = nil) {
        self.programme = programme
        self.code = code
        self.message = message
        self.nextDate = nextDate
    }
}

/// Who pays what: the legs and the elder's own part always make up the whole.
public struct FundingSplit: Hashable, Sendable {
    public let payable: Fen
    public let legs: [FundingLeg]
    public let selfPay: Fen
    public let notes: [FundingNote]

    public init(payable: Fen, legs: [FundingLeg], notes: [FundingNote]) {
        self.payable = payable
        self.legs = legs
        self.notes = notes
        selfPay = payable - legs.map(\.amount).total
        precondition(selfPay >= .zero, "public money exceeds the price")
    }
}
