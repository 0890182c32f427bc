extension Schema {
    /// What the desk's pages keep: who has taken a complaint and what was answered, and slips with numbers reserved for a power cut.
    static let m0019_desk = """
        ALTER TABLE complaint ADD COLUMN taken_ms INTEGER;
        ALTER TABLE complaint ADD COLUMN taken_by TEXT;
        ALTER TABLE complaint ADD COLUMN answered_ms INTEGER;
        ALTER TABLE complaint ADD COLUMN answer TEXT;
        CREATE INDEX complaint_open ON complaint (opened_ms) WHERE closed_ms IS NULL;
        CREATE INDEX sample_open ON sample (month, subject) WHERE result IS NULL;

        CREATE TABLE downtime_slip (
            number TEXT NOT NULL PRIMARY KEY,
            reserved_ms INTEGER NOT NULL,
            reserved_by TEXT NOT NULL,
            order_id TEXT REFERENCES service_order (id),
            taken_ms INTEGER,
            entered_ms INTEGER,
            entered_by TEXT,
            CHECK ((order_id IS NULL) = (entered_ms IS NULL))
        ) STRICT, WITHOUT ROWID;
        """
}
