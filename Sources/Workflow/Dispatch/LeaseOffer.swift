import Kernel
import Orders
import Registry
import Store

/// 暂留: one till or worker of the provider takes an offer in hand for some minutes; the others see it and cannot answer it meanwhile.
public struct LeaseOffer: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Minutes that a lease may last. Never longer than the offer itself.
    public static let minutes = 1...30

    /// - Parameter holder: the till's own name; the name of the token unless given.
    /// - Throws: `offer_leased` while another holds it.
    public func prepared(
        _ id: OrderID, holder: String?, minutes: Int, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> OfferLease {
        let holder = try Self.holder(holder, caller)
        guard Self.minutes.contains(minutes) else {
            throw Rejection(.invalid, "lease_minutes", "minutes 应为 1 到 30。", pointer: "/minutes")
        }
        let now = office.now
        return { tx in
            let (order, attempt) = try Offered.require(tx, id, by: caller)
            guard order.state == .offered else { throw Rejection(.conflict, "offer_answered", "这次派单已经有了答复，请刷新后再看。") }
            guard now < attempt.expiresAt else { throw OrderRejection.offerExpired(at: attempt.expiresAt) }
            try Self.check(tx, id, attempt.provider, holder: holder, at: now)
            let lease = OfferLease(order: id, provider: attempt.provider, holder: holder, until: min(now + .minutes(minutes), attempt.expiresAt))
            try tx.offerLeases.save(lease)
            return lease
        }
    }

    /// 放弃暂留.
    public func released(_ id: OrderID, holder: String?, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Void {
        let (holder, now) = (try Self.holder(holder, caller), office.now)
        return { tx in
            let (_, attempt) = try Offered.require(tx, id, by: caller)
            try Self.check(tx, id, attempt.provider, holder: holder, at: now)
            try tx.offerLeases.end(id)
        }
    }

    /// A step of the provider, done only if no other till has the offer in hand.
    public func guarded<T>(
        _ id: OrderID, holder: String?, by caller: Caller, _ step: @escaping @Sendable (any Transaction) throws -> T
    ) throws -> @Sendable (any Transaction) throws -> T {
        let (holder, now) = (try Self.holder(holder, caller), office.now)
        return { tx in
            if let provider = caller.provider { try Self.check(tx, id, provider, holder: holder, at: now) }
            let result = try step(tx)
            try tx.offerLeases.end(id)
            return result
        }
    }

    private static func holder(_ name: String?, _ caller: Caller) throws -> String {
        let name = name ?? caller.name
        guard (1...60).contains(name.count) else {
            throw Rejection(.invalid, "lease_holder", "holder 应为 1 到 60 个字。", pointer: "/holder")
        }
        return name
    }

    private static func check(_ tx: any Transaction, _ id: OrderID, _ provider: ProviderID, holder: String, at now: Instant) throws {
        guard let lease = try tx.offerLeases.live(id, of: provider, at: now), lease.holder != holder else { return }
        throw Rejection(.conflict, "offer_leased", "这张工单正由“\(lease.holder)”处理到 \(lease.until)，请稍后再试或由其答复。")
    }
}
