extension Schema {
    /// Where an elder is stands in `absence` alone, and what a fund may pay in `budget` alone; what a rule takes from a statement says
    /// which rule, and from what it was reckoned.
    ///
    /// A stay ended on the day of coming back, an absence ends on the last day away: the day before, reckoned in the common dialect (of leap
    /// years the 28th, in favour of whoever served on the 29th). A limit of a month has no like among the yearly budgets, which are granted anew.
    static let m0015_truth = """
        INSERT INTO absence (id, elder_id, kind, from_date, until_date, note, created_ms, created_by, ended_ms)
        SELECT 'stay-' || elder_id || '-' || from_date, elder_id, CASE status WHEN 'away' THEN 'travel' ELSE status END, from_date,
            CASE
                WHEN until_date IS NULL THEN NULL
                WHEN SUBSTR(until_date, 9, 2) > '01' THEN
                    SUBSTR(until_date, 1, 8) || SUBSTR(CAST(99 + CAST(SUBSTR(until_date, 9, 2) AS INTEGER) AS TEXT), 2, 2)
                WHEN SUBSTR(until_date, 6, 2) = '01' THEN CAST(CAST(SUBSTR(until_date, 1, 4) AS INTEGER) - 1 AS TEXT) || '-12-31'
                ELSE SUBSTR(until_date, 1, 5) || CASE SUBSTR(until_date, 6, 2)
                    WHEN '02' THEN '01-31' WHEN '03' THEN '02-28' WHEN '04' THEN '03-31' WHEN '05' THEN '04-30' WHEN '06' THEN '05-31'
                    WHEN '07' THEN '06-30' WHEN '08' THEN '07-31' WHEN '09' THEN '08-31' WHEN '10' THEN '09-30' WHEN '11' THEN '10-31'
                    ELSE '11-30' END
            END,
            '', 0, 'system', CASE WHEN until_date IS NULL THEN NULL ELSE 0 END
        FROM elder_stay
        WHERE status IN ('hospital', 'institution', 'away');
        DROP TABLE elder_stay;
        DROP TABLE month_budget;

        ALTER TABLE adjustment ADD COLUMN rule TEXT NOT NULL DEFAULT '';
        ALTER TABLE adjustment ADD COLUMN basis TEXT NOT NULL DEFAULT '';
        DROP INDEX adjustment_once;
        CREATE UNIQUE INDEX adjustment_once ON adjustment (month, subject, rule);
        """
}
