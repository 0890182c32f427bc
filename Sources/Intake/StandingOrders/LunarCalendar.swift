import Kernel

/// 农历: month and day as people keep birthdays and festivals, without a year.
public struct LunarDate: Hashable, Sendable {
    /// 1 ... 12.
    public let month: Int
    /// 1 ... 30.
    public let day: Int
    /// 闰月: in the leap month of this number, in years that have one.
    public let isLeap: Bool

    /// Nil for a month or day that no lunar year has.
    public init?(month: Int, day: Int, isLeap: Bool = false) {
        guard (1...12).contains(month), (1...30).contains(day) else { return nil }
        (self.month, self.day, self.isLeap) = (month, day, isLeap)
    }

    /// Reads `LUNAR:9/9` and `LUNAR:6/15;LEAP`.
    ///
    /// - Throws: `lunar_invalid`
    public init(_ text: String) throws(Rejection) {
        var rest = text.uppercased().dropFirst(Self.prefix.utf8.count)
        let isLeap = rest.hasSuffix(";LEAP")
        if isLeap { rest = rest.dropLast(5) }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard text.uppercased().hasPrefix(Self.prefix), parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
            let month = Int(parts[0]), let day = Int(parts[1]), let date = LunarDate(month: month, day: day, isLeap: isLeap)
        else {
            throw Rejection(
                .invalid, "lunar_invalid", "农历规则“\(text.prefix(40))”有误：应写成 LUNAR:月/日，例如 LUNAR:9/9；闰月写 LUNAR:6/15;LEAP。", pointer: "/rrule")
        }
        self = date
    }

    static let prefix = "LUNAR:"
}

extension LunarDate: CustomStringConvertible {
    public var description: String { "\(Self.prefix)\(month)/\(day)\(isLeap ? ";LEAP" : "")" }

    /// 农历闰六月十五
    public var name: String {
        let months = ["正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"]
        let digits = ["十", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
        let day =
            switch self.day {
            case 1...10: "初" + digits[self.day % 10]
            case 20: "二十"
            case 30: "三十"
            case 11...19: "十" + digits[self.day % 10]
            default: "廿" + digits[self.day % 10]
            }
        return "农历\(isLeap ? "闰" : "")\(months[month - 1])月\(day)"
    }
}

/// The lunar calendar as a table of months (GB/T 33661-2017 rules how it is reckoned; here it is only looked up).
///
/// A value made outside, because the reckoning needs a library that rules do not import.
public struct LunarCalendar: Sendable {
    public struct Month: Hashable, Sendable {
        /// 1 ... 12.
        public let number: Int
        public let isLeap: Bool
        public let first: LocalDate
        /// 29 or 30.
        public let length: Int

        public init(number: Int, isLeap: Bool, first: LocalDate, length: Int) {
            self.number = number
            self.isLeap = isLeap
            self.first = first
            self.length = length
        }
    }

    /// By lunar year, named after the civil year in which it begins (春节 falls between 21 January and 21 February).
    private let years: [Int: [Month]]
    private let months: [Month]

    /// - Parameter months: One after another; those before the first New Year are left out.
    public init(_ months: [Month]) {
        var years: [Int: [Month]] = [:]
        var year: Int?
        for month in months {
            if month.number == 1, !month.isLeap { year = month.first.year }
            if let year { years[year, default: []].append(month) }
        }
        self.years = years
        self.months = months.filter { month in years.keys.min().map { month.first.year >= $0 } ?? false }
    }

    /// The day of a lunar date in the lunar year that begins in `year`; nil outside the table.
    ///
    /// Conventions of birthdays: a leap month that the year does not have gives way to the ordinary one; day 30 of a short month is day 29.
    public func day(of date: LunarDate, in year: Int) -> LocalDate? {
        guard let months = years[year] else { return nil }
        let named = months.filter { $0.number == date.month }
        guard let month = named.first(where: { $0.isLeap == date.isLeap }) ?? named.first(where: { !$0.isLeap }) else { return nil }
        return month.first.adding(days: min(date.day, month.length) - 1)
    }

    /// The leap month of the lunar year that begins in `year`, if it has one.
    public func leapMonth(of year: Int) -> Int? { years[year]?.first { $0.isLeap }?.number }

    /// The days of a lunar date from a day on, one in every lunar year: in a civil year it may fall twice or never.
    public func days(of date: LunarDate, from: LocalDate, until: LocalDate) -> [LocalDate] {
        guard from <= until else { return [] }
        return ((from.year - 1)...until.year).compactMap { day(of: date, in: $0) }.filter { from <= $0 && $0 <= until }
    }

    /// A civil day as the lunar calendar names it; nil outside the table.
    public func lunar(_ day: LocalDate) -> LunarDate? {
        let behind = months.partitioningIndex { day < $0.first }
        guard behind > 0 else { return nil }
        let month = months[behind - 1]
        let number = month.first.days(to: day) + 1
        return number <= month.length ? LunarDate(month: month.number, day: number, isLeap: month.isLeap) : nil
    }
}

extension Array {
    /// The first index whose element, like all behind it, satisfies the predicate; the array is parted so already.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
