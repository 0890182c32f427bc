extension Schema {
    /// Money of programmes that is paid out in cash: a month's allowance, or a bill that is reimbursed. Drawn up by one person, decided by another.
    static let m0026_payout = """
        CREATE TABLE payout (
            id TEXT NOT NULL PRIMARY KEY,
            programme TEXT NOT NULL,
            version INTEGER NOT NULL,
            fund TEXT NOT NULL,
            month TEXT NOT NULL,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            claimant TEXT NOT NULL,
            bill TEXT NOT NULL,
            item_code TEXT NOT NULL,
            service_date TEXT NOT NULL,
            price_fen INTEGER NOT NULL CHECK (price_fen >= 0),
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            draws TEXT NOT NULL,
            budgets TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('reserved', 'posted', 'released')),
            made_by TEXT NOT NULL,
            made_ms INTEGER NOT NULL,
            decided_by TEXT,
            decided_ms INTEGER,
            opinion TEXT NOT NULL,
            CHECK (decided_by IS NULL OR decided_by <> made_by)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX payout_month ON payout (programme, month, elder_id) WHERE bill = '' AND state <> 'released';
        CREATE UNIQUE INDEX payout_bill ON payout (claimant, bill) WHERE bill <> '' AND state <> 'released';
        CREATE INDEX payout_number ON payout (bill) WHERE bill <> '';
        CREATE INDEX payout_open ON payout (month, programme, state);
        """
}
