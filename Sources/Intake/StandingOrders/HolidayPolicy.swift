import Catalog
import Kernel

/// 节假日: what becomes of a day of a standing order that falls on a holiday of the published calendar.
public enum HolidayPolicy: String, CaseIterable, Sendable {
    /// 照常
    case asUsual = "as_usual"
    /// 跳过
    case skip
    /// 提前: on the day before, or the last day before that is no holiday.
    case dayBefore = "day_before"
    /// 顺延: on the day after, or the first day after that is no holiday.
    case dayAfter = "day_after"

    public var name: String {
        switch self {
        case .asUsual: "照常"
        case .skip: "跳过"
        case .dayBefore: "提前一天"
        case .dayAfter: "顺延一天"
        }
    }

    /// How far a day may be moved: the longest run of holidays is nine days.
    public static let farthest = 14

    /// The day of service for a day of the rule; nil when there is none.
    public func day(for day: LocalDate, _ holidays: Holidays) -> LocalDate? {
        guard self != .asUsual, holidays.isHoliday(day) else { return day }
        guard self != .skip else { return nil }
        let step = self == .dayBefore ? -1 : 1
        return (1...Self.farthest).lazy.map { day.adding(days: $0 * step) }.first { !holidays.isHoliday($0) }
    }
}

extension Holidays {
    /// A public holiday or a day given off in exchange (调休休). An ordinary weekend is none, and a weekend worked in exchange even less:
    /// whoever wants services on workdays only says so in the rule.
    public func isHoliday(_ date: LocalDate) -> Bool { kind(date) == .statutory || kind(date) == .shiftedRest }
}
