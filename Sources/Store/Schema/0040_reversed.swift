extension Schema {
    /// Whether a meal was taken back, beside how far it is settled: an index that asks for the latter is written anew, in the order of elders,
    /// for every meal that a month's close marks.
    static let m0040_reversed = """
        ALTER TABLE meal_swipe ADD COLUMN is_reversed INTEGER NOT NULL DEFAULT 0 CHECK (is_reversed IN (0, 1));
        UPDATE meal_swipe SET is_reversed = 1 WHERE settlement = 'reversed';
        DROP INDEX meal_swipe_slot;
        CREATE UNIQUE INDEX meal_swipe_slot ON meal_swipe (elder_id, service_date, slot) WHERE is_reversed = 0;
        """
}
