import Kernel

/// 可用额度: what one period of a programme's grant still holds for somebody.
public struct Purse: Hashable, Sendable {
    public let key: BalanceKey
    public let granted: Fen
    /// Set aside for services to come, and spent.
    public let used: Fen
    /// Fen; in an account that counts services (``BalanceKey/isCount``) services.
    public let available: Fen
    /// The last day on which it may be drawn; what is unused then lapses.
    public let until: LocalDate
}

extension Programmes.Rule {
    /// - Parameters:
    ///   - day: stands for its period; of an earlier one, whose balance has been carried over, its last day.
    ///   - date: on which it is to be drawn.
    func purse(_ grant: Grant, _ who: Beneficiary, of day: LocalDate, on date: LocalDate, _ balances: [BalanceKey: Balance]) -> Purse {
        let key = key(grant, day)
        let then = day == date ? who : who.on(version.classChange == .nextMonth ? day.month.first : day)
        // A month in which the person could not draw leaves nothing over.
        let isEntitled = day == date || version.eligibility.refusal(then) == nil
        // By days the person's whole history counts, whichever day stands for the month.
        let computed = isEntitled ? Fen(grant.granted(then, on: day, version)) : .zero
        let end = grant.until(day)
        let (opened, used) = (balances[key]?.granted ?? .zero, balances[key]?.used ?? .zero)
        // An account opened under a larger grant keeps it, except where the rule shares a month out by days.
        let limit = version.classChange == .proRata ? computed : max(opened, computed)
        return Purse(
            key: key, granted: max(opened, computed), used: used, available: max(.zero, limit - used),
            until: version.until.map { min($0, end) } ?? end)
    }
}

extension Programmes {
    /// 结余: what somebody may still draw on a day, of every grant in force and of every period whose balance is still good, drawn on or not.
    ///
    /// - Parameter balances: reads the accounts of these keys.
    public func purses(
        of who: Beneficiary, on date: LocalDate, _ balances: ([BalanceKey]) throws -> [BalanceKey: Balance]
    ) rethrows -> [Purse] {
        let open = rules.compactMap { rule -> (rule: Rule, who: Beneficiary)? in
            let seen = rule.version.seen(who, on: date)
            return rule.version.span.contains(date) && rule.version.eligibility.refusal(seen) == nil ? (rule, seen) : nil
        }
        let wanted = open.flatMap { rule, who in
            rule.version.grants.flatMap { grant in rule.days(grant, date).map { (rule, who, grant, day: $0) } }
        }
        let found = try balances(wanted.map { rule, _, grant, day in rule.key(grant, day) })
        return wanted.map { rule, who, grant, day in rule.purse(grant, who, of: day, on: date, found) }.filter { $0.granted > .zero }
    }
}
