import Kernel
import Orders

/// 应急纸单: numbers reserved for paper, each used once.
public struct SlipRepository {
    let tx: any Transaction

    public struct Slip: Sendable {
        public let number: String
        public let reservedAt: Instant
        public let reservedBy: String
        public let order: OrderID?
        /// When it was filled in by hand.
        public let takenAt: Instant?
        public let enteredAt: Instant?
        public let enteredBy: String?

        init(row: inout Row) throws {
            (number, reservedAt, reservedBy) = (try row.text(), try row.instant(), try row.text())
            (order, takenAt, enteredAt, enteredBy) = (row.optionalID(), row.optionalInstant(), row.optionalInstant(), row.optionalText())
        }
    }

    private static let columns: StaticString = "number, reserved_ms, reserved_by, order_id, taken_ms, entered_ms, entered_by"

    public func insert(_ number: String, by name: String, at now: Instant) throws {
        try tx.execute("INSERT INTO downtime_slip (number, reserved_ms, reserved_by) VALUES (\(number), \(now), \(name))")
    }

    /// The highest number with a prefix; nil when there is none.
    public func last(_ prefix: String) throws -> String? {
        try tx.first(
            "SELECT number FROM downtime_slip WHERE number >= \(prefix) AND number < \(prefix + "~") ORDER BY number DESC LIMIT 1"
        ) { try $0.text() }
    }

    public func find(_ number: String) throws -> Slip? {
        try tx.first("SELECT \(sql: Self.columns) FROM downtime_slip WHERE number = \(number)") { try Slip(row: &$0) }
    }

    /// The latest reserved, newest number first.
    public func latest(limit: Int) throws -> [Slip] {
        try tx.rows("SELECT \(sql: Self.columns) FROM downtime_slip ORDER BY number DESC LIMIT \(limit)") { try Slip(row: &$0) }
    }

    /// - Returns: false when it has been used before.
    public func use(_ number: String, for order: OrderID, takenAt: Instant, by name: String, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE downtime_slip SET order_id = \(order), taken_ms = \(takenAt), entered_ms = \(now), entered_by = \(name)
            WHERE number = \(number) AND order_id IS NULL
            """) == 1
    }
}

extension Transaction {
    public var slips: SlipRepository { SlipRepository(tx: self) }
}
