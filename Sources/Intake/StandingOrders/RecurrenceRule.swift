import Kernel

/// 重复规则: a recurrence rule of RFC 5545 (RRULE) over whole days; the time of day stands beside it.
///
/// The parts of the RFC that name hours, minutes, seconds, week numbers and days of the year are refused by name: no plan of care needs them.
public struct RecurrenceRule: Hashable, Sendable {
    public enum Frequency: String, CaseIterable, Sendable {
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    /// A weekday, or the n-th such weekday of the month or year; −1 is the last.
    public struct Day: Hashable, Sendable {
        /// 1 = Monday ... 7 = Sunday (ISO 8601).
        public let weekday: Int
        /// −53 ... 53, never 0; nil is every such weekday.
        public let ordinal: Int?

        public init(weekday: Int, ordinal: Int? = nil) {
            self.weekday = weekday
            self.ordinal = ordinal
        }
    }

    public var frequency: Frequency
    /// Every how many days, weeks, months or years: 1 ... 1000.
    public var interval = 1
    public var byDay: [Day] = []
    /// −31 ... 31, never 0; −1 is the last day of the month.
    public var byMonthDay: [Int] = []
    public var byMonth: [Int] = []
    /// Which of the days of one period: 1 is the first, −1 the last.
    public var bySetPosition: [Int] = []
    /// The day on which a week begins; matters where `interval` counts weeks.
    public var weekStart = 1
    /// At most one of the two ends: after so many occurrences, or with a day (which still belongs to it).
    public var count: Int?
    public var until: LocalDate?

    public init(_ frequency: Frequency) { self.frequency = frequency }

    /// The rule with what the RFC takes from the first day when no part says otherwise.
    func completed(from start: LocalDate) -> RecurrenceRule {
        var rule = self
        guard byDay.isEmpty, byMonthDay.isEmpty else { return rule }
        switch frequency {
        case .yearly:
            if byMonth.isEmpty { rule.byMonth = [start.monthOfYear] }
            rule.byMonthDay = [start.day]
        case .monthly: rule.byMonthDay = [start.day]
        case .weekly: rule.byDay = [Day(weekday: start.weekday)]
        case .daily: break
        }
        return rule
    }
}

extension RecurrenceRule: CustomStringConvertible {
    /// The rule as RFC 5545 writes it, parts in a fixed order.
    public var description: String {
        var parts = ["FREQ=\(frequency.rawValue)"]
        func list(_ name: String, _ values: [String]) {
            if !values.isEmpty { parts.append("\(name)=\(values.joined(separator: ","))") }
        }
        if interval != 1 { parts.append("INTERVAL=\(interval)") }
        list("BYMONTH", byMonth.map { "\($0)" })
        list("BYMONTHDAY", byMonthDay.map { "\($0)" })
        list("BYDAY", byDay.map { day in (day.ordinal.map { "\($0)" } ?? "") + Self.weekdays[day.weekday - 1] })
        list("BYSETPOS", bySetPosition.map { "\($0)" })
        if weekStart != 1 { parts.append("WKST=\(Self.weekdays[weekStart - 1])") }
        if let count { parts.append("COUNT=\(count)") }
        if let until { parts.append("UNTIL=\(until.description.filter { $0 != "-" })") }
        return parts.joined(separator: ";")
    }

    static let weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
}
