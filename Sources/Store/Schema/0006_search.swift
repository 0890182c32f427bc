extension Schema {
    /// Elders are found by the last four digits of a telephone number; who has looked at whom is kept.
    static let m0006_search = """
        CREATE INDEX elder_phone_tail ON elder_phone (SUBSTR(number, LENGTH(number) - 3), elder_id);

        CREATE TABLE access_log (
            elder_id TEXT NOT NULL REFERENCES elder (id),
            at_ms INTEGER NOT NULL,
            actor TEXT NOT NULL,
            screen TEXT NOT NULL CHECK (screen IN ('call', 'desk', 'order', 'registry', 'reveal')),
            reason TEXT NOT NULL,
            PRIMARY KEY (elder_id, at_ms, actor)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX access_log_at ON access_log (at_ms, elder_id);
        """
}
