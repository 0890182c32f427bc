import Kernel
import Notifier
import Store

/// Sends once more (补发) what a subscriber has missed, and sends a test (测试推送) on wish.
public struct ReplayWebhook: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Deliveries of one request.
    public static let limit = 5000

    public struct Result: Sendable {
        public let count: Int
        /// Where to go on, in the numbers of the receiver's feed; nil when all is done.
        public let next: Int64?
    }

    /// - Throws: `webhook_unknown`, `webhook_disabled`, or `webhook_event_unknown` when the one event asked for is not the subscriber's.
    public func prepared(
        _ id: String, _ selection: DeliveryRepository.Selection, by caller: Caller
    ) -> @Sendable (any Transaction) throws -> Result {
        let now = office.now
        return { tx in
            let subscription = try Self.active(tx, id, for: caller)
            let (count, next) = try tx.deliveries.replay(selection, to: subscription, now: now, limit: Self.limit)
            if case .event = selection, count == 0 {
                throw Rejection(.missing, "webhook_event_unknown", "没有这个事件，或它不在本订阅的范围内。", pointer: "/event_id")
            }
            return Result(count: count, next: next)
        }
    }

    /// A `webhook.test` goes the same way as everything else: through the log, the outbox and the retries.
    /// - Returns: the id of the event, which the receiver will see as `webhook-id`.
    public func tested(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> String {
        let now = office.now
        return { tx in
            _ = try Self.active(tx, id, for: caller)
            let seq = try tx.events.append(EventTypes.test, about: id, by: caller.name, at: now)
            guard let event = try tx.events.after(seq - 1, limit: 1).first else { throw StoreFault.failed("event \(seq) not written") }
            return event.id
        }
    }

    private static func active(_ tx: any Transaction, _ id: String, for caller: Caller) throws -> Subscription {
        let subscription = try tx.require(id, for: caller).subscription
        guard subscription.state == .active else {
            throw Rejection(.conflict, "webhook_disabled", "该推送订阅已停用，请先用 PATCH 把 state 改为 active。")
        }
        return subscription
    }
}
