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
        if let moved = checkpointer?.takeMoved() {
            if log.pages - moved > Self.few, rounds < Self.rounds { ask() } else { startAnew() }
        } else if isIdle, batches > 64, log.pages < Self.many {
            moveRest()
        } else if log.pages >= Self.many, log.pages - asked >= Self.many || log.pages < asked {
            rounds = 0
            ask()
        }
    }

    private func ask() {
        asked = log.pages
        rounds += 1
        checkpointer?.ask()
    }

    private func moveRest() {
        (batches, asked, rounds) = (0, 0, 0)
        sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    /// Waits for those who read what stands in the log, but not long: the next round gets there.
    private func startAnew() {
        (batches, asked, rounds) = (0, 0, 0)
        sqlite3_busy_timeout(db.sqliteConnection, Self.patience)
        sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_RESTART, nil, nil)
        sqlite3_busy_timeout(db.sqliteConnection, 5000)
    }

    private var batches = 0
    /// The length of the log when the checkpointer was last asked, and how often it was since the log was started.
    private var asked = 0
    private var rounds = 0
    /// 64 MB of pages, and 4 MB.
    private static let (many, few) = (16_384, 1024)
    /// A disk that is slower than the writer never comes near it.
    private static let rounds = 4
    /// Milliseconds.
    private static let patience: Int32 = 25

    func close() { checkpointer?.close() }

    /// Pages in the log after the last commit, as SQLite tells.
    private final class LogLength { var pages = 0 }
}
