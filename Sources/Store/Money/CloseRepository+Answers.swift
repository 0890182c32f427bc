import Billing
import Kernel
import Registry

/// 确认失效: answers of providers that no longer count, and what a batch is signed with beside its statements.
extension CloseRepository {
    /// A confirmation that a later change of what is due has undone.
    public struct Undone: Hashable, Sendable {
        public let from: Fen
        public let to: Fen
        public let reason: String
        public let at: Instant

        public init(from: Fen, to: Fen, reason: String, at: Instant) { (self.from, self.to, self.reason, self.at) = (from, to, reason, at) }
    }

    /// Sets a confirmation back: it stays on record, and the statement waits for an answer again.
    public func undoAnswer(_ month: Month, _ provider: ProviderID, _ undone: Undone, by name: String) throws {
        try tx.execute(
            """
            INSERT INTO answer_undone (month, provider_id, ordinal, answer, by_name, at_ms, sha256, due_fen, new_due_fen, reason, undone_by, undone_ms)
            SELECT month, provider_id, (SELECT COUNT(*) + 1 FROM answer_undone u WHERE u.month = \(month) AND u.provider_id = \(provider)),
                answer, by_name, at_ms, sha256, \(undone.from), \(undone.to), \(undone.reason), \(name), \(undone.at)
            FROM statement_answer WHERE month = \(month) AND provider_id = \(provider)
            """)
        try tx.execute("DELETE FROM statement_answer WHERE month = \(month) AND provider_id = \(provider)")
    }

    /// The last that was set back; nil when none was, or the statement has been answered since.
    public func undone(_ month: Month, _ provider: ProviderID) throws -> Undone? {
        try tx.first(
            """
            SELECT due_fen, new_due_fen, reason, undone_ms FROM answer_undone u
            WHERE month = \(month) AND provider_id = \(provider)
                AND NOT EXISTS (SELECT 1 FROM statement_answer a WHERE a.month = u.month AND a.provider_id = u.provider_id)
            ORDER BY ordinal DESC LIMIT 1
            """
        ) { Undone(from: try $0.fen(), to: try $0.fen(), reason: try $0.text(), at: try $0.instant()) }
    }

    /// When a confirmation was last set back to a smaller sum that nobody has answered since; nil when none was.
    public func lowered(_ month: Month) throws -> Instant? {
        try tx.first(
            """
            SELECT undone_ms FROM answer_undone u
            WHERE month = \(month) AND new_due_fen < due_fen
                AND NOT EXISTS (SELECT 1 FROM statement_answer a WHERE a.month = u.month AND a.provider_id = u.provider_id)
            ORDER BY undone_ms DESC LIMIT 1
            """
        ) { try $0.instant() }
    }

    /// What was due when each provider confirmed, as far as that was kept.
    public func confirmedDue(_ month: Month) throws -> [ProviderID: Fen] {
        let found = try tx.rows(
            """
            SELECT provider_id, due_fen FROM statement_answer
            WHERE month = \(month) AND answer = 'confirmed' AND due_fen IS NOT NULL ORDER BY provider_id
            """
        ) { (try $0.id(Provider.self), try $0.fen()) }
        return Dictionary(uniqueKeysWithValues: found)
    }

    // MARK: What is signed

    /// How a month goes its way: since 2 its fingerprints are with what everybody has entered; since 3 whoever has signed it records no invoice of it.
    public func hashVersion(_ month: Month) throws -> Int {
        Int(try tx.integer("SELECT hash_version FROM settlement_month WHERE month = \(month)") ?? 3)
    }

    /// What persons have entered into a batch, a CSV row each, sorted: decisions on lines, results of samples, answers of providers, those that
    /// were set back among them.
    public func entered(_ month: Month) throws -> [String] {
        let queries: [SQL] = [
            """
            SELECT 'decision', subject, provider_id, kind, by_name, at_ms, reason FROM line_decision WHERE month = \(month) ORDER BY subject
            """,
            """
            SELECT 'sample', subject, provider_id, result, by_name, at_ms, note FROM sample
            WHERE month = \(month) AND by_name IS NOT NULL ORDER BY provider_id, subject
            """,
            """
            SELECT 'undone', provider_id, by_name, undone_by, CAST(due_fen AS TEXT), undone_ms, reason FROM answer_undone
            WHERE month = \(month) ORDER BY provider_id, ordinal
            """,
            """
            SELECT 'answer', provider_id, answer, by_name, COALESCE(CAST(due_fen AS TEXT), ''), at_ms, sha256 FROM statement_answer
            WHERE month = \(month) ORDER BY provider_id
            """,
        ]
        return try queries.flatMap { query in
            try tx.rows(query) { row in
                let first = [try row.text(), try row.text(), try row.text(), try row.text(), try row.text()]
                return CSV.line(first + [String(try row.instant().milliseconds), try row.text()])
            }
        }
    }

    // MARK: Invoices and payments

    /// Who has recorded the invoices that no transfer pays yet.
    public func recorders(_ month: Month) throws -> Set<String> {
        Set(
            try tx.rows(
                """
                SELECT i.recorded_by FROM invoice i WHERE i.month = \(month) AND NOT EXISTS (
                    SELECT 1 FROM payment p WHERE p.month = i.month AND p.provider_id = i.provider_id AND p.state <> 'bounced')
                """
            ) { try $0.text() })
    }
}
