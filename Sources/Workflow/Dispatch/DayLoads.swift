import Catalog
import Kernel
import Matching
import Registry
import Store

/// How busy everybody is on the days of a run over many orders: read once a day, then kept up with what the run itself takes.
///
/// Right as long as nobody else writes. Every change of a load comes with an event, so the log tells: where it ends where the run's last
/// transaction left it, what is known still holds; else it is forgotten and read again.
// Safe because only the transactions of one run touch it, one after the other.
final class DayLoads: @unchecked Sendable {
    private var end: Int64?
    private var taken: [LocalDate: [SlotKey: Int]] = [:]
    private var shares: [Month: [Category: [ProviderID: Int]]] = [:]
    private var bookings: [LocalDate: [ProviderID: [Booking]]] = [:]

    private typealias Booking = (worker: WorkerID, window: TimeWindow)

    /// Runs the body of one transaction, at whose beginning it is seen whether anybody else has written.
    func during<T>(_ tx: any Transaction, _ body: () throws -> T) throws -> T {
        if try end == nil || end != tx.events.last() { forget() }
        end = nil
        let result = try body()
        end = try tx.events.last()
        return result
    }

    /// After a step that changed loads without saying so here.
    func forget() {
        taken = [:]
        shares = [:]
        bookings = [:]
    }

    /// All places taken on a day, and the shares of a category in its month.
    func workload(_ tx: any Transaction, _ item: Item, on date: LocalDate, meetings: [ProviderID: Meeting]) throws -> Workload {
        if taken[date] == nil {
            taken[date] = Dictionary(
                try tx.loads.taken(on: date).map { (SlotKey(provider: $0.provider, date: $0.date, opens: $0.opens), $0.count) }) { $1 }
        }
        if shares[date.month]?[item.category] == nil {
            shares[date.month, default: [:]][item.category] = Dictionary(
                try tx.loads.shares(of: item.category, in: date.month).map { ($0.provider, $0.offered) }) { $1 }
        }
        return Workload(
            slotTaken: taken[date] ?? [:], meetings: meetings, recentShare: shares[date.month]?[item.category] ?? [:])
    }

    /// When the workers of some providers are booked around a time, in the order of ``LoadRepository/booked(_:around:)``.
    func booked(_ tx: any Transaction, _ providers: [ProviderID], around window: TimeWindow) throws -> [(worker: WorkerID, window: TimeWindow)] {
        let date = window.start.localDate
        var found: [Booking] = []
        for provider in providers {
            if bookings[date]?[provider] == nil {
                // Long enough for whatever begins on that day.
                bookings[date, default: [:]][provider] = try tx.loads.booked([provider], around: TimeWindow(start: Instant(date), lasting: .hours(48)))
            }
            found += (bookings[date]?[provider] ?? []).filter { $0.window.overlaps(window) }
        }
        return found.sorted { ($0.worker, $0.window.start) < ($1.worker, $1.window.start) }
    }

    func take(_ slot: Slot) { taken[slot.date]?[SlotKey(slot), default: 0] += 1 }
    func giveBack(_ slot: Slot) { taken[slot.date]?[SlotKey(slot), default: 0] -= 1 }

    /// The same floor as in the books.
    func share(_ provider: ProviderID, _ category: Category, in month: Month, adding count: Int) {
        guard let offered = shares[month]?[category]?[provider] ?? (shares[month]?[category] == nil ? nil : 0) else { return }
        shares[month]?[category]?[provider] = max(0, offered + count)
    }
}
