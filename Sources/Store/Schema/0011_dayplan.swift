extension Schema {
    /// Day plans with all their versions, what was pinned, and who is there on a day.
    static let m0011_dayplan = """
        CREATE TABLE day_plan (
            provider_id TEXT NOT NULL,
            day TEXT NOT NULL,
            version INTEGER NOT NULL,
            made_ms INTEGER NOT NULL,
            made_by TEXT NOT NULL,
            travel_min INTEGER NOT NULL,
            PRIMARY KEY (provider_id, day, version)
        ) STRICT;

        CREATE TABLE day_plan_visit (
            provider_id TEXT NOT NULL,
            day TEXT NOT NULL,
            version INTEGER NOT NULL,
            order_id TEXT NOT NULL REFERENCES service_order (id),
            worker_id TEXT,
            second_worker_id TEXT,
            start_ms INTEGER,
            end_ms INTEGER,
            late_min INTEGER NOT NULL,
            is_pinned INTEGER NOT NULL,
            is_moved INTEGER NOT NULL,
            unplaced_reason TEXT,
            PRIMARY KEY (provider_id, day, version, order_id)
        ) STRICT;

        CREATE TABLE day_pin (
            order_id TEXT NOT NULL PRIMARY KEY REFERENCES service_order (id),
            provider_id TEXT NOT NULL,
            worker_id TEXT NOT NULL,
            second_worker_id TEXT,
            start_ms INTEGER NOT NULL,
            pinned_ms INTEGER NOT NULL,
            pinned_by TEXT NOT NULL
        ) STRICT;

        CREATE TABLE worker_shift (
            provider_id TEXT NOT NULL,
            worker_id TEXT NOT NULL,
            day TEXT NOT NULL,
            is_absent INTEGER NOT NULL,
            from_min INTEGER NOT NULL,
            until_min INTEGER NOT NULL,
            pause_from_min INTEGER,
            pause_until_min INTEGER,
            PRIMARY KEY (provider_id, day, worker_id)
        ) STRICT;

        CREATE INDEX service_order_provider_day ON service_order (provider_id, service_date);
        """
}
