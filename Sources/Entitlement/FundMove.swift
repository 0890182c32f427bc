import Kernel

/// Where a leg stands; nil before it is written.
public enum LegState: String, CaseIterable, Sendable {
    case reserved, posted, released
}

/// 资金动作: all that can happen to money promised for a service. Each moves the elder's account, the budgets and the ledger together.
public enum FundMove: String, CaseIterable, Sendable {
    /// 预占: on dispatch.
    case reserve
    /// 确认: on verification.
    case post
    /// 释放: on cancellation before the visit.
    case release
    /// 冲正: takes back what was posted.
    case reverse
    /// 退回预占: an order reopened before its month is closed.
    case reopen
    /// 即时核销: reserved and posted in one step, for a swipe.
    case spend

    /// The state a leg must be in; a move of a leg in any other state does nothing, so that one that is repeated moves nothing twice.
    public var from: LegState? {
        switch self {
        case .reserve, .spend: nil
        case .post, .release: .reserved
        case .reverse, .reopen: .posted
        }
    }

    public var to: LegState {
        switch self {
        case .reserve, .reopen: .reserved
        case .post, .spend: .posted
        case .release, .reverse: .released
        }
    }

    /// What it adds to the reserved amount, for each fen moved.
    public var reserved: Int64 {
        switch self {
        case .reserve, .reopen: 1
        case .post, .release: -1
        case .reverse, .spend: 0
        }
    }

    /// What it adds to the posted amount, for each fen moved.
    public var posted: Int64 {
        switch self {
        case .post, .spend: 1
        case .reverse, .reopen: -1
        case .reserve, .release: 0
        }
    }

    /// What it adds to the number of services that hold or have spent money.
    public var services: Int64 { reserved + posted }

    /// Debit and credit, for a programme's money in the month of the service.
    ///
    /// Before a provider is owed anything, money only moves between what is granted and what is promised.
    public func accounts(_ programme: String, _ month: Month, provider: String) -> (debit: String, credit: String) {
        accounts(programme, month, owed: AccountName.payable(provider, month))
    }

    /// - Parameter payable: what the money is owed or paid under.
    public func accounts(_ programme: String, _ month: Month, owed payable: String) -> (debit: String, credit: String) {
        let budget = AccountName.budget(programme, month)
        let reserved = AccountName.reserved(programme, month)
        return switch self {
        case .reserve: (reserved, budget)
        case .post: (payable, reserved)
        case .release: (budget, reserved)
        case .reverse: (budget, payable)
        case .reopen: (reserved, payable)
        case .spend: (payable, budget)
        }
    }
}

/// The names of the ledger's accounts: what they are for, of which programme or fund, in which month.
public enum AccountName {
    /// What a programme has granted and not yet promised.
    public static func budget(_ programme: String, _ month: Month) -> String { "budget/\(programme)/\(month)" }
    /// What is promised to orders under way.
    public static func reserved(_ programme: String, _ month: Month) -> String { "reserved/\(programme)/\(month)" }
    /// What is owed to a provider for proven visits.
    public static func payable(_ provider: String, _ month: Month) -> String { "payable/\(provider)/\(month)" }
    /// What a programme has paid out in cash for a month, to elders or on bills.
    public static func cash(_ programme: String, _ month: Month) -> String { "cash/\(programme)/\(month)" }
    /// What rules have taken from the statements of a month, and whose payment it is held back from.
    public static func deduction(_ month: Month) -> String { "deduction/\(month)" }
    public static func withheld(_ provider: String, _ month: Month) -> String { "withheld/\(provider)/\(month)" }
    /// What corrections of a month's lines have taken from programmes, or given back to them, and no statement has paid yet.
    public static func correction(_ month: Month) -> String { "correction/\(month)" }
    /// Where a fund account's money comes from.
    public static func treasury(_ kind: FundKind) -> String { "treasury/\(kind.rawValue)" }
    /// What a fund account still has.
    public static func fund(_ account: String) -> String { "fund/\(account)" }
    /// What has been paid out of it for good.
    public static func paid(_ account: String) -> String { "paid/\(account)" }
    /// What somebody owes it.
    public static func outstanding(_ account: String, _ person: String) -> String { "outstanding/\(account)/\(person)" }
}

extension Balance {
    /// The account after a move; nil when it would go below zero or above what is granted.
    ///
    /// - Parameter granted: raises the grant when it is larger, as when a better class has begun.
    public func after(_ move: FundMove, _ amount: Fen, granted: Fen? = nil) -> Balance? {
        let next = Balance(
            granted: max(self.granted, granted ?? .zero), reserved: Fen(reserved.amount + move.reserved * amount.amount),
            posted: Fen(posted.amount + move.posted * amount.amount))
        guard next.reserved >= .zero, next.posted >= .zero, next.used <= next.granted else { return nil }
        return next
    }
}
