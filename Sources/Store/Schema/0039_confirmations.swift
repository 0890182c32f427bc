extension Schema {
    /// What was due when a provider answered, and the answers that a later change has undone; which months are signed with everything that persons
    /// have entered (2), and which without confirmations and samples, as they were begun (1).
    static let m0039_confirmations = """
        ALTER TABLE statement_answer ADD COLUMN due_fen INTEGER;
        ALTER TABLE settlement_month ADD COLUMN hash_version INTEGER NOT NULL DEFAULT 1;
        CREATE INDEX sample_answered ON sample (month, provider_id, subject) WHERE by_name IS NOT NULL;
        CREATE TABLE answer_undone (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            answer TEXT NOT NULL,
            by_name TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            due_fen INTEGER NOT NULL,
            new_due_fen INTEGER NOT NULL,
            reason TEXT NOT NULL,
            undone_by TEXT NOT NULL,
            undone_ms INTEGER NOT NULL,
            PRIMARY KEY (month, provider_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        """
}
