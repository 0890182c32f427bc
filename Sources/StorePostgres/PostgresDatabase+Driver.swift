#if PostgreSQL
import Foundation
import Store

/// A PostgreSQL schema through libpq: one connection that writes, a few that read.
///
/// Each batch of writes begins with an advisory lock of its schema, so there is one writer at a time across all processes, as with SQLite.
/// The order of the log is then the order of the commits, and READ COMMITTED means the same as on a single writer.
public final class PostgresDatabase: Database {
    public let dialect = Dialect.postgres
    private let queue: CommitQueue
    private let writer: PostgresWriter
    private let readers: ReadQueue
    private let threads = Threads()

    public static let readerCount = 4

    /// - Throws: ``StoreFault/unreachable(_:)`` when the server refuses or cannot be found.
    public init(conninfo: String, schema: String?) async throws {
        writer = try PostgresWriter(conninfo: conninfo, schema: schema)
        readers = ReadQueue(
            name: "vnh-pg-reader", try (0..<Self.readerCount).map { _ in try PostgresReader(conninfo: conninfo, schema: schema) }, on: threads)
        queue = CommitQueue(name: "vnh-pg-writer", writer, on: threads)
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await queue.perform(body)
    }

    public func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await queue.perform(alone: true, body)
    }

    public func writeRepeatable<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await queue.perform(alone: true, durable: false, body)
    }

    public var isBusy: Bool { queue.isBusy }

    public func read<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await readers.perform(body)
    }

    public func backup(to path: String) async throws {
        throw StoreFault.schema("PostgreSQL 请用 pg_dump 备份，用 pg_restore 恢复。")
    }

    /// Beside the writer: PostgreSQL counts rows in a transaction that only reads as well.
    public func analyze() async throws {
        try await read { tx in
            let tables = try tx.rows("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1") { try $0.text() }
            if !tables.isEmpty { try tx.execute(SQL(text: "ANALYZE \(tables.joined(separator: ", "))")) }
        }
    }

    /// PostgreSQL checks its pages itself (data checksums, amcheck); there is nothing to ask from here.
    public func integrityFaults() async throws -> [String] { [] }

    public func close() async {
        queue.close()
        readers.close()
        await threads.ended()
        writer.close()
    }
}

/// The connection that writes, entered only by the commit queue's thread.
// Safe because after init only that thread touches it.
final class PostgresWriter: BatchWriter, @unchecked Sendable {
    private let connection: PostgresConnection
    private let current: PostgresTransaction
    private let lock: String

    init(conninfo: String, schema: String?) throws {
        connection = try PostgresConnection(conninfo: conninfo, schema: schema)
        current = PostgresTransaction(connection)
        lock = "SELECT pg_advisory_xact_lock(hashtextextended('vnh/' || current_database() || '/' || current_schema(), 0))"
    }

    var transaction: any Transaction { current }

    func hold<T>(_ body: () -> T) -> T { body() }

    /// Opens the connection again when it has been lost: nothing of a batch has been done before this succeeds.
    func begin(isDurable: Bool) throws {
        for attempt in 0...3 {
            do {
                if connection.isBroken { try connection.connect() }
                try connection.command("BEGIN")
                try connection.command(lock)
                if !isDurable { try connection.command("SET LOCAL synchronous_commit TO off") }
                return
            } catch let fault as StoreFault {
                guard attempt < 3, case .unreachable = fault else { throw fault }
                connection.close()
                Thread.sleep(forTimeInterval: 0.1 * Double(1 << attempt))
            }
        }
    }

    func savepoint() throws { try connection.command("SAVEPOINT one") }
    func release() throws { try connection.command("RELEASE SAVEPOINT one") }
    func rollbackToSavepoint() throws { try connection.command("ROLLBACK TO SAVEPOINT one; RELEASE SAVEPOINT one") }
    func commit() throws { try connection.command("COMMIT") }
    func rollback() {
        if !connection.isBroken { try? connection.command("ROLLBACK") }
    }
    func rest(isIdle: Bool) {}
    func close() { connection.close() }
}

/// One connection that only reads.
// Safe because only one thread of the read queue uses it after init.
final class PostgresReader: SnapshotReader, @unchecked Sendable {
    private let connection: PostgresConnection
    private let transaction: PostgresTransaction

    init(conninfo: String, schema: String?) throws {
        connection = try PostgresConnection(conninfo: conninfo, schema: schema)
        transaction = PostgresTransaction(connection)
    }

    func read<T>(_ body: (any Transaction) throws -> T) throws -> T {
        if connection.isBroken { try connection.connect() }
        try connection.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        defer { try? connection.command("COMMIT") }
        return try body(transaction)
    }

    func close() { connection.close() }
}
#endif
