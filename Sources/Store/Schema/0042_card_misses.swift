extension Schema {
    /// Each number that was nobody's, once: a canteen's day counts how many there were, not how often they were named; and which till says it has read
    /// them. Numbers are kept as hashes. The days are those of the platform's clock.
    static let m0042_card_misses = """
        CREATE TABLE card_miss_number (
            day TEXT NOT NULL,
            canteen_id TEXT NOT NULL,
            number_sha256 TEXT NOT NULL,
            read_by TEXT,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (day, canteen_id, number_sha256)
        ) STRICT, WITHOUT ROWID;
        """
}
