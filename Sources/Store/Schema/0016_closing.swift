extension Schema {
    /// How far a close has come and who is at it, so that a second one keeps away while the first lives and goes on once it is dead.
    static let m0016_closing = """
        ALTER TABLE settlement_month ADD COLUMN runner TEXT;
        ALTER TABLE settlement_month ADD COLUMN lease_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE settlement_month ADD COLUMN beats INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE settlement_month ADD COLUMN frozen_until TEXT;
        ALTER TABLE settlement_month ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
        """
}
