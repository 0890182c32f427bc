import Kernel
import Notifier
import Registry

/// What goes to subscribers: one row for each event and subscription, with what became of it.
public struct DeliveryRepository {
    let tx: any Transaction

    /// Subscriptions looked at in one ``due(now:limit:perEndpoint:skipping:)``.
    static let endpointLimit = 64
    static let smallestShare = 32

    /// Whether anything is to be gathered or sent. Cheap: look-ups by key.
    public func hasWork(now: Instant) throws -> Bool {
        if try hasNews() { return true }
        return try tx.exists(
            """
            SELECT 1 FROM webhook w
            WHERE w.state = 'active' AND EXISTS (
                SELECT 1 FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.due_ms <= \(now))
            LIMIT 1
            """)
    }

    /// See ``Outbox/due(now:limit:perEndpoint:skipping:)``.
    public func due(now: Instant, limit: Int, perEndpoint: Int, skipping: Set<String>) throws -> [Delivery] {
        let waiting = try tx.rows(
            """
            SELECT w.id FROM webhook w
            WHERE w.state = 'active' AND EXISTS (
                SELECT 1 FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.due_ms <= \(now))
            ORDER BY (SELECT MIN(d.due_ms) FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'pending'), w.id
            """
        ) { try $0.text() }
        var due: [Delivery] = []
        let asked = waiting.filter { !skipping.contains($0) }.prefix(Self.endpointLimit)
        // With many endpoints waiting a smaller part of each will do; never fewer than may be under way to it.
        let share = min(perEndpoint, max(Self.smallestShare, limit / max(1, asked.count)))
        for id in asked {
            // A subscription that cannot be read must not hold up the others; the examination names it.
            guard let subscription = try? tx.webhooks.find(id)?.subscription else { continue }
            due += try self.due(to: subscription, now: now, limit: share)
        }
        return Array(due.sorted { ($0.eventSeq, $0.id) < ($1.eventSeq, $1.id) }.prefix(limit))
    }

    private func due(to subscription: Subscription, now: Instant, limit: Int) throws -> [Delivery] {
        try tx.rows(
            """
            SELECT d.id, d.attempts, d.earlier, e.seq, e.id, e.at_ms, e.type, e.subject, e.subject_seq, e.provider_id, e.provider_seq, e.actor,
                e.data
            FROM delivery d JOIN event e ON e.seq = d.event_seq
            WHERE d.webhook_id = \(subscription.id) AND d.state = 'pending' AND d.due_ms <= \(now)
                AND NOT EXISTS (
                    SELECT 1 FROM delivery p
                    WHERE p.webhook_id = d.webhook_id AND p.subject = d.subject AND p.state = 'pending' AND p.event_seq < d.event_seq)
            ORDER BY d.due_ms, d.event_seq
            LIMIT \(limit)
            """
        ) { row in
            let (id, attempts, earlier) = (try row.integer(), try row.int(), try row.int())
            let event = try Event(row: &row)
            return Delivery(
                id: id, eventID: event.id, eventSeq: event.seq, subject: event.subject, subscription: subscription, type: event.type,
                body: event.webhookBody(for: subscription).bytes, attempt: attempts + 1, earlier: earlier)
        }
    }

    /// See ``Outbox/record(_:now:)``.
    public func record(_ outcomes: [DeliveryOutcome], now: Instant) throws {
        var succeeded: [String: Bool] = [:]
        var failingSince: [String: Instant] = [:]
        for outcome in outcomes where try record(outcome, now: now) {
            succeeded[outcome.subscription] = succeeded[outcome.subscription] ?? false || outcome.decision == .done
            failingSince[outcome.subscription] = failingSince[outcome.subscription] ?? outcome.startedAt
        }
        for (id, success) in succeeded.sorted(by: { $0.key < $1.key }) {
            if success {
                try tx.execute("UPDATE webhook SET failing_since_ms = NULL WHERE id = \(id) AND failing_since_ms IS NOT NULL")
            } else {
                try tx.execute("UPDATE webhook SET failing_since_ms = \(failingSince[id]) WHERE id = \(id) AND failing_since_ms IS NULL")
            }
        }
    }

    /// - Returns: whether it was news.
    private func record(_ outcome: DeliveryOutcome, now: Instant) throws -> Bool {
        var status: Int?
        if case .status(let number, _) = outcome.reply { status = number }
        let reason = outcome.reply.isAccepted ? nil : outcome.reply.code
        var due: Instant?
        var state: String?
        switch outcome.decision {
        case .done: state = "delivered"
        // The state stays: it may have become a dead letter meanwhile, because its subscription was disabled.
        case .retry(let at): due = at
        case .dead, .disable: state = "dead"
        }
        let changed = try tx.execute(
            """
            UPDATE delivery
            SET state = COALESCE(\(state), state), attempts = \(outcome.attempt), due_ms = COALESCE(\(due), due_ms), last_status = \(status),
                last_reason = \(reason), last_ms = \(now)
            WHERE id = \(outcome.delivery) AND attempts = \(outcome.attempt - 1)
            """)
        // Selected from its delivery, for that may have been swept away; overtaken by a replay it is still part of the log.
        try tx.execute(
            """
            INSERT INTO delivery_attempt (delivery_id, number, at_ms, took_ms, status, reason)
            SELECT d.id, \(outcome.attempt), \(outcome.startedAt), \(outcome.took.milliseconds), \(status), \(reason)
            FROM delivery d
            WHERE d.id = \(outcome.delivery)
            ON CONFLICT (delivery_id, number) DO NOTHING
            """)
        guard changed == 1 else { return false }
        if case .disable(let why) = outcome.decision, try tx.webhooks.disable(outcome.subscription, reason: why.rawValue, at: now) {
            // Addressed to its owner, who finds it in the feed: what was to tell of trouble is just what has stopped.
            let owner = try tx.webhooks.find(outcome.subscription)?.subscription.provider
            try tx.events.append(
                "webhook.disabled", about: outcome.subscription, to: owner.map { ProviderID($0) }, by: "system", at: now,
                data: ["reason": JSON(why.rawValue)])
        }
        return true
    }
}

extension Event {
    /// What a subscriber is told of it.
    func webhookBody(for subscription: Subscription) -> WebhookBody {
        WebhookBody(
            type: type, timestamp: at, id: id, seq: subscription.provider == nil ? seq : providerSeq, subject: subject, subjectSeq: subjectSeq,
            detail: data)
    }
}

extension EventLog {
    /// An event of something that counts no versions of its own, such as a subscription; for the audit. Carries no address and no secret.
    @discardableResult
    public func append(
        _ type: String, about id: String, to provider: ProviderID? = nil, by actor: String, at now: Instant, data: JSON = .object([])
    ) throws -> Int64 {
        let earlier = try tx.integer("SELECT COUNT(*) FROM event WHERE subject = \(id)") ?? 0
        return try append(type, subject: id, subjectSeq: Int(earlier) + 1, to: provider, by: actor, at: now, data: data.text)
    }
}

extension Transaction {
    public var deliveries: DeliveryRepository { DeliveryRepository(tx: self) }
}
