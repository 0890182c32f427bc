extension Schema {
    /// Who is tied to whom, the shares of a month, and who was told that an order waits.
    static let m0008_match = """
        CREATE TABLE elder_tie (
            elder_id TEXT NOT NULL REFERENCES elder (id),
            kind TEXT NOT NULL CHECK (kind IN ('relative', 'refused_by', 'language')),
            value TEXT NOT NULL,
            note TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            actor TEXT NOT NULL,
            PRIMARY KEY (elder_id, kind, value)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE provider_share (
            month TEXT NOT NULL,
            category TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            offered INTEGER NOT NULL CHECK (offered >= 0),
            PRIMARY KEY (month, category, provider_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE escalation (
            order_id TEXT NOT NULL REFERENCES service_order (id),
            level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 2),
            reason TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (order_id, level)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX escalation_at ON escalation (at_ms);

        CREATE TABLE offer_reminder (
            order_id TEXT NOT NULL REFERENCES service_order (id),
            attempt INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (order_id, attempt)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX unmet_demand_at ON unmet_demand (at_ms);
        CREATE INDEX service_order_day ON service_order (service_date, id);
        """
}
