import Catalog
import Kernel

/// 办公时间: the minutes that count while people in offices are waited for, with a break at noon.
///
/// Dated parameters of the district; whether days of rest count is one of them, because a hotline and its canteens work all week.
public struct BusinessHours: Hashable, Sendable {
    /// Minutes after midnight, rising.
    public var opens = 8 * 60 + 30
    public var lunchFrom = 12 * 60
    public var lunchUntil = 14 * 60
    public var closes = 18 * 60
    /// Days of rest by the calendar (节假日与调休) do not count.
    public var onWorkdaysOnly = false
    private let holidays: Holidays

    public init(holidays: Holidays = Holidays([:])) { self.holidays = holidays }

    /// Reads the dated parameters. Hours that do not rise would count nothing and are replaced by the whole day.
    public init(holidays: Holidays, _ value: (String) -> Int?) {
        self.init(holidays: holidays)
        opens = value("office_opens_min") ?? opens
        lunchFrom = value("office_lunch_from_min") ?? lunchFrom
        lunchUntil = value("office_lunch_until_min") ?? lunchUntil
        closes = value("office_closes_min") ?? closes
        onWorkdaysOnly = value("office_workdays_only") == 1
        if !(0 <= opens && opens < lunchFrom && lunchFrom <= lunchUntil && lunchUntil < closes && closes <= 1_440) {
            (opens, lunchFrom, lunchUntil, closes) = (0, 720, 720, 1_440)
        }
    }

    /// The moment at which so many office minutes have passed.
    ///
    /// Looks a year ahead; under a calendar without a working day all minutes count.
    public func adding(_ minutes: Int, to start: Instant) -> Instant {
        var left = Span.minutes(minutes)
        var date = start.localDate
        for _ in 0..<366 {
            if !onWorkdaysOnly || holidays.isWorkday(date) {
                for (from, until) in [(opens, lunchFrom), (lunchUntil, closes)] {
                    let begin = max(start, Instant(date, minute: from))
                    let end = Instant(date, minute: until)
                    guard begin < end else { continue }
                    if left <= end - begin { return begin + left }
                    left = Span(milliseconds: left.milliseconds - (end - begin).milliseconds)
                }
            }
            date = date.adding(days: 1)
        }
        return start + .minutes(minutes)
    }
}
