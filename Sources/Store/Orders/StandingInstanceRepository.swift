import Intake
import Kernel
import Orders

/// What became of a day of a standing order.
public struct StandingInstance: Hashable, Sendable {
    public enum State: String, Sendable {
        /// An order was made; how it goes on is told by the order.
        case made
        /// No order could be made; tried again until its time has come.
        case refused
        /// The order was taken back: the elder is away, or the plan has changed. Made again if the plan still has the day.
        case withdrawn
    }

    public let standing: StandingOrderID
    public let occurrence: LocalDate
    public var day: LocalDate
    public var state: State
    /// The order made, or the one taken back.
    public var order: OrderID?
    public var code: String?
    public var message: String?
    /// Since when it is so.
    public var at: Instant

    public init(
        standing: StandingOrderID, occurrence: LocalDate, day: LocalDate, state: State, order: OrderID? = nil, code: String? = nil,
        message: String? = nil, at: Instant
    ) {
        self.standing = standing
        self.occurrence = occurrence
        self.day = day
        self.state = state
        self.order = order
        self.code = code
        self.message = message
        self.at = at
    }
}

public struct StandingInstanceRepository {
    let tx: any Transaction

    /// Instances of some standing orders whose day of the rule is not before `from`.
    public func of(_ ids: [StandingOrderID], from: LocalDate) throws -> [StandingInstance] {
        try ids.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT \(sql: Self.columns) FROM standing_instance
                WHERE standing_id IN (\(list: part.map(\.text))) AND occurrence >= \(from)
                ORDER BY standing_id, occurrence
                """) { try StandingInstance(row: &$0) }
        }
    }

    /// What could not be made and is still ahead, soonest first, for everyone's list of work.
    public func refused(from: LocalDate, limit: Int) throws -> [StandingInstance] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM standing_instance
            WHERE state = 'refused' AND service_date >= \(from)
            ORDER BY service_date, standing_id, occurrence
            LIMIT \(limit)
            """) { try StandingInstance(row: &$0) }
    }

    /// The instance whose order this is.
    public func of(_ order: OrderID) throws -> StandingInstance? {
        try tx.first("SELECT \(sql: Self.columns) FROM standing_instance WHERE order_id = \(order)") { try StandingInstance(row: &$0) }
    }

    /// Writes instances, each over what stood for its day before: the day is the key, so it never has two orders.
    public func save(_ instances: [StandingInstance]) throws {
        for instance in instances { try tx.execute(SQL(text: Self.upsert, values: instance.values)) }
    }

    private static let upsert = """
        INSERT INTO standing_instance (standing_id, occurrence, service_date, state, order_id, code, message, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (standing_id, occurrence) DO UPDATE
        SET service_date = excluded.service_date, state = excluded.state, order_id = excluded.order_id, code = excluded.code,
            message = excluded.message, at_ms = excluded.at_ms
        """

    static let columns: StaticString = "standing_id, occurrence, service_date, state, order_id, code, message, at_ms"
}

extension StandingInstance {
    init(row: inout Row) throws {
        self.init(
            standing: try row.id(), occurrence: try row.date(), day: try row.date(), state: try row.value(), order: row.optionalID(),
            code: row.optionalText(), message: row.optionalText(), at: try row.instant())
    }

    fileprivate var values: [SQL.Value] {
        [
            .text(standing.text), .text(occurrence.description), .text(day.description), .text(state.rawValue), .text(order?.text), .text(code),
            .text(message), .integer(at.milliseconds),
        ]
    }
}

extension Transaction {
    public var standingInstances: StandingInstanceRepository { StandingInstanceRepository(tx: self) }
}
