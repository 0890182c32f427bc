import Kernel

/// 结余失效: one account of a programme's grant that may not be drawn any more after a month.
///
/// A class, because each elder of a district is held against it, and a copy of a programme's rule costs more than the question.
public final class Lapsing: Sendable {
    let rule: Programmes.Rule
    let grant: Grant
    /// Stands for the period.
    let day: LocalDate
    /// The last day on which it could be drawn; of what is claimed on bills, the last day they could be of.
    public let until: LocalDate
    public let key: BalanceKey

    init(_ rule: Programmes.Rule, _ grant: Grant, of day: LocalDate, until: LocalDate) {
        (self.rule, self.grant, self.day, self.until) = (rule, grant, day, until)
        key = rule.key(grant, day)
    }

    public var programme: Programme { rule.programme }

    /// What somebody leaves unused for good.
    public struct Remainder: Hashable, Sendable {
        public let granted: Fen
        public let used: Fen
        public var lapsed: Fen { granted - used }
    }

    /// - Parameters:
    ///   - who: as they are on ``until``; nil when they are not on the register then.
    ///   - account: what has been opened for them; nil when they never drew on it.
    /// - Returns: nil when they had nothing to draw: no account, and no right to one on the last day.
    public func remainder(of who: Beneficiary?, account: Balance?) -> Remainder? {
        let opened = account.map { Remainder(granted: $0.granted, used: $0.used) }
        guard let who, rule.version.admits(who, on: until) else { return opened }
        let purse = rule.purse(grant, rule.version.seen(who, on: until), of: day, on: until, account.map { [key: $0] } ?? [:])
        let granted = purse.used + purse.available
        return granted > .zero ? Remainder(granted: granted, used: purse.used) : nil
    }
}

extension Programmes {
    /// 当月失效的额度: the periods of grants by the month, quarter or year whose unused balance lapses in a month, each once.
    ///
    /// What is paid with the service lapses when its last day is over; what is claimed on bills when those of that day are no longer taken. Limits
    /// by the day, the week or the number of services keep nothing that could lapse, and an allowance is paid whole.
    public func lapsing(in month: Month) -> [Lapsing] {
        let rules = Programmes(unchecked: all) { $0.kind != .monthly }.rules
        return rules.flatMap { rule in
            rule.version.payout.lastMonths(lapsingIn: month).flatMap { Self.lapsing(rule, drawnLastIn: $0, among: rules) }
        }
    }

    private static func lapsing(_ rule: Rule, drawnLastIn month: Month, among rules: [Rule]) -> [Lapsing] {
        let end = min(rule.version.until ?? month.last, month.last)
        guard rule.version.span.contains(end), end.month == month else { return [] }
        return rule.version.grants.filter { $0.unit == .fen && $0.per != .day && $0.per != .week }.flatMap { grant in
            rule.days(grant, end).filter { day in
                let last = min(rule.version.until ?? grant.until(day), grant.until(day))
                return last.month == month && !isContinued(rule, grant, day, after: last, among: rules)
            }.map { Lapsing(rule, grant, of: $0, until: end) }
        }
    }

    /// Whether another version goes on with the same account.
    private static func isContinued(_ rule: Rule, _ grant: Grant, _ day: LocalDate, after last: LocalDate, among rules: [Rule]) -> Bool {
        let next = last.adding(days: 1)
        return rules.contains { other in
            other.programme.code == rule.programme.code && other.version.span.contains(next)
                && other.version.grants.contains { $0.unit == grant.unit && other.key($0, next) == rule.key(grant, day) }
        }
    }
}

extension Payout {
    /// The months of service whose last balances lapse in a month: itself, or those whose bills are taken until its end.
    func lastMonths(lapsingIn month: Month) -> [Month] {
        guard case .claim(let per, let months) = self else { return [month] }
        let last = month.adding(-months)
        let period = ClaimPeriod(per, months: months, of: last.first)
        guard period.last == last.last else { return [] }
        return (0..<12).map { last.adding(-$0) }.filter { $0.first >= period.first }.reversed()
    }
}
