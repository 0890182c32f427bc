extension Schema {
    /// One index finds the lines of a subject and holds that it is paid once in all, and stands once on a month: a line costs one less to write.
    static let m0022_lines = """
        DROP INDEX statement_line_once;
        DROP INDEX statement_line_subject;
        CREATE UNIQUE INDEX statement_line_subject ON statement_line (subject, (CASE WHEN verdict = 'paid' THEN '' ELSE month END));
        """
}
