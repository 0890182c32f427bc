import Kernel
import Orders
import Registry

/// 暂留: an offer that one till or worker of a provider has taken in hand, so that no other of the same provider answers it meanwhile.
public struct OfferLease: Hashable, Sendable {
    public let order: OrderID
    public let provider: ProviderID
    /// The till's or worker's own name for itself.
    public let holder: String
    public let until: Instant

    public init(order: OrderID, provider: ProviderID, holder: String, until: Instant) {
        self.order = order
        self.provider = provider
        self.holder = holder
        self.until = until
    }
}

/// Who has which offer in hand.
public struct OfferLeaseRepository {
    let tx: any Transaction

    /// The lease that holds now, of this provider; one that has run out, or of a provider asked earlier, is none.
    public func live(_ order: OrderID, of provider: ProviderID, at now: Instant) throws -> OfferLease? {
        try tx.first(
            """
            SELECT order_id, provider_id, holder, until_ms FROM offer_lease
            WHERE order_id = \(order) AND provider_id = \(provider) AND until_ms > \(now)
            """
        ) { OfferLease(order: try $0.id(), provider: try $0.id(), holder: try $0.text(), until: try $0.instant()) }
    }

    public func save(_ lease: OfferLease) throws {
        try tx.execute(
            """
            INSERT INTO offer_lease (order_id, provider_id, holder, until_ms)
            VALUES (\(lease.order), \(lease.provider), \(lease.holder), \(lease.until))
            ON CONFLICT (order_id) DO UPDATE
            SET provider_id = excluded.provider_id, holder = excluded.holder, until_ms = excluded.until_ms
            """)
    }

    public func end(_ order: OrderID) throws { try tx.execute("DELETE FROM offer_lease WHERE order_id = \(order)") }
}

extension Transaction {
    public var offerLeases: OfferLeaseRepository { OfferLeaseRepository(tx: self) }
}
