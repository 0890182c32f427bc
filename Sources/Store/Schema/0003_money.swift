extension Schema {
    /// Entitlements, the ledger, meal swipes and the monthly statements.
    static let m0003_money = """
        CREATE TABLE entitlement (
            elder_id TEXT NOT NULL,
            programme TEXT NOT NULL,
            period TEXT NOT NULL,
            granted_fen INTEGER NOT NULL CHECK (granted_fen >= 0),
            reserved_fen INTEGER NOT NULL CHECK (reserved_fen >= 0),
            posted_fen INTEGER NOT NULL CHECK (posted_fen >= 0),
            PRIMARY KEY (elder_id, programme, period),
            CHECK (reserved_fen + posted_fen <= granted_fen)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE funding_leg (
            order_id TEXT NOT NULL REFERENCES service_order (id),
            attempt INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            fund TEXT NOT NULL,
            programme TEXT NOT NULL,
            version INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            draws TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('reserved', 'posted', 'released')),
            PRIMARY KEY (order_id, attempt, ordinal)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE account (
            name TEXT NOT NULL PRIMARY KEY,
            debit_fen INTEGER NOT NULL CHECK (debit_fen >= 0),
            credit_fen INTEGER NOT NULL CHECK (credit_fen >= 0)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE posting (
            seq INTEGER NOT NULL PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('reserve', 'post', 'release', 'reverse')),
            subject TEXT NOT NULL,
            debit TEXT NOT NULL,
            credit TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            reverses INTEGER,
            CHECK (debit <> credit)
        ) STRICT;
        CREATE INDEX posting_subject ON posting (subject, seq);

        CREATE TABLE meal_swipe (
            id TEXT NOT NULL PRIMARY KEY,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            canteen_id TEXT NOT NULL,
            item_code TEXT NOT NULL,
            service_date TEXT NOT NULL,
            slot TEXT NOT NULL CHECK (slot IN ('breakfast', 'lunch', 'supper')),
            device TEXT NOT NULL,
            device_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            class_code TEXT NOT NULL,
            price_version TEXT NOT NULL,
            payable_fen INTEGER NOT NULL CHECK (payable_fen >= 0),
            self_pay_fen INTEGER NOT NULL CHECK (self_pay_fen BETWEEN 0 AND payable_fen),
            legs TEXT NOT NULL,
            settlement TEXT NOT NULL CHECK (settlement IN ('ready', 'in_statement', 'paid', 'reversed'))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX meal_swipe_slot ON meal_swipe (elder_id, service_date, slot) WHERE settlement <> 'reversed';
        CREATE INDEX meal_swipe_canteen ON meal_swipe (canteen_id, service_date);

        CREATE TABLE settlement_month (
            month TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL CHECK (state IN ('closing', 'closed')),
            started_ms INTEGER NOT NULL,
            closed_ms INTEGER,
            closed_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE statement (
            month TEXT NOT NULL REFERENCES settlement_month (month),
            provider_id TEXT NOT NULL,
            lines INTEGER NOT NULL,
            held INTEGER NOT NULL,
            gross_fen INTEGER NOT NULL,
            subsidy_fen INTEGER NOT NULL,
            self_pay_fen INTEGER NOT NULL,
            deducted_fen INTEGER NOT NULL,
            payable_fen INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            frozen_ms INTEGER NOT NULL,
            PRIMARY KEY (month, provider_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE statement_line (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('order', 'meal')),
            subject TEXT NOT NULL,
            number TEXT NOT NULL,
            elder_id TEXT NOT NULL,
            item_code TEXT NOT NULL,
            service_date TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            unit_price_fen INTEGER NOT NULL,
            gross_fen INTEGER NOT NULL,
            subsidy_fen INTEGER NOT NULL,
            self_pay_fen INTEGER NOT NULL,
            funding TEXT NOT NULL,
            evidence INTEGER NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('paid', 'held', 'blocked')),
            findings TEXT NOT NULL,
            PRIMARY KEY (month, provider_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX statement_line_once ON statement_line (subject) WHERE verdict = 'paid';
        """
}
