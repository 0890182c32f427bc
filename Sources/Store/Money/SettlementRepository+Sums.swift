import Billing
import Kernel
import Registry

/// What a provider's sealed statement comes to with what people have decided since, without its lines.
public struct StatementSums: Hashable, Sendable {
    public let provider: ProviderID
    public let lines: Int
    public let heldLines: Int
    public let gross: Fen
    public let selfPay: Fen
    public let subsidy: Fen
    /// Public money asked for and not paid, held or blocked.
    public let deducted: Fen
    /// 实付金额
    public var payable: Fen { subsidy - deducted }
    /// 本期调整
    public let adjusted: Fen
    /// What is transferred; not less than nothing.
    public var due: Fen { max(.zero, payable + adjusted) }

    init(provider: ProviderID, lines: Int, heldLines: Int, gross: Fen, selfPay: Fen, subsidy: Fen, deducted: Fen, adjusted: Fen) {
        (self.provider, self.lines, self.heldLines) = (provider, lines, heldLines)
        (self.gross, self.selfPay, self.subsidy, self.deducted, self.adjusted) = (gross, selfPay, subsidy, deducted, adjusted)
    }

    /// The same of a statement that is not sealed.
    public init(_ statement: Statement) {
        self.init(
            provider: statement.provider, lines: statement.lines.count, heldLines: statement.heldLines, gross: statement.gross,
            selfPay: statement.selfPay, subsidy: statement.subsidy, deducted: statement.deducted, adjusted: statement.adjusted)
    }
}

extension SettlementRepository {
    /// The statements of a month as they were sealed, with the decisions since: some hundred rows, however many lines stand on them.
    public func sealed(_ month: Month) throws -> [StatementSums] {
        try tx.rows(
            """
            SELECT s.provider_id, s.lines, s.held - COALESCE(d.held, 0), s.gross_fen, s.self_pay_fen, s.subsidy_fen,
                s.deducted_fen - COALESCE(d.released_fen, 0) + COALESCE(d.refused_fen, 0), COALESCE(a.amount_fen, 0)
            FROM statement s
            LEFT JOIN (
                SELECT d.provider_id, SUM(CASE WHEN l.verdict = 'held' THEN 1 ELSE 0 END) AS held,
                    CAST(SUM(CASE WHEN d.kind = 'release' THEN l.subsidy_fen ELSE 0 END) AS BIGINT) AS released_fen,
                    CAST(SUM(CASE WHEN d.kind = 'refuse' AND l.verdict = 'paid' THEN l.subsidy_fen ELSE 0 END) AS BIGINT) AS refused_fen
                FROM line_decision d CROSS JOIN statement_line l
                WHERE d.month = \(month) AND l.subject = d.subject AND l.month = d.month
                GROUP BY d.provider_id
            ) d ON d.provider_id = s.provider_id
            LEFT JOIN (
                SELECT provider_id, CAST(SUM(amount_fen) AS BIGINT) AS amount_fen FROM adjustment WHERE statement_month = \(month)
                GROUP BY provider_id
            ) a ON a.provider_id = s.provider_id
            WHERE s.month = \(month)
            ORDER BY s.provider_id
            """
        ) {
            StatementSums(
                provider: try $0.id(), lines: try $0.int(), heldLines: try $0.int(), gross: try $0.fen(), selfPay: try $0.fen(),
                subsidy: try $0.fen(), deducted: try $0.fen(), adjusted: try $0.fen())
        }
    }

    /// What the rules stop as the month stands: as it was sealed, without what a person has released since. What a person refuses no rule stops.
    public func stops(_ month: Month) throws -> StopSums {
        var sums = StopSums()
        try tx.forEachRow(
            """
            SELECT code, SUM(lines), CAST(SUM(subsidy_fen) AS BIGINT) FROM statement_stop WHERE month = \(month) GROUP BY code
            """
        ) { sums.add(try $0.text(), lines: try $0.int(), subsidy: try $0.fen()) }
        try tx.forEachRow(
            """
            SELECT l.findings, l.subsidy_fen FROM line_decision d CROSS JOIN statement_line l
            WHERE d.month = \(month) AND d.kind = 'release' AND l.subject = d.subject AND l.month = d.month
            """
        ) { row in
            let (findings, subsidy) = (Self.findings(try row.text()), try row.fen())
            for code in StatementLine.stopping(findings) { sums.add(code, lines: -1, subsidy: -subsidy) }
        }
        return sums
    }
}
