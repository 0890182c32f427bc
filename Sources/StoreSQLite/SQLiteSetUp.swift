import CSQLite

/// What holds for all connections of the process.
enum SQLiteSetUp {
    /// Done once, before the first connection. A library that somebody else has already begun to use stays as it is: that only costs time.
    static let once: Void = { _ = csqlite_count_no_memory() }()
}
