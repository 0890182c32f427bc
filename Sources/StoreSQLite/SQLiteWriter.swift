import GRDB
import GRDBSQLite
import Store

/// The one connection that writes, entered only by the commit queue's thread.
// Safe because after init only that thread touches the mutable state.
final class SQLiteWriter: BatchWriter, @unchecked Sendable {
    let connection: DatabaseQueue
    private let db: GRDB.Database
    private let current: SQLiteTransaction
    private let log = LogLength()
    private let checkpointer: Checkpointer?

    /// - Parameter checkpointer: nil for a database in memory, which has no log.
    init(_ connection: DatabaseQueue, _ checkpointer: Checkpointer? = nil) {
        self.connection = connection
        self.checkpointer = checkpointer
        db = connection.unsafeReentrantWrite { $0 }
        current = SQLiteTransaction(db)
        // The hook lives as long as the connection, and so does what it writes to.
        sqlite3_wal_hook(
            db.sqliteConnection,
            { context, _, _, pages in
                if let context { Unmanaged<LogLength>.fromOpaque(context).takeUnretainedValue().pages = Int(pages) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(log).toOpaque())
    }

    var transaction: any Store.Transaction { current }

    func hold<T>(_ body: () -> T) -> T { connection.unsafeReentrantWrite { _ in body() } }
    /// NORMAL leaves the log unsynchronised after a commit; the file stays sound, and the next FULL commit synchronises all before it.
    func begin(isDurable: Bool) throws {
        if isDurable != isFull {
            try current.execute(isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
            isFull = isDurable
        }
        try current.execute("BEGIN IMMEDIATE")
    }
    private var isFull = true
    func savepoint() throws { try current.execute("SAVEPOINT one") }
    func release() throws { try current.execute("RELEASE one") }
    func rollbackToSavepoint() throws {
        try current.execute("ROLLBACK TO one")
        try current.execute("RELEASE one")
    }
    func commit() throws { try current.execute("COMMIT") }
    func rollback() { _ = try? current.execute("ROLLBACK") }

    /// Moves the log's pages into the database: few of them here, when nobody waits; many beside the writer, so that no commit waits for them.
    func rest(isIdle: Bool) {
        batches += 1
        if checkpointer?.takeHasRun() == true || isIdle && batches > 64 && log.pages < Self.many {
            batches = 0
            asked = 0
            sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        } else if let checkpointer, log.pages >= Self.many, log.pages - asked >= Self.many || log.pages < asked {
            asked = log.pages
            checkpointer.ask()
        }
    }
    private var batches = 0
    /// The length of the log when the checkpointer was last asked.
    private var asked = 0
    /// 16 MB of pages.
    private static let many = 4096

    func close() { checkpointer?.close() }

    /// Pages in the log after the last commit, as SQLite tells.
    private final class LogLength { var pages = 0 }
}
