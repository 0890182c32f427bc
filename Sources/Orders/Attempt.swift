import Kernel
import Registry

/// 派单记录: one provider asked once about one order. Never overwritten by the next.
public struct Attempt: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// 待接单
        case offered
        /// 已接单
        case accepted
        /// 拒单
        case declined
        /// 超时未接
        case expired
        /// 已撤回: taken back because the order was cancelled or given to another.
        case withdrawn

        /// At most one attempt of an order is live; the schema holds to it.
        public var isLive: Bool { self == .offered || self == .accepted }

        public var name: String {
            switch self {
            case .offered: "待接单"
            case .accepted: "已接单"
            case .declined: "拒单"
            case .expired: "超时未接"
            case .withdrawn: "已撤回"
            }
        }
    }

    public let order: OrderID
    /// 1, 2, 3 … within the order.
    public let ordinal: Int
    public let provider: ProviderID
    public var state: State
    public let offeredAt: Instant
    public let expiresAt: Instant
    public var answeredAt: Instant?
    public var reasonCode: String?
    public let price: Fen
    /// Start of the opening window (minutes after midnight) in which a place was taken; nil for a provider without windows.
    public let slotOpens: Int?
    /// All candidates, refusals, score parts and the policy's version, as `Decision.encoded()` of Matching wrote them.
    public let decision: String

    public init(
        order: OrderID, ordinal: Int, provider: ProviderID, state: State, offeredAt: Instant, expiresAt: Instant,
        answeredAt: Instant? = nil, reasonCode: String? = nil, price: Fen, slotOpens: Int?, decision: String
    ) {
        self.order = order
        self.ordinal = ordinal
        self.provider = provider
        self.state = state
        self.offeredAt = offeredAt
        self.expiresAt = expiresAt
        self.answeredAt = answeredAt
        self.reasonCode = reasonCode
        self.price = price
        self.slotOpens = slotOpens
        self.decision = decision
    }

    /// The attempt once its provider has answered.
    ///
    /// The answer counts until the moment of expiry, whatever the sweep has done or not done by then.
    public func answered(_ state: State, at now: Instant, reason: String? = nil) throws(OrderRejection) -> Attempt {
        if self.state == .offered, state == .accepted || state == .declined, now >= expiresAt { throw .offerExpired(at: expiresAt) }
        var attempt = self
        attempt.state = state
        attempt.answeredAt = now
        attempt.reasonCode = reason
        return attempt
    }
}
