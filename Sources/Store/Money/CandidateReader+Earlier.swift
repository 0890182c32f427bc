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
            let second = row.optionalID(Worker.self)
            line.second = second == line.worker ? nil : second
            line.recipient = try recipients.person(line.elder, tx).recipient
            return line
        }
    }

    /// Services that public money has paid for, and of whose items it pays so many: of the year for `items`, whose cap runs over a week or a year,
    /// and of the year of a late service for its own. They have no time, so that nothing overlaps with them.
    public func earlierPaid(_ items: [ItemCode], _ scope: PackRepository.Scope) throws -> [Candidate] {
        var lines: [Candidate] = []
        for part in items.chunked(by: Chunk.keys) {
            lines += try tx.rows(
                """
                SELECT \(sql: Self.paidColumns)
                FROM statement_line l LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
                WHERE l.item_code IN (\(list: part.map(\.text))) AND l.service_date >= \(Month(month.year, 1).first.adding(days: -7))
                    AND l.service_date < \(month.first) AND l.month <> \(month) AND l.subsidy_fen > 0
                    AND (d.kind = 'release' OR d.kind IS NULL AND l.verdict = 'paid')
                """, paid)
        }
        lines += try tx.rows(
            """
            \(nested: scope.services)
            SELECT DISTINCT \(sql: Self.paidColumns)
            FROM late t
            CROSS JOIN service_order s
            CROSS JOIN service_order o
            CROSS JOIN statement_line l
            LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
            WHERE s.id = t.id AND o.elder_id = t.elder_id AND o.item_code = s.item_code AND l.subject = o.id
                AND SUBSTR(o.service_date, 1, 4) = SUBSTR(s.service_date, 1, 4)
                AND l.month <> \(month) AND l.subsidy_fen > 0 AND (d.kind = 'release' OR d.kind IS NULL AND l.verdict = 'paid')
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
