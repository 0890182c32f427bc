import Kernel
import Notifier
import Registry
import Store

/// 推送订阅: who wants to be told of what, where. A provider manages its own; an administrator the platform's own and, in trouble, everyone's.
public struct ManageWebhooks: Sendable {
    let office: Office
    let rule: AddressRule

    public init(_ office: Office, rule: AddressRule) {
        self.office = office
        self.rule = rule
    }

    /// Subscriptions one owner may have.
    public static let limit = 10
    /// How long a replaced secret may go on signing.
    public static let overlaps = Span.seconds(0)...Span.days(7)

    public struct Change: Sendable {
        public var url: String?
        public var events: [String]?
        public var isActive: Bool?

        public init(url: String? = nil, events: [String]? = nil, isActive: Bool? = nil) {
            self.url = url
            self.events = events
            self.isActive = isActive
        }
    }

    public typealias Step = @Sendable (any Transaction) throws -> WebhookRepository.Entry

    /// - Throws: `webhook_url_…`, `webhook_address_private`, `webhook_events_invalid`, `webhook_secret_invalid`, `webhook_limit`.
    public func created(url: String, events: [String], secret: String?, by caller: Caller) throws -> Step {
        let now = office.now
        let subscription = Subscription(
            id: "wh_" + IDMaker.text(at: now, random: office.random()), provider: caller.provider?.text, url: try checked(url),
            events: try EventFilter(events, known: EventTypes.all), secrets: SecretRing(try chosen(secret)))
        return { tx in
            guard try tx.webhooks.count(of: caller.provider) < Self.limit else {
                throw Rejection(.refused, "webhook_limit", "每个单位最多 \(Self.limit) 个推送订阅，请先删除不用的。")
            }
            let seq = try tx.events.append("webhook.created", about: subscription.id, by: caller.name, at: now)
            try tx.webhooks.insert(subscription, after: seq, at: now)
            return .init(subscription: subscription, createdAt: now)
        }
    }

    /// Enabling starts afresh: what happened meanwhile is not sent by itself, but can be replayed.
    public func changed(_ id: String, _ change: Change, by caller: Caller) throws -> Step {
        let now = office.now
        let url = try change.url.map(checked)
        let events = try change.events.map { (patterns) throws(Rejection) in try EventFilter(patterns, known: EventTypes.all) }
        guard url != nil || events != nil || change.isActive != nil else {
            throw Rejection(.refused, "webhook_change_empty", "请至少给出 url、events、state 中的一项。")
        }
        return { tx in
            let old = try tx.require(id, for: caller)
            let was = old.subscription
            let isActive = change.isActive ?? (was.state == .active)
            let isWoken = isActive && was.state == .disabled
            let new = Subscription(
                id: id, provider: was.provider, url: url ?? was.url, events: events ?? was.events, secrets: was.secrets,
                state: isActive ? .active : .disabled, disabledReason: isActive ? nil : was.disabledReason ?? "owner",
                failingSince: isWoken || url != nil ? nil : was.failingSince)
            if !isActive, try tx.webhooks.disable(id, reason: "owner", at: now) {
                try tx.events.append("webhook.disabled", about: id, by: caller.name, at: now, data: ["reason": "owner"])
            }
            let seq = try tx.events.append("webhook.updated", about: id, by: caller.name, at: now)
            try tx.webhooks.update(new, after: isWoken ? seq : nil)
            return .init(subscription: new, createdAt: old.createdAt)
        }
    }

    /// A new secret; the one before signs on beside it for `overlap`, so that the receiver can change over at any moment between.
    public func rotated(_ id: String, to secret: String?, overlap: Span, by caller: Caller) throws -> Step {
        guard Self.overlaps.contains(overlap) else {
            throw Rejection(.invalid, "webhook_overlap_invalid", "overlap_seconds 应为 0 到 604800（7 天）。", pointer: "/overlap_seconds")
        }
        let now = office.now
        let secret = try chosen(secret)
        return { tx in
            let old = try tx.require(id, for: caller)
            let was = old.subscription
            let new = Subscription(
                id: id, provider: was.provider, url: was.url, events: was.events,
                secrets: was.secrets.rotated(to: secret, at: now, overlap: overlap), state: was.state, disabledReason: was.disabledReason,
                failingSince: was.failingSince)
            try tx.webhooks.update(new)
            try tx.events.append("webhook.rotated", about: id, by: caller.name, at: now)
            return .init(subscription: new, createdAt: old.createdAt)
        }
    }

    /// Takes it away at once, with all that waits for it.
    public func delete(_ id: String, by caller: Caller) async throws {
        let now = office.now
        try await office.perform { tx in
            _ = try tx.require(id, for: caller)
            try tx.webhooks.delete(id, at: now)
            try tx.events.append("webhook.deleted", about: id, by: caller.name, at: now)
        }
    }

    public func all(for caller: Caller) async throws -> [WebhookRepository.Entry] {
        try await office.read { tx in try tx.webhooks.all(of: caller.provider, limit: 1000) }
    }

    public func one(_ id: String, for caller: Caller) async throws -> WebhookRepository.Entry {
        try await office.read { tx in try tx.require(id, for: caller) }
    }

    private func checked(_ url: String) throws(Rejection) -> EndpointURL {
        let url = try EndpointURL(url)
        try rule.check(url)
        return url
    }

    private func chosen(_ secret: String?) throws(Rejection) -> Secret {
        if let secret { return try Secret(secret) }
        // 32 bytes, as long as the hash that signs with it.
        return Secret(random: (0..<4).flatMap { _ in withUnsafeBytes(of: office.random().bigEndian, Array.init) })
    }
}

extension Transaction {
    /// The caller's subscription; another's is as if it did not exist.
    func require(_ id: String, for caller: Caller) throws -> WebhookRepository.Entry {
        guard let entry = try webhooks.find(id), caller.role == .admin || entry.subscription.provider == caller.provider?.text else {
            throw Rejection(.missing, "webhook_unknown", "没有这个推送订阅，请核对编号。")
        }
        return entry
    }
}
