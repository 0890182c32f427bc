import Billing
import Catalog
import Kernel
import Registry

/// What is settled with months before and still counts: a visit that ran past midnight, a week that began last month, the day of a service that
/// is paid late.
extension CandidateReader {
    /// Visits with which this month's are compared: those of the day before it, and those around its late ones.
    public func earlierVisits(_ scope: PackRepository.Scope) throws -> [Candidate] {
        try tx.rows(
            """
            \(nested: scope.services)
            SELECT o.id, o.number, v.provider_id, o.elder_id, o.item_code, o.service_date, o.created_ms, v.in_at_ms, v.out_at_ms, v.worker_id,
                o.second_worker_id
            FROM earlier p JOIN service_order o ON o.id = p.id JOIN visit v ON v.order_id = o.id ORDER BY o.id
            """
        ) { row in
            var line = Candidate(
                kind: .order, subject: try row.text(), number: try row.text(), provider: try row.id(), elder: try row.id(), item: try row.id(),
                date: try row.date(), createdAt: try row.instant(), quantity: .one, unitPrice: .zero, gross: .zero, funding: [], selfPay: .zero,
                begin: try row.instant(), end: row.optionalInstant(), worker: try row.id(), evidence: .none)
            line.accompany(by: row.optionalID())
            line.recipient = try recipients.person(line.elder, tx).recipient
            return line
        }
    }

    /// Services that public money has paid for by the time the close of this month began, among which those of this month are counted: since the
    /// first day of a week or year that began before it, of items with such a cap; and of the whole year of each late service, and the weeks at
    /// both ends of it, those of its elder and item. They have no time, so that nothing overlaps with them.
    public func earlierPaid(_ catalogue: Catalogue, _ scope: PackRepository.Scope) throws -> [Candidate] {
        func capped(by period: FrequencyCap.Period) -> [ItemCode] {
            catalogue.items.filter { $0.caps.contains { $0.per == period } }.map(\.code)
        }
        var lines: [Candidate] = []
        for (period, first) in [(FrequencyCap.Period.week, month.first.adding(days: -6)), (.year, Month(month.year, 1).first)] {
            for part in capped(by: period).chunked(by: Chunk.keys) {
                lines += try tx.rows(
                    """
                    \(nested: scope.services)
                    SELECT \(sql: Self.paidColumns)
                    FROM statement_line l
                    WHERE l.item_code IN (\(list: part.map(\.text))) AND l.service_date >= \(first) AND l.service_date < \(month.first)
                        AND l.subsidy_fen > 0 AND \(sql: PackRepository.Scope.wasPaid)
                    """, paid)
            }
        }
        lines += try tx.rows(
            """
            \(nested: scope.services)
            , came AS (
                SELECT o.elder_id, o.item_code, o.service_date, o.start_ms FROM late t JOIN service_order o ON o.id = t.id
                UNION ALL
                SELECT m.elder_id, m.item_code, m.service_date, m.device_ms FROM late_meals t JOIN meal_swipe m ON m.id = t.id),
            beside AS (
                SELECT o.id FROM came c CROSS JOIN service_order o
                WHERE o.elder_id = c.elder_id AND o.item_code = c.item_code
                    AND (SUBSTR(o.service_date, 1, 4) = SUBSTR(c.service_date, 1, 4)
                        OR o.start_ms > c.start_ms - 604800000 AND o.start_ms < c.start_ms + 604800000)
                UNION
                SELECT m.id FROM came c CROSS JOIN meal_swipe m
                WHERE m.elder_id = c.elder_id AND m.item_code = c.item_code AND m.is_reversed = 0
                    AND (SUBSTR(m.service_date, 1, 4) = SUBSTR(c.service_date, 1, 4)
                        OR m.device_ms > c.start_ms - 604800000 AND m.device_ms < c.start_ms + 604800000))
            SELECT \(sql: Self.paidColumns)
            FROM beside b CROSS JOIN statement_line l
            WHERE l.subject = b.id AND l.subsidy_fen > 0 AND \(sql: PackRepository.Scope.wasPaid)
            """, paid)
        return Dictionary(lines.map { ($0.subject, $0) }) { first, _ in first }.values.sorted { $0.subject < $1.subject }
    }

    private static let paidColumns: StaticString = "l.subject, l.number, l.provider_id, l.elder_id, l.item_code, l.service_date, l.subsidy_fen"

    private func paid(_ row: inout Row) throws -> Candidate {
        let (subject, number, provider, elder) = (try row.text(), try row.text(), try row.id(Provider.self), try row.id(Elder.self))
        let (item, date) = (try row.id(Item.self), try row.date())
        return Candidate(
            kind: .order, subject: subject, number: number, provider: provider, elder: elder, item: item, date: date,
            createdAt: Instant(milliseconds: 0), quantity: .one, unitPrice: .zero, gross: .zero,
            funding: [Candidate.Funding(fund: "", programme: "", amount: try row.fen())], selfPay: .zero, evidence: .none)
    }
}
