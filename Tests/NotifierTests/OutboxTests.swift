import Foundation
import Kernel
import Notifier
import Registry
import Store
import StorePostgres
import StoreSQLite
import Testing

/// Each database there is: SQLite in memory always, PostgreSQL when the tests are given one.
enum Backend: String, CaseIterable, Sendable {
    case sqlite, postgres

    static var available: [Backend] { ProcessInfo.processInfo.environment["VNH_TEST_POSTGRES"] == nil ? [.sqlite] : allCases }

    func open() async throws -> any Database {
        let database: any Database
        switch self {
        case .sqlite: database = try SQLiteDatabase()
        case .postgres:
            let url = try #require(ProcessInfo.processInfo.environment["VNH_TEST_POSTGRES"])
            database = try await PostgresDatabase(conninfo: url, schema: "notify_\(UInt32.random(in: .min ... .max))")
        }
        try await Migrator.all.migrate(database, now: Instant(milliseconds: 0))
        return database
    }
}

@Suite struct `The outbox` {
    private let now = Instant(milliseconds: 1_767_225_600_000)

    private func subscription(_ id: String, provider: String? = nil, _ events: [String] = ["*"]) throws -> Subscription {
        Subscription(
            id: id, provider: provider, url: try EndpointURL("https://\(id).example/"), events: try EventFilter(events),
            secrets: SecretRing(Secret(random: Array(repeating: 1, count: 32))))
    }

    private func insert(_ subscriptions: [Subscription], after seq: Int64 = 0, _ database: any Database) async throws {
        let now = now
        try await database.write { tx in
            for subscription in subscriptions { try tx.webhooks.insert(subscription, after: seq, at: now) }
        }
    }

    /// Events by type, subject and addressee.
    private func append(_ events: [(String, String, String?)], _ database: any Database) async throws {
        let now = now
        try await database.write { tx in
            for (index, event) in events.enumerated() {
                try tx.events.append(
                    event.0, subject: event.1, subjectSeq: index + 1, to: event.2.map { ProviderID($0) }, by: "test", at: now)
            }
        }
    }

    private func outcome(_ delivery: Delivery, _ decision: Decision, _ reply: Reply, at: Instant) -> DeliveryOutcome {
        DeliveryOutcome(
            delivery: delivery.id, subscription: delivery.subscription.id, attempt: delivery.attempt, decision: decision, reply: reply,
            startedAt: at, took: .seconds(1))
    }

    private func due(_ outbox: StoredOutbox, _ now: Instant, skipping: Set<String> = []) async throws -> [Delivery] {
        try await outbox.due(now: now, limit: 100, perEndpoint: 50, skipping: skipping)
    }

