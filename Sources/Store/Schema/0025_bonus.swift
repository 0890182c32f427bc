extension Schema {
    /// What a leg brings the provider beside the price: its budgets bear it like the amount. Of a swipe a part a leg; empty without.
    static let m0025_bonus = """
        ALTER TABLE funding_leg ADD COLUMN bonus_fen INTEGER NOT NULL DEFAULT 0 CHECK (bonus_fen >= 0);
        ALTER TABLE meal_swipe ADD COLUMN bonuses TEXT NOT NULL DEFAULT '';
        """
}
