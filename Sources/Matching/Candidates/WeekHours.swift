import Catalog
import Kernel
import Registry

/// The opening windows of a provider by weekday, and the days on which it is closed.
///
/// A firm that never opens at a weekend keeps the office calendar (节假日与调休): closed on statutory and shifted days of rest, open with
/// Monday's windows on a weekend worked in exchange. A firm that opens at weekends keeps its week through the holidays, but for the closed
/// days it has declared.
final class WeekHours: Sendable {
    /// An opening window: minutes since midnight, and how many orders may start in it.
    struct Window: Hashable, Sendable {
        let opens: Int
        let closes: Int
        let capacity: Int
    }

    /// Monday is 0; windows in order of opening.
    private let windows: [[Window]]
    private let closed: Set<LocalDate>
    /// Nil for a firm that does not keep the office calendar.
    private let holidays: Holidays?

    init(hours: [OpeningHours], closedDays: [LocalDate], holidays: Holidays = Holidays([:])) {
        windows = (1...7).map { day in
            hours.filter { $0.days.contains(day) }.sorted { $0.opens < $1.opens }
                .map { Window(opens: $0.opens, closes: $0.closes, capacity: $0.capacity) }
        }
        closed = Set(closedDays)
        self.holidays = windows[5].isEmpty && windows[6].isEmpty ? holidays : nil
    }

    /// Whether the firm is closed on a day on which its week would have it open: declared, or by the calendar.
    func isClosedDay(_ date: LocalDate) -> Bool {
        if !closed.isEmpty && closed.contains(date) { return true }
        guard let holidays, date.weekday <= 5 else { return false }
        return !holidays.isWorkday(date)
    }

    /// All windows of a day; none on a closed day.
    func windows(on date: LocalDate) -> [Window] {
        if isClosedDay(date) { return [] }
        if let holidays, date.weekday > 5, holidays.isWorkday(date) { return windows[0] }
        return windows[date.weekday - 1]
    }

    /// The window in which a moment lies.
    func window(on date: LocalDate, minute: Int) -> Window? {
        windows(on: date).first { $0.opens <= minute && minute < $0.closes }
    }
}
