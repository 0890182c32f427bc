import Kernel
import Notifier
import Registry

extension DeliveryRepository {
    /// Events read in one step.
    static let gatherLimit = 500
    static let reader = "webhooks"

    /// A subscription as far as choosing its events needs it.
    private struct Taker {
        let id: String
        let provider: String?
        let events: EventFilter
        let after: Int64

        /// By the same rule as ``Subscription/wants(_:to:)``; a test goes to the subscription it is about and to no other.
        func wants(_ event: Event) -> Bool {
            if event.type == EventTypes.test { return event.subject == id }
            return (provider == nil || provider == event.provider?.text) && events.matches(event.type)
        }
    }

    /// Whether the log has events that no subscription has been offered yet. Cheap: three look-ups by key.
    public func hasNews() throws -> Bool {
        guard let oldest = try tx.integer("SELECT MIN(after_seq) FROM webhook WHERE state = 'active'") else { return false }
        return try tx.events.last() > max(oldest, position())
    }

    private func position() throws -> Int64 { try tx.integer("SELECT seq FROM log_reader WHERE name = \(Self.reader)") ?? 0 }

    /// Makes deliveries of the next events of the log for the active subscriptions that want them.
    ///
    /// With no active subscription nothing is read and the place stays; a subscription begins after the event that was last when it was made or
    /// enabled, so what lies between is passed over.
    /// - Returns: the number of events read; ``gatherLimit`` means that there may be more.
    @discardableResult
    public func gather(now: Instant) throws -> Int {
        let takers = try tx.rows("SELECT id, provider_id, events, after_seq FROM webhook WHERE state = 'active' ORDER BY id") { row in
            let (id, provider, events, after) = (try row.text(), row.optionalText(), try row.text(), try row.integer())
            return (try? EventFilter(text: events)).map { Taker(id: id, provider: provider, events: $0, after: after) }
        }.compactMap { $0 }
        guard let oldest = takers.map(\.after).min() else { return 0 }
        let events = try tx.events.after(max(oldest, position()), limit: Self.gatherLimit)
        guard let last = events.last else { return 0 }
        let ofProvider = Dictionary(grouping: takers, by: \.provider)
        let everyones = ofProvider[nil] ?? []
        var wanted: [(event: Event, webhook: String)] = []
        for event in events {
            let addressed = event.provider.flatMap { ofProvider[$0.text] } ?? []
            let candidates = event.type == EventTypes.test ? takers : everyones + addressed
            for taker in candidates where event.seq > taker.after && taker.wants(event) { wanted.append((event, taker.id)) }
        }
        try insert(wanted, at: now)
        try tx.execute(
            """
            INSERT INTO log_reader (name, seq) VALUES (\(Self.reader), \(last.seq))
            ON CONFLICT (name) DO UPDATE SET seq = excluded.seq
            """)
        return events.count
    }

    /// Once for each event and subscription; what is there already stays as it is.
    func insert(_ wanted: [(event: Event, webhook: String)], at now: Instant) throws {
        guard !wanted.isEmpty else { return }
        var id = try tx.integer("SELECT MAX(id) FROM delivery") ?? 0
        var rest = wanted[...]
        while !rest.isEmpty {
            // Two lengths only, so that there are two statements to prepare.
            let step = rest.prefix(rest.count >= Self.rowsAtOnce ? Self.rowsAtOnce : 1)
            let rows: [[SQL.Value]] = step.map { event, webhook in
                id += 1
                return [
                    .integer(id), .text(webhook), .integer(event.seq), .text(event.subject), .text("pending"), .integer(0),
                    .integer(now.milliseconds),
                ]
            }
            try tx.execute(
                """
                INSERT INTO delivery (id, webhook_id, event_seq, subject, state, attempts, due_ms)
                VALUES \(rows: rows)
                ON CONFLICT (webhook_id, event_seq) DO NOTHING
                """)
            rest = rest.dropFirst(step.count)
        }
    }

    static let rowsAtOnce = 50

