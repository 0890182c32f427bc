extension Schema {
    /// What the settlement rules look at, and the road of a month from its statements to the money: who signed what, when, and on which bytes.
    static let m0010_settlement = """
        ALTER TABLE visit ADD COLUMN in_device TEXT;
        ALTER TABLE visit ADD COLUMN out_device TEXT;
        ALTER TABLE visit ADD COLUMN is_mocked INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE visit ADD COLUMN is_location_off INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE visit ADD COLUMN signature_sha256 TEXT;
        ALTER TABLE visit ADD COLUMN signed_by TEXT;
        ALTER TABLE callback ADD COLUMN received TEXT;

        CREATE TABLE elder_stay (
            elder_id TEXT NOT NULL REFERENCES elder (id),
            from_date TEXT NOT NULL,
            until_date TEXT,
            status TEXT NOT NULL,
            PRIMARY KEY (elder_id, from_date)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE worker_leave (
            worker_id TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            from_date TEXT NOT NULL,
            until_date TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (worker_id, from_date),
            CHECK (until_date >= from_date)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE worker_tie (
            worker_id TEXT NOT NULL,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            provider_id TEXT NOT NULL,
            relation TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (worker_id, elder_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE month_budget (
            month TEXT NOT NULL,
            fund TEXT NOT NULL,
            limit_fen INTEGER NOT NULL CHECK (limit_fen >= 0),
            set_by TEXT NOT NULL,
            set_ms INTEGER NOT NULL,
            PRIMARY KEY (month, fund)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX statement_line_subject ON statement_line (subject);
        CREATE INDEX statement_line_item ON statement_line (item_code, service_date);

        CREATE TABLE close_grant (
            name TEXT NOT NULL,
            authority TEXT NOT NULL CHECK (authority IN ('review', 'street', 'district', 'finance', 'pay')),
            granted_by TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (name, authority)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE close_entry (
            month TEXT NOT NULL,
            seq INTEGER NOT NULL,
            from_step TEXT NOT NULL,
            action TEXT NOT NULL,
            to_step TEXT NOT NULL,
            by_name TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            opinion TEXT NOT NULL,
            batch_sha256 TEXT NOT NULL,
            PRIMARY KEY (month, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE line_decision (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('release', 'refuse')),
            reason TEXT NOT NULL,
            by_name TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (month, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX line_decision_provider ON line_decision (month, provider_id);

        CREATE TABLE sample (
            month TEXT NOT NULL,
            subject TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            reason TEXT NOT NULL,
            result TEXT CHECK (result IN ('passed', 'failed')),
            note TEXT NOT NULL,
            by_name TEXT,
            at_ms INTEGER,
            PRIMARY KEY (month, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sample_provider ON sample (month, provider_id);

        CREATE TABLE statement_answer (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            answer TEXT NOT NULL CHECK (answer IN ('confirmed', 'disputed')),
            by_name TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            PRIMARY KEY (month, provider_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE line_dispute (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            reason TEXT NOT NULL,
            evidence_sha256 TEXT,
            at_ms INTEGER NOT NULL,
            answer TEXT,
            answered_by TEXT,
            answered_ms INTEGER,
            PRIMARY KEY (month, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX line_dispute_open ON line_dispute (month, provider_id);

        CREATE TABLE invoice (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            number TEXT NOT NULL,
            issued TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            seller TEXT NOT NULL,
            credit_code TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (month, provider_id)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX invoice_once ON invoice (number, credit_code);

        CREATE TABLE payment (
            reference TEXT NOT NULL PRIMARY KEY,
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            account TEXT NOT NULL,
            name TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
            invoice TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('ordered', 'paid', 'bounced')),
            note TEXT NOT NULL,
            ordered_ms INTEGER NOT NULL,
            answered_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX payment_once ON payment (month, provider_id) WHERE state <> 'bounced';

        CREATE TABLE adjustment (
            id TEXT NOT NULL PRIMARY KEY,
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
            reason TEXT NOT NULL,
            entered_by TEXT NOT NULL,
            entered_ms INTEGER NOT NULL,
            approved_by TEXT,
            approved_ms INTEGER,
            statement_month TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX adjustment_once ON adjustment (month, subject);
        CREATE INDEX adjustment_open ON adjustment (provider_id, statement_month);

        CREATE TABLE shadow (
            month TEXT NOT NULL,
            day TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            lines INTEGER NOT NULL,
            gross_fen INTEGER NOT NULL,
            subsidy_fen INTEGER NOT NULL,
            payable_fen INTEGER NOT NULL,
            PRIMARY KEY (month, day)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE shadow_line (
            month TEXT NOT NULL,
            day TEXT NOT NULL,
            subject TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            verdict TEXT NOT NULL,
            codes TEXT NOT NULL,
            subsidy_fen INTEGER NOT NULL,
            PRIMARY KEY (month, day, subject)
        ) STRICT, WITHOUT ROWID;
        """
}
