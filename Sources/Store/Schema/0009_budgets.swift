extension Schema {
    /// Budgets and who may go beyond them, fund accounts, and what meal swipes need to be uploaded late and taken back.
    static let m0009_budgets = """
        CREATE TABLE budget (
            fund TEXT NOT NULL,
            year INTEGER NOT NULL,
            category TEXT NOT NULL,
            region TEXT NOT NULL,
            granted_fen INTEGER NOT NULL CHECK (granted_fen >= 0),
            extra_fen INTEGER NOT NULL CHECK (extra_fen >= 0),
            reserved_fen INTEGER NOT NULL CHECK (reserved_fen >= 0),
            posted_fen INTEGER NOT NULL CHECK (posted_fen >= 0),
            level TEXT NOT NULL CHECK (level IN ('open', 'warned', 'exhausted')),
            PRIMARY KEY (year, fund, category, region),
            CHECK (reserved_fen + posted_fen <= granted_fen + extra_fen)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE budget_override (
            id TEXT NOT NULL PRIMARY KEY,
            budget TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            reason TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'rejected')),
            requested_by TEXT NOT NULL,
            requested_ms INTEGER NOT NULL,
            decided_by TEXT,
            decided_ms INTEGER,
            opinion TEXT,
            CHECK (decided_by IS NULL OR decided_by <> requested_by)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX budget_override_state ON budget_override (state, id);

        ALTER TABLE funding_leg ADD COLUMN budgets TEXT NOT NULL DEFAULT '';

        ALTER TABLE meal_swipe ADD COLUMN draws TEXT NOT NULL DEFAULT '';
        ALTER TABLE meal_swipe ADD COLUMN budgets TEXT NOT NULL DEFAULT '';
        ALTER TABLE meal_swipe ADD COLUMN device_swipe TEXT;
        CREATE UNIQUE INDEX meal_swipe_device ON meal_swipe (canteen_id, device, device_swipe) WHERE device_swipe IS NOT NULL;

        CREATE TABLE meal_pass (
            code TEXT NOT NULL PRIMARY KEY,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            issued_by TEXT NOT NULL,
            issued_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL,
            revoked_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX meal_pass_elder ON meal_pass (elder_id);

        CREATE TABLE meal_held (
            id TEXT NOT NULL PRIMARY KEY,
            canteen_id TEXT NOT NULL,
            device TEXT NOT NULL,
            device_swipe TEXT,
            card TEXT,
            qr TEXT,
            elder_id TEXT,
            item_code TEXT,
            slot TEXT NOT NULL,
            device_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            code TEXT NOT NULL,
            sentence TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('held', 'accepted', 'rejected')),
            decided_by TEXT,
            decided_ms INTEGER,
            opinion TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX meal_held_device ON meal_held (canteen_id, device, device_swipe) WHERE device_swipe IS NOT NULL;
        CREATE INDEX meal_held_state ON meal_held (state, id);

        CREATE TABLE fund_account (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('office', 'special_need', 'nursing_fee', 'medical_advance', 'one_off_aid')),
            holder TEXT NOT NULL,
            year INTEGER NOT NULL,
            granted_fen INTEGER NOT NULL CHECK (granted_fen >= 0),
            drawn_fen INTEGER NOT NULL CHECK (drawn_fen >= 0),
            repaid_fen INTEGER NOT NULL CHECK (repaid_fen BETWEEN 0 AND drawn_fen),
            monthly_fen INTEGER NOT NULL CHECK (monthly_fen >= 0),
            first_month TEXT,
            last_month TEXT,
            CHECK (drawn_fen - repaid_fen <= granted_fen)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX fund_account_once ON fund_account (kind, holder, year) WHERE kind <> 'nursing_fee';

        CREATE TABLE fund_payment (
            id TEXT NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES fund_account (id),
            person TEXT,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            month TEXT,
            reason TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('requested', 'paid', 'rejected')),
            requested_by TEXT NOT NULL,
            requested_ms INTEGER NOT NULL,
            decided_by TEXT,
            decided_ms INTEGER,
            opinion TEXT,
            CHECK (decided_by IS NULL OR decided_by <> requested_by)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX fund_payment_account ON fund_payment (account_id, person);
        CREATE UNIQUE INDEX fund_payment_month ON fund_payment (account_id, month) WHERE month IS NOT NULL;

        CREATE TABLE fund_repayment (
            id TEXT NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES fund_account (id),
            person TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            note TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            recorded_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX fund_repayment_account ON fund_repayment (account_id, person);
        """
}
