extension Schema {
    /// In which streets a statement pays public money: kept while it is sealed, as nobody may wait at the platform's signature until all lines
    /// of a month are looked through. Months that wait for that signature are counted by where their elders live now.
    static let m0041_statement_street = """
        CREATE TABLE statement_street (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            street TEXT NOT NULL,
            lines INTEGER NOT NULL CHECK (lines > 0),
            PRIMARY KEY (month, provider_id, street)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO statement_street (month, provider_id, street, lines)
            SELECT l.month, l.provider_id, e.region, COUNT(*) FROM statement_line l JOIN elder e ON e.id = l.elder_id
            WHERE l.verdict = 'paid' AND l.subsidy_fen > 0 AND l.month NOT IN (SELECT month FROM close_street)
            GROUP BY l.month, l.provider_id, e.region;
        """
}
