import Kernel

/// The days of a rule, one after another, worked out a period at a time.
///
/// Ends by itself a hundred years after the start, so that a rule that never fires ends too; the Gregorian calendar then has shown it nearly
/// every combination of weekday and date (all of them in four hundred).
public struct Occurrences: Sequence, IteratorProtocol {
    private let rule: RecurrenceRule
    private let start: LocalDate
    private let last: LocalDate
    /// How often a day must be given before ``RecurrenceRule/count`` is used up.
    private var left: Int
    /// The first day of the period to be looked at next; nil when there is none.
    private var period: LocalDate?
    private var days: [LocalDate] = []
    private var position = 0

    public static let years = 100

    /// - Parameter start: The first day that may fire. Unlike in the RFC it fires only if the rule says so (as in python-dateutil).
    /// - Parameter from: Days before it need not be told; a rule without a count then begins right there, however old it is.
    public init(_ rule: RecurrenceRule, start: LocalDate, from: LocalDate? = nil) {
        self.rule = rule.completed(from: start)
        self.start = start
        let end = LocalDate(Swift.min(start.year + Self.years, 2399), 12, 31) ?? start
        last = rule.until.map { Swift.min($0, end) } ?? end
        left = rule.count ?? .max
        period = Self.first(rule, start, from: rule.count == nil ? Swift.max(start, from ?? start) : start)
    }

    public mutating func next() -> LocalDate? {
        guard left > 0 else { return nil }
        while true {
            while position < days.count {
                let day = days[position]
                position += 1
                guard day <= last else { return nil }
                if day >= start {
                    left -= 1
                    return day
                }
            }
            guard let period, period <= last else { return nil }
            days = Self.chosen(days(of: period), rule.bySetPosition)
            position = 0
            self.period = following(period)
        }
    }

    // MARK: Periods

    /// The first day of the period in which `from` lies, or of the last one before it that the interval does not leave out.
    private static func first(_ rule: RecurrenceRule, _ start: LocalDate, from: LocalDate) -> LocalDate {
        func steps(_ distance: Int) -> Int { distance / rule.interval * rule.interval }
        switch rule.frequency {
        case .daily: return start.adding(days: steps(start.days(to: from)))
        case .weekly:
            let week = start.adding(days: -((start.weekday - rule.weekStart + 7) % 7))
            return week.adding(days: 7 * steps(week.days(to: from) / 7))
        case .monthly: return start.month.adding(steps(Int(from.month.number) - Int(start.month.number))).first
        case .yearly: return Month(start.year + steps(from.year - start.year), 1).first
        }
    }

    private func following(_ period: LocalDate) -> LocalDate? {
        switch rule.frequency {
        case .daily: return period.adding(days: rule.interval)
        case .weekly: return period.adding(days: 7 * rule.interval)
        case .monthly:
            let next = period.month.adding(rule.interval)
            return next.year < 2400 ? next.first : nil
        case .yearly: return period.year + rule.interval < 2400 ? Month(period.year + rule.interval, 1).first : nil
        }
    }

    private func days(of period: LocalDate) -> [LocalDate] {
        switch rule.frequency {
        case .daily: return fires(period) ? [period] : []
        case .weekly: return (0..<7).map { period.adding(days: $0) }.filter(fires)
        case .monthly: return days(in: period.month)
        case .yearly: return (1...12).flatMap { days(in: Month(period.year, $0)) }
        }
    }

    private func fires(_ date: LocalDate) -> Bool {
        let month = date.month
        guard rule.byMonth.isEmpty || rule.byMonth.contains(month.monthOfYear) else { return false }
        return fires(day: date.day, weekday: date.weekday, in: month)
    }

    private func days(in month: Month) -> [LocalDate] {
        guard rule.byMonth.isEmpty || rule.byMonth.contains(month.monthOfYear) else { return [] }
        let (first, length) = (month.first, month.length)
        let weekday = first.weekday
        return (1...length).filter { fires(day: $0, weekday: (weekday + $0 - 2) % 7 + 1, in: month) }.map { first.adding(days: $0 - 1) }
    }

    // MARK: Days

    private func fires(day: Int, weekday: Int, in month: Month) -> Bool {
        if !rule.byMonthDay.isEmpty, !rule.byMonthDay.contains(day), !rule.byMonthDay.contains(day - month.length - 1) { return false }
        return rule.byDay.isEmpty
            || rule.byDay.contains { $0.weekday == weekday && ($0.ordinal.map { isPlace($0, of: day, in: month) } ?? true) }
    }

    /// Whether a day is the n-th of its weekday: in its month, or in its year when a yearly rule names no month.
    private func isPlace(_ ordinal: Int, of day: Int, in month: Month) -> Bool {
        let (before, after): (Int, Int)
        if rule.frequency == .yearly, rule.byMonth.isEmpty {
            let new = Month(month.year, 1).first
            before = new.days(to: month.first) + day - 1
            after = new.days(to: Month(month.year, 12).last) - before
        } else {
            (before, after) = (day - 1, month.length - day)
        }
        return ordinal > 0 ? before / 7 + 1 == ordinal : after / 7 + 1 == -ordinal
    }

    private static func chosen(_ days: [LocalDate], _ positions: [Int]) -> [LocalDate] {
        guard !positions.isEmpty else { return days }
        return days.enumerated().filter { index, _ in positions.contains(index + 1) || positions.contains(index - days.count) }.map(\.element)
    }
}
