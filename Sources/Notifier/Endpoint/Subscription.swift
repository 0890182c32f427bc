import Kernel

/// A standing wish to be told (推送订阅): who, where, which events, and how it is signed.
public struct Subscription: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case active
        /// Nothing is sent; see ``Subscription/disabledReason``.
        case disabled
    }

    public let id: String
    /// The provider whose events it carries; nil for one that sees everything (an operator's own system).
    public let provider: String?
    public let url: EndpointURL
    public let events: EventFilter
    public let secrets: SecretRing
    public let state: State
    /// Why it is disabled: a ``DisableReason`` or what its owner wrote.
    public let disabledReason: String?
    /// When its last unbroken row of failures began; nil after a success, or when the store does not keep it.
    public let failingSince: Instant?

    public init(
        id: String, provider: String?, url: EndpointURL, events: EventFilter, secrets: SecretRing, state: State = .active,
        disabledReason: String? = nil, failingSince: Instant? = nil
    ) {
        self.id = id
        self.provider = provider
        self.url = url
        self.events = events
        self.secrets = secrets
        self.state = state
        self.disabledReason = disabledReason
        self.failingSince = failingSince
    }

    /// Whether an event goes to it: active, a type it asked for, and addressed to its provider.
    /// - Parameter addressee: The provider the event is addressed to, if any.
    public func wants(_ type: String, to addressee: String?) -> Bool {
        state == .active && (provider == nil || provider == addressee) && events.matches(type)
    }
}
