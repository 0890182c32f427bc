import Kernel
import Orders
import Registry

/// Who was asked about an order, when, and what became of it.
public struct AttemptRepository {
    let tx: any Transaction

    public func insert(_ attempt: Attempt) throws {
        try tx.execute(
            """
            INSERT INTO attempt (order_id, ordinal, provider_id, state, offered_ms, expires_ms, answered_ms, reason_code, price_fen, slot_opens,
                decision)
            VALUES (\(attempt.order), \(attempt.ordinal), \(attempt.provider), \(attempt.state), \(attempt.offeredAt), \(attempt.expiresAt),
                \(attempt.answeredAt), \(attempt.reasonCode), \(attempt.price), \(attempt.slotOpens), \(attempt.decision))
            """)
    }

    /// Writes an answer, if the attempt is still in the state in which it was read: of two answers at once exactly one counts.
    public func save(_ attempt: Attempt, expecting old: Attempt.State) throws {
        let changed = try tx.execute(
            """
            UPDATE attempt
            SET state = \(attempt.state), answered_ms = \(attempt.answeredAt), reason_code = \(attempt.reasonCode)
            WHERE order_id = \(attempt.order) AND ordinal = \(attempt.ordinal) AND state = \(old)
            """)
        guard changed == 1 else { throw Rejection(.conflict, "offer_answered", "这次派单已经有了答复，请刷新后再看。") }
    }

    /// The attempt that is offered or accepted; there is never more than one.
    public func live(_ order: OrderID) throws -> Attempt? {
        try tx.first(
            "SELECT \(sql: Self.columns) FROM attempt WHERE order_id = \(order) AND state IN ('offered', 'accepted') LIMIT 1"
        ) { try Attempt(row: &$0) }
    }

    public func all(_ order: OrderID) throws -> [Attempt] {
        try tx.rows("SELECT \(sql: Self.columns) FROM attempt WHERE order_id = \(order) ORDER BY ordinal") { try Attempt(row: &$0) }
    }

    /// Providers that have declined this order or let it time out: never asked again.
    public func asked(_ order: OrderID) throws -> Set<ProviderID> {
        Set(
            try tx.rows(
                "SELECT provider_id FROM attempt WHERE order_id = \(order) AND state IN ('declined', 'expired') ORDER BY ordinal"
            ) { try $0.id(Provider.self) })
    }

    /// Whether this provider has ever been asked about this order, and so may see that it exists.
    public func wasOffered(_ order: OrderID, to provider: ProviderID) throws -> Bool {
        try tx.exists("SELECT 1 FROM attempt WHERE order_id = \(order) AND provider_id = \(provider) LIMIT 1")
    }

    static let columns: StaticString =
        "order_id, ordinal, provider_id, state, offered_ms, expires_ms, answered_ms, reason_code, price_fen, slot_opens, decision"
}

extension Attempt {
    init(row: inout Row) throws {
        self.init(
            order: try row.id(), ordinal: try row.int(), provider: try row.id(), state: try row.value(), offeredAt: try row.instant(),
            expiresAt: try row.instant(), answeredAt: row.optionalInstant(), reasonCode: row.optionalText(), price: try row.fen(),
            slotOpens: row.optionalInteger().map { Int($0) }, decision: try row.text())
    }
}

extension Transaction {
    public var attempts: AttemptRepository { AttemptRepository(tx: self) }
}