    /// What is to be sent once more.
    public enum Selection: Hashable, Sendable {
        case event(id: String)
        /// By the numbers of the receiver's own feed, both ends included; of these only the types asked for, if any are.
        case range(ClosedRange<Int64>, EventFilter? = nil)
        /// Every dead letter.
        case dead
    }

    /// Sends events once more, those that were never offered included, so far as the subscription may see and wants them.
    ///
    /// Each begins the retry schedule afresh and takes its place in its line by the order of the log. Of one that waits a number is passed over:
    /// an attempt now under way then cannot end what was asked for after it began.
    /// - Returns: the number of deliveries, and from which number of the feed to go on, because `limit` deliveries were made or
    ///   ``replayScan`` events read (of dead letters simply ask again); nil when all is done.
    public func replay(_ selection: Selection, to subscription: Subscription, now: Instant, limit: Int) throws -> (count: Int, next: Int64?) {
        let (events, next) = try events(selection, for: subscription, limit: limit)
        for event in events {
            try tx.execute(
                """
                UPDATE delivery
                SET state = 'pending', due_ms = \(now),
                    attempts = attempts + CASE WHEN state = 'pending' THEN 1 ELSE 0 END,
                    earlier = attempts + CASE WHEN state = 'pending' THEN 1 ELSE 0 END
                WHERE webhook_id = \(subscription.id) AND event_seq = \(event.seq)
                """)
        }
        try insert(events.map { ($0, subscription.id) }, at: now)
        return (events.count, next)
    }

    /// Events read for one replay of a range, so that no request holds the writer for long.
    static let replayScan = 20_000

    private func events(_ selection: Selection, for subscription: Subscription, limit: Int) throws -> (events: [Event], next: Int64?) {
        switch selection {
        case .event(let id):
            guard let seq = Event.seq(ofID: id) else { return ([], nil) }
            return (try tx.events.after(seq - 1, limit: 1).filter { $0.id == id && subscription.mayReplay($0) }, nil)
        case .dead: return (try dead(subscription, limit: limit), nil)
        case .range(let range, let filter):
            var found: [Event] = []
            var (at, scanned) = (range.lowerBound - 1, 0)
            while at < range.upperBound, scanned < Self.replayScan {
                let page = try page(for: subscription, after: at, limit: Self.gatherLimit)
                if page.isEmpty { return (found, nil) }
                scanned += page.count
                for (number, event) in page 
                where number <= range.upperBound && subscription.mayReplay(event) && filter?.matches(event.type) ?? true {
                    if found.count == limit { return (found, number) }
                    found.append(event)
                }
                at = page.last?.number ?? at
            }
            return (found, at < range.upperBound ? at + 1 : nil)
        }
    }

    private func dead(_ subscription: Subscription, limit: Int) throws -> [Event] {
        try tx.rows(
            """
            SELECT e.seq, e.id, e.at_ms, e.type, e.subject, e.subject_seq, e.provider_id, e.provider_seq, e.actor, e.data
            FROM delivery d JOIN event e ON e.seq = d.event_seq
            WHERE d.webhook_id = \(subscription.id) AND d.state = 'dead'
            ORDER BY d.event_seq
            LIMIT \(limit)
            """
        ) { try Event(row: &$0) }.filter { subscription.mayReplay($0) }
    }

    private func page(for subscription: Subscription, after seq: Int64, limit: Int) throws -> [(number: Int64, event: Event)] {
        guard let provider = subscription.provider else { return try tx.events.after(seq, limit: limit).map { ($0.seq, $0) } }
        return try tx.events.of(ProviderID(provider), after: seq, limit: limit).map { ($0.providerSeq ?? 0, $0) }
    }
}

extension Subscription {
    fileprivate func mayReplay(_ event: Event) -> Bool {
        event.type == EventTypes.test ? event.subject == id : wants(event.type, to: event.provider?.text)
    }
}

extension Event {
    /// The place in the log that an id stands for; nil for anything that is no id of ours.
    static func seq(ofID id: String) -> Int64? {
        guard id.hasPrefix("evt_"), id.utf8.count <= 24 else { return nil }
        return Int64(id.dropFirst(4)).flatMap { $0 > 0 ? $0 : nil }
    }
}