    @Test(arguments: Backend.available)
    func `gives each subscriber what it may see and wants`(backend: Backend) async throws {
        let database = try await backend.open()
        let outbox = StoredOutbox(database)
        #expect(try await outbox.gather(now: now) == false)
        try await insert(
            [
                try subscription("all"), try subscription("p1", provider: "P001"), try subscription("p2", provider: "P002", ["meal.*"]),
                try subscription("meals", ["meal.served"]),
            ], database)
        try await append(
            [("order.received", "o1", nil), ("order.offered", "o1", "P001"), ("order.offered", "o2", "P002"), ("meal.served", "m", "P002")],
            database)
        try await append([("webhook.test", "p1", nil)], database)
        _ = try await outbox.gather(now: now)
        _ = try await outbox.gather(now: now)
        let found = try await database.read { tx in
            try ["all", "p1", "p2", "meals"].map { try tx.deliveries.entries(of: $0, state: nil, before: .max, limit: 50).map(\.event.seq) }
        }
        #expect(found == [[4, 3, 2, 1], [5, 2], [4], [4]])
        let body = String(decoding: try #require(try await due(outbox, now).first { $0.subscription.id == "p1" }).body, as: UTF8.self)
        #expect(
            body == """
                {"type":"order.offered","timestamp":"2026-01-01T08:00:00+08:00","data":{"id":"evt_000000000002","seq":1,"subject":"o1",\
                "order_seq":2,"data":{}}}
                """)
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `holds a later event of an order until the earlier one is done or dead`(backend: Backend) async throws {
        let database = try await backend.open()
        let outbox = StoredOutbox(database)
        try await insert([try subscription("w")], database)
        try await append([("order.received", "a", nil), ("order.received", "b", nil), ("order.offered", "a", nil)], database)
        _ = try await outbox.gather(now: now)
        var found = try await due(outbox, now)
        #expect(found.map(\.eventSeq) == [1, 2])
        #expect(try await due(outbox, now, skipping: ["w"]).isEmpty)
        let later = now + .seconds(5)
        let failed = Reply.status(500, retryAfter: nil)
        try await outbox.record([outcome(found[0], .retry(at: later), failed, at: now)], now: now)
        #expect(try await due(outbox, now).map(\.eventSeq) == [2])
        found = try await due(outbox, later)
        #expect(found.map(\.eventSeq) == [1, 2])
        #expect(found[0].attempt == 2)
        #expect(found[0].subscription.failingSince == now)
        let done = outcome(found[0], .done, .status(200, retryAfter: nil), at: later)
        try await outbox.record([done], now: later)
        // Written twice, because the answer to the first commit was lost.
        try await outbox.record([done], now: later)
        found = try await due(outbox, later)
        #expect(found.map(\.eventSeq) == [2, 3])
        #expect(found[0].subscription.failingSince == nil)
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `stops an endpoint that has failed for five days, and tells its owner in the feed`(backend: Backend) async throws {
        let database = try await backend.open()
        let outbox = StoredOutbox(database)
        try await insert([try subscription("w", provider: "P001")], database)
        try await append([("order.offered", "a", "P001"), ("order.offered", "b", "P001")], database)
        _ = try await outbox.gather(now: now)
        let found = try await due(outbox, now)
        let late = now + DeliveryPolicy.patience
        try await outbox.record([outcome(found[0], .disable(.failing), .failed(.timeout), at: late)], now: late)
        let (entries, told) = try await database.read { tx in
            (
                try tx.deliveries.entries(of: "w", state: .dead, before: .max, limit: 9),
                try tx.events.of(ProviderID("P001"), after: 2, limit: 9)
            )
        }
        #expect(entries.map(\.lastReason) == ["endpoint_disabled", "timeout"])
        #expect(told.map(\.type) == ["webhook.disabled"] && told.map(\.data) == [#"{"reason":"failing"}"#])
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `has one sender at a time, and another when that one is silent`(backend: Backend) async throws {
        let database = try await backend.open()
        let (outbox, now) = (StoredOutbox(database), now)
        let idle = try await outbox.claim(by: "a", now: now)
        #expect(idle == nil)
        try await insert([try subscription("w")], database)
        try await append([("order.received", "a", nil)], database)
        let (first, second) = (try await outbox.claim(by: "a", now: now), try await outbox.claim(by: "b", now: now))
        #expect(first == now + Lease.span && second == nil)
        let again = try await outbox.claim(by: "a", now: now + .seconds(4))
        #expect(again == now + .seconds(4) + Lease.span)
        let early = try await outbox.claim(by: "b", now: now + .seconds(9))
        let late = try await outbox.claim(by: "b", now: now + .seconds(10))
        #expect(early == nil && late == now + .seconds(10) + Lease.span)
        try await outbox.release(by: "a")
        let still = try await outbox.claim(by: "a", now: now + .seconds(11))
        try await outbox.release(by: "b")
        let free = try await outbox.claim(by: "a", now: now + .seconds(11))
        #expect(still == nil && free != nil)
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `keeps dead letters and sends them again with a fresh schedule`(backend: Backend) async throws {
        let (database, now) = (try await backend.open(), now)
        let outbox = StoredOutbox(database)
        let hook = try subscription("w")
        try await insert([hook], database)
        try await append([("order.received", "a", nil), ("order.received", "b", nil)], database)
        _ = try await outbox.gather(now: now)
        let found = try await due(outbox, now)
        try await outbox.record([outcome(found[0], .disable(.gone), .status(410, retryAfter: nil), at: now)], now: now)
        #expect(try await due(outbox, now).isEmpty)
        let (entry, dead, log) = try await database.read { tx in
            (
                try tx.webhooks.find("w"), try tx.deliveries.entries(of: "w", state: .dead, before: .max, limit: 9),
                try tx.events.about("w").map(\.type)
            )
        }
        #expect(entry?.subscription.state == .disabled)
        #expect(entry?.subscription.disabledReason == "gone")
        #expect(dead.map(\.lastReason) == ["endpoint_disabled", "status_410"])
        #expect(dead.last?.log.map(\.status) == [410])
        #expect(log == ["webhook.disabled"])
        let replayed = try await database.write { tx in
            try tx.webhooks.update(hook)
            return try tx.deliveries.replay(.dead, to: hook, now: now, limit: 10).count
        }
        #expect(replayed == 2)
        let again = try await due(outbox, now)
        #expect(again.map(\.attempt) == [2, 1])
        #expect(again.map(\.turn) == [1, 1])
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `sends again what was under way when the replay was asked for`(backend: Backend) async throws {
        let (database, now) = (try await backend.open(), now)
        let outbox = StoredOutbox(database)
        let hook = try subscription("w")
        try await insert([hook], database)
        try await append([("order.received", "a", nil)], database)
        _ = try await outbox.gather(now: now)
        let first = try #require(try await due(outbox, now).first)
        _ = try await database.write { tx in try tx.deliveries.replay(.event(id: first.eventID), to: hook, now: now, limit: 1).count }
        try await outbox.record([outcome(first, .done, .status(200, retryAfter: nil), at: now)], now: now)
        let second = try #require(try await due(outbox, now).first)
        #expect(second.attempt == 2)
        #expect(second.turn == 1)
        try await outbox.record([outcome(second, .done, .status(200, retryAfter: nil), at: now)], now: now)
        let entries = try await database.read { tx in try tx.deliveries.entries(of: "w", state: nil, before: .max, limit: 9) }
        #expect(entries.map(\.state) == ["delivered"])
        #expect(entries.first?.log.map(\.number) == [1, 2])
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `replays a range in steps, and nothing of another provider`(backend: Backend) async throws {
        let (database, now) = (try await backend.open(), now)
        let hook = try subscription("w", provider: "P001")
        try await insert([hook], after: 1000, database)
        try await append((1...20).map { ("order.offered", "o\($0)", $0 % 2 == 0 ? "P001" : "P002") }, database)
        let (first, second, foreign) = try await database.write { tx in
            (
                try tx.deliveries.replay(.range(3...9), to: hook, now: now, limit: 4),
                try tx.deliveries.replay(.range(7...9), to: hook, now: now, limit: 4),
                try tx.deliveries.replay(.event(id: "evt_000000000001"), to: hook, now: now, limit: 4)
            )
        }
        #expect(first.count == 4)
        #expect(first.next == 7)
        #expect(second.count == 3)
        #expect(second.next == nil)
        #expect(foreign.count == 0)
        #expect(try await due(StoredOutbox(database), now).map(\.eventSeq) == [6, 8, 10, 12, 14, 16, 18])
        await database.close()
    }

    @Test(arguments: Backend.available)
    func `forgets what is old and what was deleted`(backend: Backend) async throws {
        let (database, now) = (try await backend.open(), now)
        let outbox = StoredOutbox(database)
        try await insert([try subscription("kept"), try subscription("gone")], database)
        try await append((1...30).map { ("order.received", "o\($0)", nil) }, database)
        _ = try await outbox.gather(now: now)
        let done = try await due(outbox, now).filter { $0.subscription.id == "kept" }.prefix(10)
        try await outbox.record(done.map { outcome($0, .done, .status(200, retryAfter: nil), at: now) }, now: now)
        try await database.write { tx in try tx.webhooks.delete("gone", at: now) }
        try await outbox.sweep(now: now)
        #expect(try await database.read { tx in try tx.deliveries.backlog(now: now).pending } == 20)
        #expect(try await database.read { tx in try tx.deliveries.backlog(now: now).dead } == 30)
        try await outbox.sweep(now: now + .days(31))
        let left = try await database.read { tx in
            (
                try tx.deliveries.entries(of: "kept", state: nil, before: .max, limit: 50).count, try tx.deliveries.backlog(now: now).dead,
                try tx.webhooks.all(of: nil, limit: 10).map(\.subscription.id)
            )
        }
        #expect(left.0 == 20)
        #expect(left.1 == 0)
        #expect(left.2 == ["kept"])
        await database.close()
    }
}
