import Billing
import Kernel
import Registry

/// 对账: how providers answer their statements, and to which lines they object.
extension CloseRepository {
    public func answer(_ month: Month, _ provider: ProviderID) throws -> (isConfirmed: Bool, by: String, at: Instant)? {
        try tx.first(
            "SELECT answer, by_name, at_ms FROM statement_answer WHERE month = \(month) AND provider_id = \(provider)"
        ) { (try $0.text() == "confirmed", try $0.text(), try $0.instant()) }
    }

    /// Whether a provider has confirmed or disputed each of its statements.
    public func answers(of provider: ProviderID) throws -> [Month: Bool] {
        let answers = try tx.rows(
            """
            SELECT a.month, a.answer FROM settlement_month m CROSS JOIN statement_answer a
            WHERE a.month = m.month AND a.provider_id = \(provider)
            ORDER BY m.month DESC LIMIT 120
            """
        ) { (try $0.month(), try $0.text() == "confirmed") }
        return Dictionary(uniqueKeysWithValues: answers)
    }

    /// - Parameter due: what was due on the statement then.
    public func setAnswer(
        _ month: Month, _ provider: ProviderID, isConfirmed: Bool, sha256: String, due: Fen?, by: String, at now: Instant
    ) throws {
        try tx.execute(
            """
            INSERT INTO statement_answer (month, provider_id, answer, by_name, at_ms, sha256, due_fen)
            VALUES (\(month), \(provider), \(isConfirmed ? "confirmed" : "disputed"), \(by), \(now), \(sha256), \(due))
            ON CONFLICT (month, provider_id) DO UPDATE
            SET answer = excluded.answer, by_name = excluded.by_name, at_ms = excluded.at_ms, sha256 = excluded.sha256,
                due_fen = excluded.due_fen
            """)
    }

    public func unanswered(_ month: Month) throws -> [ProviderID] {
        try tx.rows(
            """
            SELECT s.provider_id FROM statement s
            LEFT JOIN statement_answer a ON a.month = s.month AND a.provider_id = s.provider_id
            WHERE s.month = \(month) AND a.provider_id IS NULL ORDER BY s.provider_id
            """
        ) { try $0.id() }
    }

    /// - Throws: `line_disputed` the second time: there is one round of evidence.
    public func insertDispute(
        _ month: Month, _ provider: ProviderID, _ subject: String, reason: String, evidence: String?, at now: Instant
    ) throws {
        let inserted = try tx.execute(
            """
            INSERT INTO line_dispute (month, provider_id, subject, reason, evidence_sha256, at_ms)
            VALUES (\(month), \(provider), \(subject), \(reason), \(evidence), \(now))
            ON CONFLICT (month, subject) DO NOTHING
            """)
        guard inserted == 1 else { throw Rejection(.conflict, "line_disputed", "这一行已提出过异议；补充证据只有一轮。", pointer: "/lines") }
    }

    public struct Dispute: Sendable {
        public let provider: ProviderID
        public let subject: String
        public let reason: String
        public let evidence: String?
        public let answer: String?
        public let answeredBy: String?
    }

    public func disputes(_ month: Month) throws -> [Dispute] {
        try disputes("SELECT \(sql: Self.disputeColumns) FROM line_dispute WHERE month = \(month) ORDER BY provider_id, subject")
    }

    /// - Parameter subjects: at most a hundred.
    public func disputes(_ month: Month, on subjects: [String]) throws -> [Dispute] {
        try disputes(
            "SELECT \(sql: Self.disputeColumns) FROM line_dispute WHERE month = \(month) AND subject IN (\(list: subjects)) ORDER BY subject")
    }

    private static let disputeColumns: StaticString = "provider_id, subject, reason, evidence_sha256, answer, answered_by"

    private func disputes(_ query: SQL) throws -> [Dispute] {
        try tx.rows(query) {
            Dispute(
                provider: try $0.id(), subject: try $0.text(), reason: try $0.text(), evidence: $0.optionalText(), answer: $0.optionalText(),
                answeredBy: $0.optionalText())
        }
    }

    /// How many have no answer yet.
    public func openDisputes(_ month: Month) throws -> Int {
        try tx.count("SELECT COUNT(*) FROM line_dispute WHERE month = \(month) AND answer IS NULL")
    }

    public func answerDispute(_ month: Month, _ subject: String, _ answer: String, by: String, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE line_dispute SET answer = \(answer), answered_by = \(by), answered_ms = \(now)
            WHERE month = \(month) AND subject = \(subject) AND answer IS NULL
            """) == 1
    }
}
