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
                FROM line_decision d
                JOIN statement_line l ON l.subject = d.subject AND l.month = d.month
                WHERE d.month = \(month)
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

    /// Every line that is not paid as the month stands, for the sums by rule: stopped by a rule and not released, or refused since.
    public func stopped(_ month: Month) throws -> [Shadow.Stopped] {
        try tx.rows(
            """
            SELECT l.subject, l.provider_id, CASE WHEN d.kind IS NULL THEN l.verdict ELSE 'blocked' END, l.findings, l.subsidy_fen
            FROM statement_line l
            LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
            WHERE l.month = \(month) AND l.verdict <> 'paid' AND (d.kind IS NULL OR d.kind = 'refuse')
            UNION ALL
            SELECT l.subject, l.provider_id, 'blocked', l.findings, l.subsidy_fen
            FROM line_decision d
            JOIN statement_line l ON l.month = d.month AND l.subject = d.subject
            WHERE d.month = \(month) AND d.kind = 'refuse' AND l.verdict = 'paid'
            """
        ) { row in
            let (subject, provider, verdict) = (try row.text(), try row.id(Provider.self), try row.value(Verdict.self))
            return Shadow.Stopped(
                subject: subject, provider: provider, verdict: verdict, codes: Self.stopping(try row.text()), subsidy: try row.fen())
        }
    }

    /// The codes that stop a line, sorted and joined by commas: read from the bytes, as a month has thousands of such lines.
    private static func stopping(_ findings: String) -> String {
        var codes = Set<Substring>()
        for part in findings.utf8.split(separator: UInt8(ascii: "|")) {
            let fields = part.split(separator: UInt8(ascii: ":"), maxSplits: 2)
            guard fields.count > 1, !fields[1].elementsEqual(Severity.warn.rawValue.utf8) else { continue }
            codes.insert(Substring(fields[0].drop { $0 == UInt8(ascii: " ") }))
        }
        return codes.count < 2 ? codes.first.map(String.init) ?? "" : codes.sorted().joined(separator: ",")
    }
}
