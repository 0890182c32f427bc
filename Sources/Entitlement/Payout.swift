import Catalog
import Kernel

/// 支付方式: how a version of a programme reaches the elder.
public enum Payout: Hashable, Sendable {
    /// 随服务抵付: as a leg of the order or swipe it pays for.
    case service
    /// 按月发放: in cash, an amount for each month to everyone who is eligible on its first day.
    case monthly
    /// 凭据报销: afterwards and on paper bills, by the period, within so many months after it.
    case claim(per: Grant.Period, months: Int)

    /// As a programme's file and the API name it.
    public enum Kind: String, CaseIterable, Sendable { case service, monthly, claim }

    public var kind: Kind {
        switch self {
        case .service: .service
        case .monthly: .monthly
        case .claim: .claim
        }
    }
}

/// 报销期: the span whose bills are claimed together, and until when.
public struct ClaimPeriod: Hashable, Sendable {
    public let first: LocalDate
    public let last: LocalDate
    /// The last day on which a claim is taken.
    public let until: LocalDate

    /// The period that bills of a day belong to.
    init(_ per: Grant.Period, months: Int, of day: LocalDate) {
        let grant = Grant(per: per)
        first = grant.first(day)
        last = grant.next(day).adding(days: -1)
        until = last.month.adding(months).last
    }

    /// Whether its bills may be claimed on a day: it is over, and not for too long.
    public func isOpen(on day: LocalDate) -> Bool { last < day && day <= until }
}

extension Programmes {
    /// Programmes that pay otherwise than by the service, as of any of their versions.
    public var paidOut: [Programme] { all.filter { $0.versions.contains { $0.payout != .service } } }

    /// 津贴: what a programme pays somebody in cash for a month; nil when nothing.
    ///
    /// Age, class and street count as they are on the month's first day, and so does the version. The month's amount is its own grant, so that
    /// no month is paid twice.
    ///
    /// - Parameter budgets: all that may bear it; it is paid whole or not at all.
    public func allowance(_ programme: Programme, of who: Beneficiary, in month: Month, budgets: [BudgetKey: Balance]) -> Allowance? {
        guard let version = programme.versions.first(where: { $0.payout == .monthly && $0.span.contains(month.first) }),
            version.admits(who, on: month.first)
        else { return nil }
        let amount = Fen(version.benefit.table.value(for: version.seen(who, on: month.first)))
        guard amount > .zero else { return nil }
        let bearing = budgets.filter { $0.key.bears(programme.fund, on: month.first, nil, region: who.region) }.sorted { $0.key < $1.key }
        let key = BalanceKey(programme: programme.code, period: month.description)
        let leg = FundingLeg(
            fund: programme.fund, programme: programme.code, version: version.version, amount: amount,
            draws: [Draw(key: key, granted: amount, amount: amount)], budgets: bearing.map(\.key))
        return Allowance(leg: leg, short: bearing.first { $0.value.available < amount }?.key)
    }

    /// A month's allowance of one person.
    public struct Allowance: Hashable, Sendable {
        public let leg: FundingLeg
        /// A budget that has less left; then it is not paid.
        public let short: BudgetKey?
    }

    /// When the bills of a day may be claimed from a programme; nil when it takes none of that day.
    public func claimPeriod(_ programme: Programme, of day: LocalDate) -> ClaimPeriod? {
        programme.versions.first { $0.span.contains(day) }.flatMap { version in
            if case .claim(let per, let months) = version.payout { ClaimPeriod(per, months: months, of: day) } else { nil }
        }
    }

    /// The programme alone, as it judges bills: what ``split(_:balances:budgets:)`` pays of a bill is what is reimbursed, within the same grants.
    public func claims(of programme: Programme) -> Programmes {
        Programmes(unchecked: [programme]) { if case .claim = $0 { true } else { false } }
    }
}
