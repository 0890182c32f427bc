extension Schema {
    /// What proves that somebody was there: by what a meal's elder was known, which tills are a canteen's (those that have swiped so far are), and what
    /// was guessed at a till or a door. What a budget grants is proposed like what goes beyond it. A month is signed for each street that has money in
    /// it; whoever signed for one so far signed for all.
    static let m0037_gate = """
        ALTER TABLE meal_swipe ADD COLUMN entry TEXT NOT NULL DEFAULT '';
        ALTER TABLE meal_swipe ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
        ALTER TABLE meal_held ADD COLUMN is_read INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE till (
            canteen_id TEXT NOT NULL,
            device TEXT NOT NULL,
            registered_ms INTEGER NOT NULL,
            registered_by TEXT NOT NULL,
            ended_ms INTEGER,
            PRIMARY KEY (canteen_id, device)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO till (canteen_id, device, registered_ms, registered_by)
            SELECT canteen_id, device, MIN(received_ms), 'system' FROM meal_swipe GROUP BY canteen_id, device;

        CREATE TABLE card_miss (
            day TEXT NOT NULL,
            canteen_id TEXT NOT NULL,
            misses INTEGER NOT NULL CHECK (misses > 0),
            last_ms INTEGER NOT NULL,
            PRIMARY KEY (day, canteen_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE door_try (
            order_id TEXT NOT NULL PRIMARY KEY REFERENCES service_order (id),
            wrong INTEGER NOT NULL CHECK (wrong >= 0),
            last_code TEXT NOT NULL,
            is_locked INTEGER NOT NULL CHECK (is_locked IN (0, 1)),
            locked_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX door_try_locked ON door_try (is_locked, locked_ms, order_id) WHERE is_locked = 1;

        ALTER TABLE close_grant ADD COLUMN street TEXT;
        UPDATE close_grant SET street = 'all' WHERE authority = 'street';
        ALTER TABLE close_entry ADD COLUMN street TEXT;
        CREATE TABLE close_street (
            month TEXT NOT NULL,
            street TEXT NOT NULL,
            PRIMARY KEY (month, street)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE budget_override ADD COLUMN kind TEXT NOT NULL DEFAULT 'extra' CHECK (kind IN ('extra', 'grant'));
        """
}
