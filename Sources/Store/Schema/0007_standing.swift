extension Schema {
    /// Standing orders, what became of each of their days, and the absences that stop them.
    static let m0007_standing = """
        CREATE TABLE standing_order (
            id TEXT NOT NULL PRIMARY KEY,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            item_code TEXT NOT NULL,
            rule TEXT NOT NULL,
            exdates TEXT NOT NULL,
            rdates TEXT NOT NULL,
            start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
            end_minute INTEGER CHECK (end_minute > start_minute AND end_minute <= 1440),
            quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
            note TEXT NOT NULL,
            preferred_provider TEXT,
            from_address TEXT,
            to_address TEXT,
            valid_from TEXT NOT NULL,
            valid_until TEXT,
            holidays TEXT NOT NULL CHECK (holidays IN ('as_usual', 'skip', 'day_before', 'day_after')),
            state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'ended')),
            reason TEXT,
            made_until TEXT,
            created_ms INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            CHECK (valid_until IS NULL OR valid_until >= valid_from)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX standing_order_elder ON standing_order (elder_id, id);
        CREATE INDEX standing_order_active ON standing_order (id) WHERE state = 'active';

        CREATE TABLE standing_instance (
            standing_id TEXT NOT NULL REFERENCES standing_order (id),
            occurrence TEXT NOT NULL,
            service_date TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('made', 'refused', 'withdrawn')),
            order_id TEXT REFERENCES service_order (id),
            code TEXT,
            message TEXT,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (standing_id, occurrence),
            CHECK (state <> 'made' OR order_id IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX standing_instance_order ON standing_instance (order_id) WHERE order_id IS NOT NULL;
        CREATE INDEX standing_instance_refused ON standing_instance (service_date, standing_id) WHERE state = 'refused';

        CREATE TABLE absence (
            id TEXT NOT NULL PRIMARY KEY,
            elder_id TEXT NOT NULL REFERENCES elder (id),
            kind TEXT NOT NULL CHECK (kind IN ('hospital', 'travel', 'institution')),
            from_date TEXT NOT NULL,
            until_date TEXT,
            note TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            ended_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX absence_elder ON absence (elder_id, from_date);
        CREATE INDEX absence_open ON absence (until_date, id) WHERE ended_ms IS NULL;
        """
}
