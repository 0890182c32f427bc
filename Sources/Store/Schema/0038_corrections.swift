extension Schema {
    /// What a correction takes from programmes, elders and budgets, or gives back to them, a part of a leg a row: fen above zero are taken, below zero
    /// given back; `draws` as with a leg, without a sign. Corrections of before have moved nothing of that: `is_funded` tells them apart. A correction
    /// that pays a held line takes over what the line itself was owed under the month of its service: `moved_fen`.
    static let m0038_corrections = """
        ALTER TABLE adjustment ADD COLUMN is_funded INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE adjustment ADD COLUMN moved_fen INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE correction_leg (
            adjustment_id TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            elder_id TEXT NOT NULL,
            month TEXT NOT NULL,
            fund TEXT NOT NULL,
            programme TEXT NOT NULL,
            version INTEGER NOT NULL,
            amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),
            bonus_fen INTEGER NOT NULL,
            draws TEXT NOT NULL,
            budgets TEXT NOT NULL,
            services INTEGER NOT NULL,
            PRIMARY KEY (adjustment_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX correction_leg_month ON correction_leg (month);
        """
}
