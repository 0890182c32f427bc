extension Schema {
    /// The roots of exported months: what an auditor's copy is compared with.
    static let m0014_papers = """
        CREATE TABLE month_root (
            month TEXT NOT NULL,
            root TEXT NOT NULL,
            lines_root TEXT NOT NULL,
            lines INTEGER NOT NULL CHECK (lines >= 0),
            at_ms INTEGER NOT NULL,
            by_name TEXT NOT NULL,
            PRIMARY KEY (month, root)
        ) STRICT, WITHOUT ROWID;
        """
}
