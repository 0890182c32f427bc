import Kernel
import Orders

/// 门码试错: how often a wrong code or card was told at the door of an order.
public struct DoorTryRepository {
    let tx: any Transaction

    public struct Tries: Hashable, Sendable {
        /// Since the code was last given out.
        public let wrong: Int
        public let lastCode: String
        /// No code counts any more until a new one is given out.
        public let isLocked: Bool
        /// When it was locked last; stays when a new code is given out.
        public let lockedAt: Instant?
    }

    public func find(_ order: OrderID) throws -> Tries? {
        try tx.first("SELECT wrong, last_code, is_locked, locked_ms FROM door_try WHERE order_id = \(order)") {
            Tries(wrong: try $0.int(), lastCode: try $0.text(), isLocked: try $0.bool(), lockedAt: $0.optionalInstant())
        }
    }

    /// Counts a wrong code.
    ///
    /// - Parameter limit: from so many on no code is taken.
    /// - Returns: how many there are now.
    public func count(_ code: String, of order: OrderID, limit: Int, at now: Instant) throws -> Int {
        let wrong = Int(
            try tx.integer(
                """
                INSERT INTO door_try (order_id, wrong, last_code, is_locked) VALUES (\(order), 1, \(code), 0)
                ON CONFLICT (order_id) DO UPDATE SET wrong = door_try.wrong + 1, last_code = excluded.last_code
                RETURNING wrong
                """) ?? 0)
        if wrong >= limit { try tx.execute("UPDATE door_try SET is_locked = 1, locked_ms = \(now) WHERE order_id = \(order)") }
        return wrong
    }

    /// Orders still under way of which no code is taken, the longest first.
    public func locked(limit: Int) throws -> [OrderID] {
        try tx.rows(
            """
            SELECT d.order_id FROM door_try d JOIN service_order o ON o.id = d.order_id
            WHERE d.is_locked = 1 AND o.state IN ('offered', 'accepted', 'scheduled', 'in_service')
            ORDER BY d.locked_ms, d.order_id
            LIMIT \(limit)
            """
        ) { try $0.id() }
    }

    /// A new code has been given out: counting begins anew, and that there was reason to stays.
    public func reset(_ order: OrderID) throws {
        try tx.execute("UPDATE door_try SET wrong = 0, last_code = '', is_locked = 0 WHERE order_id = \(order)")
    }
}

extension Transaction {
    public var doorTries: DoorTryRepository { DoorTryRepository(tx: self) }
}
