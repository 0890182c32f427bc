import Foundation
import Intake
import Kernel

extension LunarCalendar {
    /// The lunar months of 1901 ... 2100, reckoned by Foundation (ICU) for China; made at its first use, once.
    public static let china = LunarCalendar(LunarTable.months(from: 1901, until: 2100))
}

private enum LunarTable {
    /// Steps from new moon to new moon: a month begins on a day 1, and is 29 or 30 days long.
    static func months(from: Int, until: Int) -> [LunarCalendar.Month] {
        var calendar = Calendar(identifier: .chinese)
        // Always of China, never of the host; a fixed offset needs no zone files.
        calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt
        func parts(_ day: LocalDate) -> DateComponents {
            let noon = Date(timeIntervalSince1970: Double(day.dayNumber) * 86_400 + 4 * 3600)
            return calendar.dateComponents([.month, .day, .isLeapMonth], from: noon)
        }
        guard var first = LocalDate(from, 1, 1), let end = LocalDate(until + 1, 3, 1) else { return [] }
        while parts(first).day != 1 { first = first.adding(days: 1) }
        var months: [LunarCalendar.Month] = []
        while first < end {
            let (start, named) = (first, parts(first))
            first = start.adding(days: 29)
            if parts(first).day != 1 { first = first.adding(days: 1) }
            months.append(
                LunarCalendar.Month(
                    number: named.month ?? 0, isLeap: named.isLeapMonth ?? false, first: start, length: start.days(to: first)))
        }
        return months
    }
}
