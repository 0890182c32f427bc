extension Schema {
    /// A service stands on one line of one statement, paid or not: so it cannot be paid twice, and one index finds it. Refused lines give their
    /// money back, and are found for that without reading the month.
    static let m0028_once = """
        DROP INDEX statement_line_once;
        DROP INDEX statement_line_subject;
        CREATE UNIQUE INDEX statement_line_subject ON statement_line (subject);
        CREATE INDEX statement_line_blocked ON statement_line (verdict, month, provider_id, ordinal) WHERE verdict = 'blocked';
        """
}
