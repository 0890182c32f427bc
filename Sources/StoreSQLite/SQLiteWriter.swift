import GRDB
import GRDBSQLite
import Store

/// The one connection that writes, entered only by the commit queue's thread.
// Safe because after init only that thread touches the mutable state.
final class SQLiteWriter: BatchWriter, @unchecked Sendable {
    let connection: DatabaseQueue
    private let db: GRDB.Database
    private let current: SQLiteTransaction


    init(_ connection: DatabaseQueue) {
        self.connection = connection
        db = connection.unsafeReentrantWrite { $0 }
        current = SQLiteTransaction(db)
    }

    var transaction: any Store.Transaction { current }

    func hold(_ body: () -> Void) { connection.unsafeReentrantWrite { _ in body() } }
    func begin() throws { try current.execute("BEGIN IMMEDIATE") }
    func savepoint() throws { try current.execute("SAVEPOINT one") }
    func release() throws { try current.execute("RELEASE one") }
    func rollbackToSavepoint() throws {
        try current.execute("ROLLBACK TO one")
        try current.execute("RELEASE one")
    }
    func commit() throws { try current.execute("COMMIT") }
    func rollback() { _ = try? current.execute("ROLLBACK") }

    /// Moves the log's pages into the database: whenever nobody waits, and under load only when the log has grown long,
    /// so that no single commit pays for a thousand others.
    func rest(isIdle: Bool) {
        batches += 1
        guard isIdle ? batches > 64 : batches % 512 == 0 else { return }
        if isIdle { batches = 0 }
        sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }
    private var batches = 0
}
