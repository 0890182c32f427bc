extension Schema {
    /// Samples stand as statements do, provider by provider: a close writes them one behind the other, and what waits for an answer is found the
    /// same way. An order's sample is found by its line.
    static let m0031_samples = """
        DROP INDEX sample_provider;
        DROP INDEX sample_open;
        DROP INDEX sample_result;
        DROP INDEX sample_waiting;
        CREATE TABLE sample_now (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            reason TEXT NOT NULL,
            result TEXT CHECK (result IN ('passed', 'failed')),
            note TEXT NOT NULL,
            by_name TEXT,
            at_ms INTEGER,
            PRIMARY KEY (month, provider_id, subject)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO sample_now (month, provider_id, subject, reason, result, note, by_name, at_ms)
            SELECT month, provider_id, subject, reason, result, note, by_name, at_ms FROM sample;
        DROP TABLE sample;
        ALTER TABLE sample_now RENAME TO sample;
        CREATE INDEX sample_open ON sample (month, provider_id, subject) WHERE result IS NULL;
        """
}
