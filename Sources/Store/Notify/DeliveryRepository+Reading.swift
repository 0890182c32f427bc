import Kernel
import Notifier

extension DeliveryRepository {
    /// One event on its way to one subscription, with all that was tried.
    public struct Entry: Sendable {
        public let id: Int64
        public let event: Event
        public let state: String
        public let attempts: Int
        public let due: Instant
        public let lastStatus: Int?
        public let lastReason: String?
        public let lastAt: Instant?
        public var log: [Attempt]
    }

    public struct Attempt: Sendable {
        public let number: Int
        public let at: Instant
        public let took: Span
        public let status: Int?
        public let reason: String?
    }

    public enum State: String, CaseIterable, Sendable { case pending, delivered, dead }

    /// Newest event first. At most 100, for each page asks for its attempts by their deliveries.
    public func entries(of webhook: String, state: State?, before seq: Int64, limit: Int) throws -> [Entry] {
        let wanted = state?.rawValue
        var entries = try tx.rows(
            """
            SELECT d.id, d.state, d.attempts, d.due_ms, d.last_status, d.last_reason, d.last_ms,
                e.seq, e.id, e.at_ms, e.type, e.subject, e.subject_seq, e.provider_id, e.provider_seq, e.actor, e.data
            FROM delivery d JOIN event e ON e.seq = d.event_seq
            WHERE d.webhook_id = \(webhook) AND d.event_seq < \(seq) AND (\(wanted) IS NULL OR d.state = \(wanted))
            ORDER BY d.event_seq DESC
            LIMIT \(min(limit, 100))
            """
        ) { row in
            let (id, state, attempts, due) = (try row.integer(), try row.text(), try row.int(), try row.instant())
            let (status, reason, last) = (row.optionalInteger(), row.optionalText(), row.optionalInstant())
            return Entry(
                id: id, event: try Event(row: &row), state: state, attempts: attempts, due: due, lastStatus: status.map(Int.init),
                lastReason: reason, lastAt: last, log: [])
        }
        for index in entries.indices where entries[index].attempts > 0 { entries[index].log = try log(of: entries[index].id) }
        return entries
    }

    /// The last attempts of a delivery, oldest first.
    private func log(of delivery: Int64) throws -> [Attempt] {
        try tx.rows(
            """
            SELECT number, at_ms, took_ms, status, reason FROM delivery_attempt
            WHERE delivery_id = \(delivery)
            ORDER BY number DESC
            LIMIT 50
            """
        ) {
            Attempt(
                number: try $0.int(), at: try $0.instant(), took: Span(milliseconds: try $0.integer()),
                status: $0.optionalInteger().map(Int.init), reason: $0.optionalText())
        }.reversed()
    }

    /// What stands before the way out.
    public struct Backlog: Sendable {
        /// Deliveries that wait, and how long the oldest of those that are due has been.
        public let pending: Int
        public let oldestDue: Span
        public let dead: Int
        /// Events of the log not yet offered to the subscriptions.
        public let unread: Int64
    }

    public func backlog(now: Instant) throws -> Backlog {
        let oldest = try tx.integer(
            """
            SELECT MIN(d.due_ms) FROM delivery d JOIN webhook w ON w.id = d.webhook_id
            WHERE d.state = 'pending' AND w.state = 'active' AND d.due_ms <= \(now)
            """)
        var unread: Int64 = 0
        if try hasNews() {
            let oldest = try tx.integer("SELECT MIN(after_seq) FROM webhook WHERE state = 'active'") ?? 0
            let reader = try tx.integer("SELECT seq FROM log_reader WHERE name = \(Self.reader)") ?? 0
            unread = try tx.events.last() - max(oldest, reader)
        }
        return Backlog(
            pending: Int(try tx.integer("SELECT COUNT(*) FROM delivery WHERE state = 'pending'") ?? 0),
            oldestDue: oldest.map { now - Instant(milliseconds: $0) } ?? Span(milliseconds: 0),
            dead: Int(try tx.integer("SELECT COUNT(*) FROM delivery WHERE state = 'dead'") ?? 0), unread: unread)
    }

    /// How long what has arrived, and what has not, can be looked up.
    static let deliveredKept = Span.days(30)
    static let deadKept = Span.days(90)
    /// Longer than any message can be under way, so that no outcome finds its row taken over by another.
    static let deletedKept = Span.hours(1)

    /// Forgets what is older than its time, and what belonged to deleted subscriptions.
    /// - Returns: rows taken away; `limit` means that there may be more.
    @discardableResult
    public func sweep(now: Instant, limit: Int) throws -> Int {
        let old = try tx.rows(
            """
            SELECT id FROM delivery
            WHERE (state = 'delivered' AND last_ms < \(now - Self.deliveredKept)) OR (state = 'dead' AND last_ms < \(now - Self.deadKept))
            ORDER BY id
            LIMIT \(limit)
            """
        ) { try $0.integer() }
        let orphaned = try tx.rows(
            """
            SELECT d.id FROM delivery d JOIN webhook w ON w.id = d.webhook_id
            WHERE w.deleted_ms < \(now - Self.deletedKept)
            ORDER BY d.id
            LIMIT \(max(0, limit - old.count))
            """
        ) { try $0.integer() }
        for id in old + orphaned {
            try tx.execute("DELETE FROM delivery_attempt WHERE delivery_id = \(id)")
            try tx.execute("DELETE FROM delivery WHERE id = \(id)")
        }
        try tx.execute(
            """
            DELETE FROM webhook
            WHERE deleted_ms < \(now - Self.deletedKept) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.webhook_id = webhook.id)
            """)
        return old.count + orphaned.count
    }
}
