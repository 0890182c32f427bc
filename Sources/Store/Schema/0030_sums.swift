extension Schema {
    /// Sums that pages show, kept when what they are made of is written: what each month of service takes from a budget; of a sealed statement its
    /// held and its blocked lines apart, and whom it serves, with what (`次:1200`, in hundredths) and out of which funds (`voucher:3400`, in fen).
    /// Statements sealed before have the latter not.
    static let m0030_sums = """
        CREATE TABLE budget_month (
            year INTEGER NOT NULL,
            fund TEXT NOT NULL,
            category TEXT NOT NULL,
            region TEXT NOT NULL,
            month TEXT NOT NULL,
            reserved_fen INTEGER NOT NULL CHECK (reserved_fen >= 0),
            posted_fen INTEGER NOT NULL CHECK (posted_fen >= 0),
            services INTEGER NOT NULL CHECK (services >= 0),
            PRIMARY KEY (year, fund, category, region, month)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE statement ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE statement ADD COLUMN held_fen INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE statement ADD COLUMN elders INTEGER;
        ALTER TABLE statement ADD COLUMN categories TEXT;
        ALTER TABLE statement ADD COLUMN quantities TEXT;
        ALTER TABLE statement ADD COLUMN discount_fen INTEGER;
        ALTER TABLE statement ADD COLUMN funds TEXT;
        UPDATE statement SET
            blocked = (
                SELECT COUNT(*) FROM statement_line l
                WHERE l.verdict = 'blocked' AND l.month = statement.month AND l.provider_id = statement.provider_id),
            held_fen = (
                SELECT CAST(COALESCE(SUM(l.subsidy_fen), 0) AS BIGINT) FROM statement_line l
                WHERE l.verdict = 'held' AND l.month = statement.month AND l.provider_id = statement.provider_id);
        """
}
