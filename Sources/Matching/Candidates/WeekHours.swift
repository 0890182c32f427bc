import Kernel
import Registry

/// The opening windows of a provider by weekday, and its closed days.
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

    init(hours: [OpeningHours], closedDays: [LocalDate]) {
        windows = (1...7).map { day in
            hours.filter { $0.days.contains(day) }.sorted { $0.opens < $1.opens }
                .map { Window(opens: $0.opens, closes: $0.closes, capacity: $0.capacity) }
        }
        closed = Set(closedDays)
    }

    /// All windows of a day; none on a closed day.
    func windows(on date: LocalDate) -> [Window] {
        !closed.isEmpty && closed.contains(date) ? [] : windows[date.weekday - 1]
    }

    /// The window in which a moment lies, the same that the franchise names as its slot.
    func window(on date: LocalDate, minute: Int) -> Window? {
        windows(on: date).first { $0.opens <= minute && minute < $0.closes }
    }
}
