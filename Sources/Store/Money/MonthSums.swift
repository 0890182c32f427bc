import Kernel
import Registry

/// 月度合计 straight from orders, visits, legs and swipes, without any rule: what a close adds up to before its checks, and the least time it can take.
public struct MonthSums: Hashable, Sendable {
    public let provider: ProviderID
    public let services: Int
    public let gross: Fen
    public let subsidy: Fen
    public let selfPay: Fen
}

extension SettlementRepository {
    /// Closed visits of a month, and then its meals, each summed a provider, in the order of codes.
    public func sums(_ month: Month) throws -> [MonthSums] {
        try visitSums(month)
            + tx.rows(
                """
                SELECT m.canteen_id, COUNT(*), CAST(SUM(m.payable_fen) AS BIGINT), CAST(SUM(m.payable_fen - m.self_pay_fen) AS BIGINT),
                    CAST(SUM(m.self_pay_fen) AS BIGINT)
                FROM meal_swipe m
                JOIN elder e ON e.id = m.elder_id
                WHERE m.is_reversed = 0 AND m.service_date >= \(month.first) AND m.service_date <= \(month.last)
                GROUP BY m.canteen_id
                ORDER BY m.canteen_id
                """
            ) { try MonthSums(row: &$0) }
    }

    private func visitSums(_ month: Month) throws -> [MonthSums] {
        try tx.rows(
            """
            SELECT o.provider_id, COUNT(*), CAST(SUM(o.payable_fen) AS BIGINT), CAST(SUM(COALESCE(l.amount_fen, 0)) AS BIGINT),
                CAST(SUM(o.self_pay_fen) AS BIGINT)
            FROM service_order o
            JOIN visit v ON v.order_id = o.id
            JOIN elder e ON e.id = o.elder_id
            LEFT JOIN (
                SELECT order_id, SUM(amount_fen) AS amount_fen FROM funding_leg WHERE state <> 'released' GROUP BY order_id
            ) l ON l.order_id = o.id
            WHERE o.state = 'closed' AND o.start_ms >= \(Instant(month.first)) AND o.start_ms < \(Instant(month.last.adding(days: 1)))
            GROUP BY o.provider_id
            ORDER BY o.provider_id
            """
        ) { try MonthSums(row: &$0) }
    }
}

extension MonthSums {
    fileprivate init(row: inout Row) throws {
        (provider, services) = (try row.id(), try row.int())
        (gross, subsidy, selfPay) = (try row.fen(), try row.fen(), try row.fen())
    }
}
