import Kernel
import Notifier

/// The outbox over the one database: what is to be sent lies beside the log it is made from.
public struct StoredOutbox: Outbox {
    private let database: any Database

    public init(_ database: any Database) { self.database = database }

    public func claim(by holder: String, now: Instant) async throws -> Instant? {
        guard try await database.read({ tx in try tx.leases.isFree(Self.lease, for: holder, now: now) && tx.deliveries.hasWork(now: now) })
        else { return nil }
        return try await database.write { tx in try tx.leases.claim(Self.lease, by: holder, now: now) }
    }

    public func release(by holder: String) async throws {
        try await database.write { tx in try tx.leases.release(Self.lease, by: holder) }
    }

    static let lease = "webhooks"

    public func gather(now: Instant) async throws -> Bool {
        // Looks first, beside the writer: most of the times there is nothing to write.
        guard try await database.read({ tx in try tx.deliveries.hasNews() }) else { return false }
        return try await database.write { tx in try tx.deliveries.gather(now: now) } == DeliveryRepository.gatherLimit
    }

    public func due(now: Instant, limit: Int, perEndpoint: Int, skipping: Set<String>) async throws -> [Delivery] {
        try await database.read { tx in try tx.deliveries.due(now: now, limit: limit, perEndpoint: perEndpoint, skipping: skipping) }
    }

    public func record(_ outcomes: [DeliveryOutcome], now: Instant) async throws {
        try await database.write { tx in try tx.deliveries.record(outcomes, now: now) }
    }

    /// Forgets what is past its time, in steps short enough for orders to be written between them.
    public func sweep(now: Instant) async throws {
        while try await database.write({ tx in try tx.deliveries.sweep(now: now, limit: Self.sweepStep) }) == Self.sweepStep { continue }
    }

    static let sweepStep = 500
}
