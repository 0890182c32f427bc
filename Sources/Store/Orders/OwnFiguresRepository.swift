import Kernel
import Registry

/// What a provider has done of late: its answers, its visits, what elders said.
public struct OwnFiguresRepository {
    let tx: any Transaction

    public struct Figures: Hashable, Sendable {
        /// Orders it was asked about, and how they were answered.
        public var offered = 0
        public var accepted = 0
        public var declined = 0
        public var expired = 0
        /// Visits with a check-in, and those of them that began within a quarter of an hour of the agreed time.
        public var visits = 0
        public var onTime = 0
        /// Call-backs with a mark, and the sum of the marks (1 … 5).
        public var marks = 0
        public var markSum = 0
        public var complaints = 0
    }

    /// Offers come out of the log, at most the newest so many; the rest out of the orders of the days.
    static let events = 50_000
    static let lateness = Span.minutes(15)

    public func figures(of provider: ProviderID, from first: LocalDate, until last: LocalDate) throws -> Figures {
        var figures = Figures()
        let newest = try tx.events.lastSeq(of: provider)
        let since = Instant(first)
        for (type, count) in try tx.rows(
            """
            SELECT type, COUNT(*) FROM event
            WHERE provider_id = \(provider) AND provider_seq > \(newest - Int64(Self.events)) AND at_ms >= \(since)
                AND type IN ('order.offered', 'order.accepted', 'order.declined', 'order.expired')
            GROUP BY type ORDER BY type
            """, { (try $0.text(), try $0.int()) })
        {
            switch type {
            case "order.offered": figures.offered = count
            case "order.accepted": figures.accepted = count
            case "order.declined": figures.declined = count
            default: figures.expired = count
            }
        }
        let visits = try tx.first(
            """
            SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN v.in_at_ms <= o.start_ms + \(Self.lateness.milliseconds) THEN 1 ELSE 0 END), 0) AS BIGINT)
            FROM service_order o JOIN visit v ON v.order_id = o.id
            WHERE o.provider_id = \(provider) AND o.service_date BETWEEN \(first) AND \(last)
            """
        ) { (try $0.int(), try $0.int()) }
        (figures.visits, figures.onTime) = visits ?? (0, 0)
        let marks = try tx.first(
            """
            SELECT COUNT(c.satisfaction), CAST(COALESCE(SUM(c.satisfaction), 0) AS BIGINT)
            FROM service_order o JOIN callback c ON c.order_id = o.id
            WHERE o.provider_id = \(provider) AND o.service_date BETWEEN \(first) AND \(last)
            """
        ) { (try $0.int(), try $0.int()) }
        (figures.marks, figures.markSum) = marks ?? (0, 0)
        figures.complaints = Int(
            try tx.integer(
                """
                SELECT COUNT(*) FROM service_order o JOIN complaint c ON c.order_id = o.id
                WHERE o.provider_id = \(provider) AND o.service_date BETWEEN \(first) AND \(last)
                """) ?? 0)
        return figures
    }
}

extension Transaction {
    public var ownFigures: OwnFiguresRepository { OwnFiguresRepository(tx: self) }
}
