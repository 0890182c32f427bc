import Kernel

/// 统计: orders of a run of service days by street and category. Read for a page or a table, never on the way of an order.
public struct AnalyticsRepository {
    let tx: any Transaction

    public struct Demand: Hashable, Sendable {
        public let region: String
        /// Two digits.
        public let category: String
        public let orders: Int
        /// Of them: ended well, ended otherwise, never placed.
        public let served: Int
        public let cancelled: Int
        public let unmet: Int
        public let elders: Int
        public let payable: Fen
    }

    /// Demand by street and category.
    public func demand(from: LocalDate, until: LocalDate) throws -> [Demand] {
        try tx.rows(
            """
            SELECT region, SUBSTR(item_code, 1, 2), COUNT(*),
                CAST(SUM(CASE WHEN state IN ('done', 'closed') THEN 1 ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN state IN ('cancelled', 'voided') THEN 1 ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM unmet_demand u WHERE u.order_id = o.id) THEN 1 ELSE 0 END) AS BIGINT),
                COUNT(DISTINCT elder_id), CAST(SUM(payable_fen) AS BIGINT)
            FROM service_order o
            WHERE service_date >= \(from) AND service_date <= \(until)
            GROUP BY region, SUBSTR(item_code, 1, 2)
            ORDER BY region, 2
            """
        ) {
            Demand(
                region: try $0.text(), category: try $0.text(), orders: try $0.int(), served: try $0.int(), cancelled: try $0.int(),
                unmet: try $0.int(), elders: try $0.int(), payable: try $0.fen())
        }
    }

    public struct Share: Hashable, Sendable {
        public let provider: String
        public let region: String
        public let category: String
        public let orders: Int
        public let payable: Fen
    }

    /// Who served which street and category: orders that a provider held or has served.
    public func distribution(from: LocalDate, until: LocalDate) throws -> [Share] {
        try tx.rows(
            """
            SELECT provider_id, region, SUBSTR(item_code, 1, 2), COUNT(*), CAST(SUM(payable_fen) AS BIGINT)
            FROM service_order
            WHERE service_date >= \(from) AND service_date <= \(until) AND provider_id IS NOT NULL
                AND state IN ('accepted', 'scheduled', 'in_service', 'done', 'closed')
            GROUP BY provider_id, region, SUBSTR(item_code, 1, 2)
            ORDER BY provider_id, region, 3
            """
        ) { Share(provider: try $0.text(), region: try $0.text(), category: try $0.text(), orders: try $0.int(), payable: try $0.fen()) }
    }

    /// Places taken of each provider over a run of days, by day.
    public func taken(from: LocalDate, until: LocalDate) throws -> [(provider: String, date: LocalDate, taken: Int)] {
        try tx.rows(
            """
            SELECT provider_id, date, CAST(SUM(taken) AS BIGINT) FROM slot_load
            WHERE date >= \(from) AND date <= \(until)
            GROUP BY provider_id, date
            ORDER BY provider_id, date
            """
        ) { (try $0.text(), try $0.date(), try $0.int()) }
    }
}

extension Transaction {
    public var analytics: AnalyticsRepository { AnalyticsRepository(tx: self) }
}
