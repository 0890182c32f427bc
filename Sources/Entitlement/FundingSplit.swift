import Catalog
import Kernel

/// One service of one elder, as the programmes look at it.
public struct FundingRequest: Sendable {
    public let item: Item
    public let date: LocalDate
    public let minuteOfDay: Int
    /// The meal of the day, where the service is a swipe.
    public let slot: MealSlot?
    /// The price before the enterprise's discount.
    public let listPrice: Fen
    /// What is to be paid by all together.
    public let payable: Fen
    public let beneficiary: Beneficiary

    public init(
        item: Item, date: LocalDate, minuteOfDay: Int, slot: MealSlot? = nil, listPrice: Fen? = nil, payable: Fen, beneficiary: Beneficiary
    ) {
        self.item = item
        self.date = date
        self.minuteOfDay = minuteOfDay
        self.slot = slot
        self.listPrice = max(listPrice ?? payable, payable)
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

    static let countMark = "n/"
    /// Whether the account counts services, one unit each, and not fen.
    public var isCount: Bool { period.hasPrefix(Self.countMark) }

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

    public var used: Fen { reserved + posted }
    public var available: Fen { max(.zero, granted - used) }
}

/// What one leg takes from one period's grant.
public struct Draw: Hashable, Sendable {
    public let key: BalanceKey
    /// What the period grants: the store opens the account with it when there is none yet, and raises a smaller one to it.
    public let granted: Fen
    /// Fen; in an account that counts services (``BalanceKey/isCount``) one unit a service.
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
    /// 运营补贴: what the provider gets beside the price because this programme pays for the service.
    public let bonus: Fen
    public let draws: [Draw]
    /// The budgets that bear amount and bonus, each of them the whole of it.
    public let budgets: [BudgetKey]

    public init(
        fund: Fund, programme: String, version: Int, amount: Fen, bonus: Fen = .zero, draws: [Draw], budgets: [BudgetKey] = []
    ) {
        self.fund = fund
        self.programme = programme
        self.version = version
        self.amount = amount
        self.bonus = bonus
        self.draws = draws
        self.budgets = budgets
    }

    /// All that it takes from each of its budgets.
    public var borne: Fen { amount + bonus }
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

    /// Whether the elder would be paid for but for the moment or the amount: worth saying unasked.
    public var isWorthSaying: Bool {
        nextDate != nil || ["exhausted", "budget_exhausted", "below_minimum", "not_fundable"].contains(code)
    }
}

/// Who pays what: the legs and the elder's own part always make up the whole.
public struct FundingSplit: Hashable, Sendable {
    public let listPrice: Fen
    public let payable: Fen
    public let legs: [FundingLeg]
    public let selfPay: Fen
    public let notes: [FundingNote]

    /// - Precondition: the legs do not exceed what is payable.
    public init(listPrice: Fen? = nil, payable: Fen, legs: [FundingLeg], notes: [FundingNote]) {
        self.listPrice = max(listPrice ?? payable, payable)
        self.payable = payable
        self.legs = legs
        self.notes = notes
        selfPay = payable - legs.map(\.amount).total
        precondition(selfPay >= .zero)
    }

    /// 企业让利: what the provider charges less than the list price.
    public var discount: Fen { listPrice - payable }

    /// The answer as an operator reads it out: who pays what, and what is not paid now but will be, or why not.
    public var spoken: String {
        let price = discount > .zero ? "原价\(listPrice)，企业让利\(discount)，应付\(payable)" : "应付\(payable)"
        let shares = legs.map { "\($0.fund.name)付\($0.amount)" } + [selfPay > .zero || legs.isEmpty ? "自付\(selfPay)" : "不用自付"]
        return ([price + "：" + shares.joined(separator: "，")] + notes.filter(\.isWorthSaying).map(\.message)).joined(separator: "。") + "。"
    }
}
