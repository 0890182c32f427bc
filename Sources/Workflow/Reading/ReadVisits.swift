import Kernel
import Orders
import Registry
import Store

/// The visits of a provider that a calendar shows: from yesterday, so that what has just been is still there, to the end of what can be booked.
public struct ReadVisits: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let behind = Span.hours(24)
    public static let limit = 1000

    public func callAsFunction(_ provider: ProviderID) async throws -> [FeedEntry] {
        let now = office.now
        return try await office.read { tx in
            try tx.orders.calendar(of: provider, from: now - Self.behind, limit: Self.limit).map { order in
                try ReadFeed.entry(tx, order, Event.none, for: provider, now: now)
            }
        }
    }
}
