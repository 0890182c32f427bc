import Kernel
import Orders
import Registry
import Store

/// 接单: the provider takes the order it was offered. Of any number of answers at once exactly one counts.
public struct AcceptOffer: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ id: OrderID, by caller: Caller) async throws -> Order {
        try await office.perform(prepared(id, by: caller))
    }

    public func prepared(_ id: OrderID, by caller: Caller) -> @Sendable (any Transaction) throws -> Order {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let (old, attempt) = try Offered.require(tx, id, by: caller)
            let accepted = try old.after(.accept, by: caller.actor, at: now, timers: reference.timers(on: now.localDate))
            try tx.attempts.save(try attempt.answered(.accepted, at: now), expecting: .offered)
            try tx.orders.save(accepted, replacing: old)
            try tx.events.append(
                "order.accepted", subject: id.text, subjectSeq: accepted.version, to: attempt.provider, by: caller.name, at: now)
            return accepted
        }
    }
}

/// 拒单: the provider declines with a reason; the next one is asked at once, never the same again.
public struct DeclineOffer: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ id: OrderID, reason: String, by caller: Caller) async throws -> Order {
        try await office.perform(prepared(id, reason: reason, by: caller))
    }

    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try OrderRejection.require(reason: reason)
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let (old, _) = try Offered.require(tx, id, by: caller)
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            let waiting = try old.after(.decline, by: caller.actor, at: now, timers: dispatch.timers)
            try dispatch.release(old, as: .declined, reason: reason, event: "order.declined", version: waiting.version)
            return try dispatch.next(waiting, replacing: old)
        }
    }
}

/// The order and its live attempt, if this caller may answer it.
enum Offered {
    /// - Throws: `order_unknown` also for an order of another provider: whose it is, is nobody else's business.
    static func require(_ tx: any Transaction, _ id: OrderID, by caller: Caller) throws -> (order: Order, attempt: Attempt) {
        let order = try tx.orders.require(id)
        let attempt = try tx.attempts.live(id)
        if caller.role == .provider {
            guard let provider = caller.provider, try tx.attempts.wasOffered(id, to: provider) else {
                throw Rejection(.missing, "order_unknown", "没有这张工单，请核对编号。")
            }
            guard attempt?.provider == provider else {
                throw Rejection(.conflict, "offer_gone", "这张工单已不在您名下（已超时、已改派或已取消）。")
            }
        }
        guard let attempt else { throw Rejection(.conflict, "offer_gone", "这张工单现在没有待答复的派单。") }
        return (order, attempt)
    }
}
