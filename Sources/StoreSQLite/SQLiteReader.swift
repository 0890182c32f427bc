import GRDB
import Store

/// One connection that only reads.
// Safe because only one thread of the read queue uses it after init. GRDB's own asynchronous reads cost several hand-overs each.
final class SQLiteReader: SnapshotReader, @unchecked Sendable {
    private let connection: DatabaseQueue
    private let transaction: SQLiteTransaction

    init(_ connection: DatabaseQueue) {
        self.connection = connection
        transaction = SQLiteTransaction(connection.unsafeReentrantWrite { $0 })
    }

    func read<T>(_ body: (any Store.Transaction) throws -> T) throws -> T {
        try connection.unsafeReentrantWrite { _ in
            try transaction.execute("BEGIN")
            defer { _ = try? transaction.execute("COMMIT") }
            return try body(transaction)
        }
    }

    func close() { try? connection.close() }
}
