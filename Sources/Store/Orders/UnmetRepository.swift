import Kernel
import Orders

/// 未满足需求: what could not be given, where and why.
public struct UnmetRepository {
    let tx: any Transaction

    public func insert(_ order: Order, summary: String, decision: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO unmet_demand (order_id, at_ms, item_code, region, summary, decision)
            VALUES (\(order.id), \(now), \(order.item), \(order.region), \(summary), \(decision))
            ON CONFLICT (order_id, at_ms) DO NOTHING
            """)
    }

    /// The latest reasons for which nobody could be found for an order, if that ever happened.
    public func latest(_ order: OrderID) throws -> (at: Instant, summary: String, decision: String)? {
        try tx.first("SELECT at_ms, summary, decision FROM unmet_demand WHERE order_id = \(order) ORDER BY at_ms DESC LIMIT 1") {
            (try $0.instant(), try $0.text(), try $0.text())
        }
    }

    /// The same of many, in a sentence; of those only for which nobody could be found.
    public func latest(_ orders: [OrderID]) throws -> [OrderID: String] {
        var latest: [OrderID: String] = [:]
        for part in orders.chunked(by: Chunk.keys) {
            try tx.forEachRow("SELECT order_id, summary FROM unmet_demand WHERE order_id IN (\(list: part.map(\.text))) ORDER BY at_ms") { row in
                latest[try row.id()] = try row.text()
            }
        }
        return latest
    }

    /// Unmet orders by street and item between two moments, most first.
    public func counts(from: Instant, until: Instant) throws -> [(region: String, item: String, orders: Int)] {
        try tx.rows(
            """
            SELECT region, item_code, COUNT(DISTINCT order_id) FROM unmet_demand
            WHERE at_ms >= \(from) AND at_ms < \(until)
            GROUP BY region, item_code
            ORDER BY 3 DESC, region, item_code
            LIMIT 500
            """
        ) { (try $0.text(), try $0.text(), try $0.int()) }
    }
}

extension Transaction {
    public var unmet: UnmetRepository { UnmetRepository(tx: self) }
}
