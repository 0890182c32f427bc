extension Schema {
    /// The account of each provider as it was when finance approved a batch, and each one that was confirmed since.
    static let m0034_payees = """
        CREATE TABLE payee (
            month TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            name TEXT NOT NULL,
            bank TEXT NOT NULL,
            account TEXT NOT NULL,
            by_name TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (month, provider_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        """
}
