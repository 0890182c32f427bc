import Billing
import Kernel
import Registry

extension SettlementRepository {
    /// Part of a sealed statement, with what people have decided on it since; nil as long as it is not sealed.
    ///
    /// - Parameter ordinal: the line it begins after; 0 for the first.
    public func page(_ month: Month, _ provider: ProviderID, _ filter: LineFilter, after ordinal: Int) throws -> StatementPage? {
        guard let sums = try sealed(month, provider) else { return nil }
        let rest = StatementPage.size + 1
        let chosen: SQL =
            if filter == .all {
                """
                SELECT l.ordinal AS place FROM statement_line l
                WHERE l.month = \(month) AND l.provider_id = \(provider) AND l.ordinal > \(ordinal) ORDER BY l.ordinal LIMIT \(rest)
                """
            } else {
                """
                SELECT h.ordinal AS place FROM statement_line h
                WHERE \(filter != .blocked) = 1 AND h.verdict = 'held' AND h.month = \(month) AND h.provider_id = \(provider)
                    AND h.ordinal > \(ordinal) AND NOT EXISTS (SELECT 1 FROM line_decision d WHERE d.month = h.month AND d.subject = h.subject)
                UNION ALL
                SELECT b.ordinal FROM statement_line b
                WHERE \(filter != .held) = 1 AND b.verdict = 'blocked' AND b.month = \(month) AND b.provider_id = \(provider)
                    AND b.ordinal > \(ordinal) AND NOT EXISTS (SELECT 1 FROM line_decision d WHERE d.month = b.month AND d.subject = b.subject)
                UNION ALL
                SELECT r.ordinal FROM line_decision d CROSS JOIN statement_line r
                WHERE \(filter != .held) = 1 AND d.month = \(month) AND d.provider_id = \(provider) AND d.kind = 'refuse'
                    AND r.subject = d.subject AND r.month = d.month AND r.ordinal > \(ordinal)
                ORDER BY 1 LIMIT \(rest)
                """
            }
        let found = try tx.rows(
            """
            WITH chosen AS (\(nested: chosen))
            SELECT ordinal, \(sql: Self.lineColumns) FROM chosen CROSS JOIN statement_line
            WHERE month = \(month) AND provider_id = \(provider) AND ordinal = place
            ORDER BY ordinal
            """
        ) { row in StatementPage.Line(try row.int(), try StatementLine(row: &row)) }
        let decisions = try tx.close.decisions(month, on: found.map(\.line.candidate.subject))
        return StatementPage(
            sums, filter, after: ordinal,
            found: found.map { found in
                var line = found.line
                line.decision = decisions[line.candidate.subject]
                return StatementPage.Line(found.ordinal, line)
            })
    }
}
