extension Schema {
    /// A second person decides on a list as it was seen, known by its hash; what was paid wrongly is taken back by a linked entry, asked for by
    /// one person and approved by another. What has been taken back frees its bill, or its month, for the true one.
    static let m0029_payout_lists = """
        CREATE TABLE payout_decision (
            list_sha256 TEXT NOT NULL PRIMARY KEY,
            programme TEXT NOT NULL,
            month TEXT NOT NULL,
            payments INTEGER NOT NULL CHECK (payments > 0),
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            is_approved INTEGER NOT NULL CHECK (is_approved IN (0, 1)),
            opinion TEXT NOT NULL,
            by_name TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            done_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX payout_decision_month ON payout_decision (month, programme);
        CREATE TABLE payout_reversal (
            id TEXT NOT NULL PRIMARY KEY,
            payout_id TEXT NOT NULL REFERENCES payout (id),
            state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'rejected')),
            reason TEXT NOT NULL,
            requested_by TEXT NOT NULL,
            requested_ms INTEGER NOT NULL,
            month TEXT,
            decided_by TEXT,
            decided_ms INTEGER,
            opinion TEXT,
            CHECK (decided_by IS NULL OR decided_by <> requested_by),
            CHECK ((state = 'approved') = (month IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX payout_reversal_once ON payout_reversal (payout_id) WHERE state <> 'rejected';
        CREATE INDEX payout_reversal_month ON payout_reversal (month) WHERE month IS NOT NULL;
        ALTER TABLE payout ADD COLUMN list_sha256 TEXT;
        ALTER TABLE payout ADD COLUMN is_reversed INTEGER NOT NULL DEFAULT 0 CHECK (is_reversed IN (0, 1));
        CREATE INDEX payout_list ON payout (list_sha256, state, id) WHERE list_sha256 IS NOT NULL;
        DROP INDEX payout_month;
        DROP INDEX payout_bill;
        CREATE UNIQUE INDEX payout_month ON payout (programme, month, elder_id) WHERE bill = '' AND state <> 'released' AND is_reversed = 0;
        CREATE UNIQUE INDEX payout_bill ON payout (claimant, bill) WHERE bill <> '' AND state <> 'released' AND is_reversed = 0;
        """
}
