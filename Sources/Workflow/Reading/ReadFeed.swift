import Kernel
import Orders
import Registry
import Store

/// One entry of a provider's feed.
public struct FeedEntry: Sendable {
    public let event: Event
    public let order: Order?
    /// Who and where: only while the provider holds the order, and until a day after its end.
    public let elder: Elder?
    /// Which till has the offer in hand.
    public let lease: OfferLease?

    public init(event: Event, order: Order? = nil, elder: Elder? = nil, lease: OfferLease? = nil) {
        self.event = event
        self.order = order
        self.elder = elder
        self.lease = lease
    }
}

/// 接单轮询: everything addressed to a provider after a number of its own, 1, 2, 3 … without a gap.
public struct ReadFeed: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let limit = 500
    public static let longestWait = 60
    static let addressKept = Span.hours(24)

    public func callAsFunction(_ provider: ProviderID, after seq: Int64, limit: Int) async throws -> [FeedEntry] {
        guard seq >= 0 else { throw Rejection(.invalid, "cursor_invalid", "after 应为 0 或正整数。", pointer: "/after") }
        return isQuiet(provider, after: seq) ? [] : try await page(provider, after: seq, limit: min(max(1, limit), Self.limit))
    }

    /// Whether it is certain, without a look at the database, that there is nothing after `seq`.
    public func isQuiet(_ provider: ProviderID, after seq: Int64) -> Bool {
        office.board.isQuiet(provider, after: seq, rings: office.bell.rings)
    }

    /// Calls `then` when there may be something after `seq`, at the latest at `deadline`; with false when no more waiting is possible.
    ///
    /// - Returns: what breaks the waiting off, and then `then` is not called.
    public func news(
        for provider: ProviderID, after seq: Int64, until deadline: ContinuousClock.Instant, then: @escaping @Sendable (Bool) -> Void
    ) -> @Sendable () -> Void {
        office.board.wait(provider, after: seq, until: deadline, then: then)
    }

    /// The newest of what was addressed to a provider, newest first, with the orders as they are now; nothing of the elders.
    public func latest(_ provider: ProviderID, limit: Int) async throws -> [FeedEntry] {
        try await office.read { tx in
            let last = try tx.events.lastSeq(of: provider)
            let events = try tx.events.of(provider, after: max(0, last - Int64(limit)), limit: limit)
            let subjects = Set(events.filter { $0.type.hasPrefix("order.") }.map(\.subject))
            let orders = Dictionary(uniqueKeysWithValues: try tx.orders.find(subjects.map { OrderID($0) }).map { ($0.id.text, $0) })
            return events.reversed().map { FeedEntry(event: $0, order: orders[$0.subject]) }
        }
    }

    private func page(_ provider: ProviderID, after seq: Int64, limit: Int) async throws -> [FeedEntry] {
        let now = office.now
        return try await office.read { tx in
            let last = try tx.events.lastSeq(of: provider)
            guard seq <= last else {
                throw Rejection(.refused, "cursor_in_future", "after 大于最新编号 \(last)，请检查是否连错环境。", pointer: "/after")
            }
            return try tx.events.of(provider, after: seq, limit: limit).map { event in
                guard event.type.hasPrefix("order."), let order = try tx.orders.find(OrderID(event.subject)) else {
                    return FeedEntry(event: event)
                }
                return try Self.entry(tx, order, event, for: provider, now: now)
            }
        }
    }

    /// An order as its provider may see it now.
    static func entry(_ tx: any Transaction, _ order: Order, _ event: Event, for provider: ProviderID, now: Instant) throws -> FeedEntry {
        FeedEntry(
            event: event, order: order, elder: mayKnowElder(provider, order, now: now) ? try tx.elders.find(order.elder) : nil,
            lease: order.state == .offered ? try tx.offerLeases.live(order.id, of: provider, at: now) : nil)
    }

    /// Names and addresses are lent: from acceptance until a day after the end of the visit, and only to the provider that holds the order.
    public static func mayKnowElder(_ provider: ProviderID, _ order: Order, now: Instant) -> Bool {
        order.provider == provider && (order.state.isWithProvider || order.state == .closed) && now < order.window.end + addressKept
    }
}
