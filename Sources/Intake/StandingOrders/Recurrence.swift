import Kernel

/// On which days something comes again: a rule or a lunar date, days put in and days left out.
public struct Recurrence: Hashable, Sendable {
    public enum Pattern: Hashable, Sendable, CustomStringConvertible {
        case rule(RecurrenceRule)
        case lunar(LunarDate)

        /// Reads an RRULE or `LUNAR:month/day`.
        ///
        /// - Throws: `rrule_invalid` or `lunar_invalid`
        public init(_ text: String) throws(Rejection) {
            if text.uppercased().hasPrefix(LunarDate.prefix) {
                self = .lunar(try LunarDate(text))
            } else {
                self = .rule(try RecurrenceRule(text))
            }
        }

        public var description: String {
            switch self {
            case .rule(let rule): rule.description
            case .lunar(let date): date.description
            }
        }
    }

    public var pattern: Pattern
    /// EXDATE: left out, but still counted by COUNT, as the RFC has it.
    public var exdates: Set<LocalDate>
    /// RDATE: put in; an EXDATE of the same day wins.
    public var rdates: Set<LocalDate>

    public init(_ pattern: Pattern, exdates: Set<LocalDate> = [], rdates: Set<LocalDate> = []) {
        self.pattern = pattern
        self.exdates = exdates
        self.rdates = rdates
    }

    /// The first days from a day on, in order.
    ///
    /// - Parameter start: The first day that may fire (DTSTART).
    /// - Parameter until: The last day wanted; with it or after `limit` days the answer ends.
    public func days(start: LocalDate, from: LocalDate, until: LocalDate?, limit: Int, _ lunar: LunarCalendar) -> [LocalDate] {
        let from = max(start, from)
        let until = until ?? LocalDate(min(start.year + Occurrences.years, 2399), 12, 31) ?? from
        let extra = rdates.filter { from <= $0 && $0 <= until && !exdates.contains($0) }
        var days: [LocalDate] = []
        switch pattern {
        case .lunar(let date): days = lunar.days(of: date, from: from, until: until).filter { !exdates.contains($0) }
        case .rule(let rule):
            for day in Occurrences(rule, start: start, from: from) where day >= from {
                guard day <= until, days.count < limit else { break }
                if !exdates.contains(day) { days.append(day) }
            }
        }
        return extra.isEmpty ? Array(days.prefix(limit)) : Array(Set(days).union(extra).sorted().prefix(limit))
    }

    /// Refuses a plan that would never fire.
    ///
    /// - Throws: `rule_never_fires`
    public func check(start: LocalDate, until: LocalDate?, _ lunar: LunarCalendar) throws(Rejection) {
        guard days(start: start, from: start, until: until, limit: 1, lunar).isEmpty else { return }
        throw Rejection(
            .refused, "rule_never_fires", "规则 \(pattern) 从 \(start) 起\(until.map { "到 \($0) " } ?? "")没有任何一天符合，请核对规则、日期和例外。",
            pointer: "/rrule")
    }
}
