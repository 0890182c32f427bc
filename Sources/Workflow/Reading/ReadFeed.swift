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
}

/// 接单轮询: everything addressed to a provider after a number of its own, 1, 2, 3 … without a gap; waits for news when there is none.
public struct ReadFeed: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let limit = 500
    public static let longestWait = 60
    static let addressKept = Span.hours(24)

    public func callAsFunction(_ provider: ProviderID, after seq: Int64, limit: Int, waitSeconds: Int) async throws -> [FeedEntry] {
        guard seq >= 0 else { throw Rejection(.invalid, "cursor_invalid", "after 应为 0 或正整数。", pointer: "/after") }
        let limit = min(max(1, limit), Self.limit)
        let deadline = ContinuousClock.now + .seconds(min(max(0, waitSeconds), Self.longestWait))
        while true {
            let rings = office.bell.rings
            let entries = try await page(provider, after: seq, limit: limit)
            let left = deadline - ContinuousClock.now
            if !entries.isEmpty || left <= .zero || Task.isCancelled { return entries }
            // Another process on the same PostgreSQL rings no bell here, so look again now and then.
            await office.bell.wait(after: rings, atMost: min(left, .seconds(1)))
        }
    }

    /// The newest of what was addressed to a provider, newest first; without the orders themselves.
    public func latest(_ provider: ProviderID, limit: Int) async throws -> [Event] {
        try await office.read { tx in
            let last = try tx.events.lastSeq(of: provider)
            return Array(try tx.events.of(provider, after: max(0, last - Int64(limit)), limit: limit).reversed())
        }
    }

    private func page(_ provider: ProviderID, after seq: Int64, limit: Int) async throws -> [FeedEntry] {
        let now = office.now
        return try await office.read { tx in
            let last = try tx.events.lastSeq(of: provider)
            guard seq <= last else {
                throw Rejection(.invalid, "cursor_in_future", "after 大于最新编号 \(last)，请检查是否连错环境。", pointer: "/after")
            }
            return try tx.events.of(provider, after: seq, limit: limit).map { event in
                guard event.type.hasPrefix("order."), let order = try tx.orders.find(OrderID(event.subject)) else {
                    return FeedEntry(event: event, order: nil, elder: nil)
                }
                let elder = Self.mayKnowElder(provider, order, now: now) ? try tx.elders.find(order.elder) : nil
                return FeedEntry(event: event, order: order, elder: elder)
            }
        }
    }

    /// Names and addresses are lent: from acceptance until a day after the visit, and only to the provider that holds the order.
    public static func mayKnowElder(_ provider: ProviderID, _ order: Order, now: Instant) -> Bool {
        guard order.provider == provider else { return false }
        return order.state.isWithProvider || (order.state == .closed && now < order.window.end + addressKept)
    }
}
