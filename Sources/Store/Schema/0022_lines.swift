extension Schema {
    /// A subject stands once on a month, and its line is found by both: by the subject alone SQLite would rather read the whole month.
    static let m0022_lines = """
        DROP INDEX statement_line_subject;
        CREATE UNIQUE INDEX statement_line_subject ON statement_line (subject, month);
        """
}
