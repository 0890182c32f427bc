extension Schema {
    /// Calls, orders, attempts, visits, and the one log that everything else reads.
    static let m0002_orders = """
        CREATE TABLE call (
            id TEXT NOT NULL PRIMARY KEY,
            from_number TEXT NOT NULL,
            to_number TEXT NOT NULL,
            rang_ms INTEGER NOT NULL,
            answered_ms INTEGER,
            ended_ms INTEGER,
            elder_id TEXT,
            outcome TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX call_rang ON call (rang_ms, id);

        CREATE TABLE service_order (
            id TEXT NOT NULL PRIMARY KEY,
            number TEXT NOT NULL,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            item_code TEXT NOT NULL,
            mode TEXT NOT NULL,
            region TEXT NOT NULL,
            start_ms INTEGER NOT NULL,
            end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
            service_date TEXT NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
            urgency TEXT NOT NULL CHECK (urgency IN ('emergency', 'urgent', 'same_day', 'booked')),
            source TEXT NOT NULL,
            caller TEXT,
            call_id TEXT,
            note TEXT NOT NULL,
            from_address TEXT,
            to_address TEXT,
            preferred_provider TEXT,
            created_ms INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            is_backfilled INTEGER NOT NULL CHECK (is_backfilled IN (0, 1)),
            visit_code TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('received', 'offered', 'accepted', 'scheduled', 'in_service', 'done', 'closed', 'cancelled', 'failed', 'voided')),
            verification TEXT NOT NULL CHECK (verification IN ('unverified', 'verified', 'held', 'refused')),
            settlement TEXT NOT NULL CHECK (settlement IN ('not_ready', 'ready', 'in_statement', 'paid', 'reversed')),
            service_level TEXT NOT NULL CHECK (service_level IN ('normal', 'warned', 'overdue')),
            has_open_complaint INTEGER NOT NULL CHECK (has_open_complaint IN (0, 1)),
            provider_id TEXT,
            worker_id TEXT,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            timer_kind TEXT,
            timer_due_ms INTEGER,
            price_version TEXT NOT NULL,
            unit_price_fen INTEGER NOT NULL CHECK (unit_price_fen >= 0),
            payable_fen INTEGER NOT NULL CHECK (payable_fen >= 0),
            self_pay_fen INTEGER NOT NULL CHECK (self_pay_fen BETWEEN 0 AND payable_fen),
            version INTEGER NOT NULL CHECK (version >= 1),
            CHECK ((timer_kind IS NULL) = (timer_due_ms IS NULL)),
            CHECK (state NOT IN ('offered', 'accepted', 'scheduled', 'in_service', 'done', 'closed') OR provider_id IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX service_order_number ON service_order (number);
        CREATE INDEX service_order_elder ON service_order (elder_id, start_ms);
        CREATE INDEX service_order_timer ON service_order (timer_due_ms, id) WHERE timer_due_ms IS NOT NULL;
        CREATE INDEX service_order_provider ON service_order (provider_id, state, start_ms);
        CREATE INDEX service_order_settlement ON service_order (service_date, settlement) WHERE settlement = 'ready';

        CREATE TABLE attempt (
            order_id TEXT NOT NULL REFERENCES service_order (id),
            ordinal INTEGER NOT NULL,
            provider_id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'expired', 'withdrawn')),
            offered_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            answered_ms INTEGER,
            reason_code TEXT,
            price_fen INTEGER NOT NULL CHECK (price_fen >= 0),
            slot_opens INTEGER,
            decision TEXT NOT NULL,
            PRIMARY KEY (order_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX attempt_live ON attempt (order_id) WHERE state IN ('offered', 'accepted');
        CREATE UNIQUE INDEX attempt_never_again ON attempt (order_id, provider_id) WHERE state IN ('declined', 'expired');

        CREATE TABLE unmet_demand (
            order_id TEXT NOT NULL REFERENCES service_order (id),
            at_ms INTEGER NOT NULL,
            item_code TEXT NOT NULL,
            region TEXT NOT NULL,
            summary TEXT NOT NULL,
            decision TEXT NOT NULL,
            PRIMARY KEY (order_id, at_ms)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE visit (
            order_id TEXT NOT NULL PRIMARY KEY REFERENCES service_order (id),
            provider_id TEXT NOT NULL,
            worker_id TEXT NOT NULL,
            in_at_ms INTEGER NOT NULL,
            in_received_ms INTEGER NOT NULL,
            in_method TEXT NOT NULL,
            in_distance_m INTEGER,
            in_accuracy_m INTEGER,
            in_photo_sha256 TEXT,
            in_reason_code TEXT,
            out_at_ms INTEGER,
            out_received_ms INTEGER,
            out_method TEXT,
            out_distance_m INTEGER,
            out_accuracy_m INTEGER,
            out_photo_sha256 TEXT,
            out_reason_code TEXT,
            confirmed_by TEXT,
            confirmed_ms INTEGER,
            CHECK (out_at_ms IS NULL OR out_at_ms >= in_at_ms)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE callback (
            order_id TEXT NOT NULL REFERENCES service_order (id),
            at_ms INTEGER NOT NULL,
            came INTEGER NOT NULL CHECK (came IN (0, 1)),
            came_ms INTEGER,
            did TEXT NOT NULL,
            minutes INTEGER,
            paid_extra_fen INTEGER NOT NULL CHECK (paid_extra_fen >= 0),
            satisfaction INTEGER,
            answered_by TEXT NOT NULL,
            recorded_by TEXT NOT NULL,
            PRIMARY KEY (order_id, at_ms)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE complaint (
            id TEXT NOT NULL PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES service_order (id),
            opened_ms INTEGER NOT NULL,
            text TEXT NOT NULL,
            closed_ms INTEGER,
            resolution TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX complaint_order ON complaint (order_id);

        CREATE TABLE event (
            seq INTEGER NOT NULL PRIMARY KEY,
            id TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            type TEXT NOT NULL,
            subject TEXT NOT NULL,
            subject_seq INTEGER NOT NULL,
            provider_id TEXT,
            provider_seq INTEGER,
            actor TEXT NOT NULL,
            data TEXT NOT NULL,
            CHECK ((provider_id IS NULL) = (provider_seq IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX event_provider ON event (provider_id, provider_seq) WHERE provider_id IS NOT NULL;
        CREATE INDEX event_subject ON event (subject, seq);

        CREATE TABLE number_series (
            day TEXT NOT NULL PRIMARY KEY,
            last INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
