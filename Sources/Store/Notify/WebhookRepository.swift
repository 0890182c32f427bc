import Kernel
import Notifier
import Registry

/// Subscriptions to the log, and who holds them.
public struct WebhookRepository {
    let tx: any Transaction

    /// A subscription with what the store knows beside it.
    public struct Entry: Sendable {
        public let subscription: Subscription
        public let createdAt: Instant

        public init(subscription: Subscription, createdAt: Instant) {
            self.subscription = subscription
            self.createdAt = createdAt
        }
    }

    public func insert(_ subscription: Subscription, after seq: Int64, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO webhook (id, provider_id, url, events, secrets, state, disabled_reason, created_ms, after_seq)
            VALUES (\(subscription.id), \(subscription.provider), \(subscription.url.text), \(subscription.events.text),
                \(subscription.secrets.text), \(subscription.state), \(subscription.disabledReason), \(now), \(seq))
            """)
    }

    public func find(_ id: String) throws -> Entry? {
        try tx.first("SELECT \(sql: Self.columns) FROM webhook WHERE id = \(id) AND deleted_ms IS NULL") { try Entry(row: &$0) }
    }

    /// Those of one provider, or all, oldest first.
    public func all(of provider: ProviderID?, limit: Int) throws -> [Entry] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM webhook
            WHERE deleted_ms IS NULL AND (\(provider) IS NULL OR provider_id = \(provider))
            ORDER BY created_ms, id
            LIMIT \(limit)
            """
        ) { try Entry(row: &$0) }
    }

    /// How many one owner has: a provider, or the platform itself (nil).
    public func count(of provider: ProviderID?) throws -> Int {
        Int(
            try tx.integer(
                """
                SELECT COUNT(*) FROM webhook
                WHERE deleted_ms IS NULL AND (provider_id = \(provider) OR (provider_id IS NULL AND \(provider) IS NULL))
                """) ?? 0)
    }

    /// - Parameter seq: Where given, only later events go to it from now on: it was disabled meanwhile.
    public func update(_ subscription: Subscription, after seq: Int64? = nil) throws {
        try tx.execute(
            """
            UPDATE webhook
            SET url = \(subscription.url.text), events = \(subscription.events.text), secrets = \(subscription.secrets.text),
                state = \(subscription.state), disabled_reason = \(subscription.disabledReason),
                failing_since_ms = \(subscription.failingSince), after_seq = COALESCE(\(seq), after_seq)
            WHERE id = \(subscription.id) AND deleted_ms IS NULL
            """)
    }

    /// Stops a subscription; what waits for it becomes dead letters, neither lost nor sent.
    /// - Returns: whether it was active.
    public func disable(_ id: String, reason: String, at now: Instant) throws -> Bool {
        let changed = try tx.execute("UPDATE webhook SET state = 'disabled', disabled_reason = \(reason) WHERE id = \(id) AND state = 'active'")
        try tx.execute(
            """
            UPDATE delivery SET state = 'dead', last_reason = \(DeadReason.disabled.code), last_ms = \(now)
            WHERE webhook_id = \(id) AND state = 'pending'
            """)
        return changed == 1
    }

    /// Takes it out of sight at once, its secrets with it; its rows go in small steps (``DeliveryRepository/sweep(now:limit:)``).
    public func delete(_ id: String, at now: Instant) throws {
        _ = try disable(id, reason: "deleted", at: now)
        try tx.execute("UPDATE webhook SET deleted_ms = \(now), secrets = '' WHERE id = \(id)")
    }

    /// Subscriptions whose row cannot be read: they are passed over, and this is how one hears of it.
    public func unreadable() throws -> [String] {
        try tx.rows("SELECT id, url, events, secrets FROM webhook WHERE deleted_ms IS NULL ORDER BY id") { row in
            let id = try row.text()
            let (url, events, secrets) = (try row.text(), try row.text(), try row.text())
            let isSound = (try? EndpointURL(url)) != nil && (try? EventFilter(text: events)) != nil && (try? SecretRing(text: secrets)) != nil
            return isSound ? nil : id
        }.compactMap { $0 }
    }

    static let columns: StaticString = "id, provider_id, url, events, secrets, state, disabled_reason, failing_since_ms, created_ms"
}

extension WebhookRepository.Entry {
    init(row: inout Row) throws {
        let (id, provider) = (try row.text(), row.optionalText())
        let (url, events, secrets) = (try row.text(), try row.text(), try row.text())
        do {
            subscription = Subscription(
                id: id, provider: provider, url: try EndpointURL(url), events: try EventFilter(text: events),
                secrets: try SecretRing(text: secrets), state: try row.value(), disabledReason: row.optionalText(),
                failingSince: row.optionalInstant())
        } catch is Rejection {
            throw StoreFault.corrupt("webhook \(id)")
        }
        createdAt = try row.instant()
    }
}

extension Transaction {
    public var webhooks: WebhookRepository { WebhookRepository(tx: self) }
}
