import Kernel
import Orders
import Registry

/// The record of taken orders, for going through it again.
public struct ReplayRepository {
    let tx: any Transaction

    /// Orders taken between two moments, in the order in which they were taken; voided ones never were.
    public func taken(from: Instant, until: Instant, after: (at: Instant, id: OrderID)?, limit: Int) throws -> [Order] {
        let start = after?.at ?? from
        return try tx.rows(
            """
            SELECT \(sql: OrderRepository.columns) FROM service_order
            WHERE created_ms >= \(start) AND created_ms < \(until) AND state <> 'voided'
                AND (created_ms > \(start) OR id > \(after?.id.text ?? ""))
            ORDER BY created_ms, id
            LIMIT \(limit)
            """
        ) { try Order(row: &$0) }
    }

    public struct Answers: Sendable {
        public let provider: ProviderID
        public let offers: Int
        public let refused: Int
        public let total_ms: Int64
    }

    /// How providers answered the offers of a time; what was withdrawn or still waits says nothing.
    public func answers(from: Instant, until: Instant) throws -> [Answers] {
        try tx.rows(
            """
            SELECT provider_id, COUNT(*), CAST(SUM(CASE WHEN state = 'accepted' THEN 0 ELSE 1 END) AS BIGINT),
                CAST(SUM(answered_ms - offered_ms) AS BIGINT)
            FROM attempt
            WHERE offered_ms >= \(from) AND offered_ms < \(until) AND state IN ('accepted', 'declined', 'expired') AND answered_ms IS NOT NULL
            GROUP BY provider_id
            ORDER BY provider_id
            """
        ) { Answers(provider: try $0.id(), offers: try $0.int(), refused: try $0.int(), total_ms: try $0.integer()) }
    }

    /// Which providers an elder had been served by before a day.
    public func meetings(of elder: ElderID, before date: LocalDate) throws -> [LoadRepository.Met] {
        try tx.rows(
            """
            SELECT provider_id, COUNT(*), MAX(service_date) FROM service_order
            WHERE elder_id = \(elder) AND state IN ('done', 'closed') AND service_date < \(date)
            GROUP BY provider_id
            ORDER BY provider_id
            """
        ) { LoadRepository.Met(provider: try $0.id(), visits: try $0.int(), last: try $0.date()) }
    }
}

extension Transaction {
    public var replays: ReplayRepository { ReplayRepository(tx: self) }
}
