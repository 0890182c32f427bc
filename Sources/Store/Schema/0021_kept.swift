extension Schema {
    /// What persons type about an event may speak of somebody, and the log is read by strangers: it stands beside the log, and goes nowhere.
    /// What budgets left for a month when its close began, so that whoever goes on with the close, or computes it again, reckons with the same.
    /// Meals booked after the close of their month had begun wait for the next one.
    static let m0021_kept = """
        CREATE TABLE event_note (
            seq INTEGER NOT NULL PRIMARY KEY REFERENCES event (seq),
            text TEXT NOT NULL
        ) STRICT;

        CREATE TABLE close_budget (
            month TEXT NOT NULL,
            budget TEXT NOT NULL,
            left_fen INTEGER NOT NULL,
            PRIMARY KEY (month, budget)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE late_meal (
            id TEXT NOT NULL PRIMARY KEY REFERENCES meal_swipe (id)
        ) STRICT, WITHOUT ROWID;
        """
}
