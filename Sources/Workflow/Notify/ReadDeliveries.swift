import Kernel
import Notifier
import Store

/// 推送记录: what went to a subscription, what became of it, and why.
public struct ReadDeliveries: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let limit = 100

    public struct Page: Sendable {
        public let subscription: Subscription
        public let entries: [DeliveryRepository.Entry]
        /// Place in the log before which the next page begins.
        public let next: Int64?
    }

    public func callAsFunction(
        _ id: String, state: DeliveryRepository.State?, before seq: Int64?, limit: Int, for caller: Caller
    ) async throws -> Page {
        let limit = min(max(1, limit), Self.limit)
        return try await office.read { tx in
            let subscription = try tx.require(id, for: caller).subscription
            let entries = try tx.deliveries.entries(of: id, state: state, before: seq ?? .max, limit: limit)
            return Page(subscription: subscription, entries: entries, next: entries.count == limit ? entries.last?.event.seq : nil)
        }
    }
}
