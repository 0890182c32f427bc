extension Schema {
    /// What each rule stops of a sealed statement and of a shadow, added up when it is written: a page does not read the lines of a month for
    /// a dozen sums. What a shadow changes is counted with it.
    ///
    /// The few among many are found by indexes that SQLite takes without statistics, since they bind more columns than the key and hold all that
    /// is asked: lines that are held, samples that wait for an answer, looks at files that no call brought, corrections on a month's statement;
    /// what the wall counts of a day and of thirty days, and the payments of a month.
    static let m0027_stops = """
        CREATE TABLE statement_stop (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            code TEXT NOT NULL,
            lines INTEGER NOT NULL,
            subsidy_fen INTEGER NOT NULL,
            PRIMARY KEY (month, provider_id, code)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE shadow_stop (
            month TEXT NOT NULL,
            day TEXT NOT NULL,
            code TEXT NOT NULL,
            lines INTEGER NOT NULL,
            subsidy_fen INTEGER NOT NULL,
            PRIMARY KEY (month, day, code)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE shadow ADD COLUMN newly_stopped INTEGER;
        ALTER TABLE shadow ADD COLUMN cleared INTEGER;

        CREATE INDEX access_log_own ON access_log (at_ms, elder_id) WHERE screen IN ('desk', 'registry', 'reveal');
        DROP INDEX statement_line_stopped;
        CREATE INDEX statement_line_held ON statement_line (verdict, month, provider_id, ordinal, subject) WHERE verdict = 'held';
        CREATE INDEX sample_result ON sample (result, month);
        CREATE INDEX sample_waiting ON sample (subject, month) WHERE result IS NULL;
        CREATE INDEX callback_at ON callback (at_ms);
        CREATE INDEX meal_swipe_day ON meal_swipe (service_date);
        CREATE INDEX payment_month ON payment (month);
        CREATE INDEX adjustment_statement ON adjustment (statement_month, provider_id);

        CREATE TABLE stopping_rule (
            code TEXT NOT NULL PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        INSERT INTO stopping_rule (code) VALUES
            ('R01'), ('R02'), ('R03'), ('R04'), ('R05'), ('R06'), ('R07'), ('R08'), ('R09'), ('R10'), ('R11'), ('R12'), ('R13'), ('R14'),
            ('R15'), ('R16'), ('R17'), ('R18'), ('R19'), ('R20'), ('R21'), ('R22'), ('R23'), ('R24'), ('R25'), ('R26'), ('R27');
        INSERT INTO statement_stop (month, provider_id, code, lines, subsidy_fen)
            SELECT l.month, l.provider_id, r.code, COUNT(*), CAST(SUM(l.subsidy_fen) AS BIGINT)
            FROM statement_line l
            JOIN statement s ON s.month = l.month AND s.provider_id = l.provider_id
            CROSS JOIN stopping_rule r
            WHERE l.verdict <> 'paid'
                AND (' | ' || l.findings LIKE '% | ' || r.code || ':block:%' OR ' | ' || l.findings LIKE '% | ' || r.code || ':hold:%')
            GROUP BY l.month, l.provider_id, r.code;
        INSERT INTO shadow_stop (month, day, code, lines, subsidy_fen)
            SELECT l.month, l.day, r.code, COUNT(*), CAST(SUM(l.subsidy_fen) AS BIGINT)
            FROM shadow_line l
            CROSS JOIN stopping_rule r
            WHERE ',' || l.codes || ',' LIKE '%,' || r.code || ',%'
            GROUP BY l.month, l.day, r.code;
        DROP TABLE stopping_rule;
        """
}
