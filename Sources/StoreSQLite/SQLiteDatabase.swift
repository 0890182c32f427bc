import Foundation
import GRDB
import GRDBSQLite
import Kernel
import Store

/// A SQLite file in WAL mode, or a database in memory: one thread that writes, a few that read.
///
/// GRDB opens the connections, sets them up, keeps prepared statements and makes backups; values are bound and columns read through SQLite's
/// own functions, because boxing them costs more than running the statement.
public final class SQLiteDatabase: Store.Database {
    public enum Mode: Sendable {
        /// The file must be there.
        case existing
        /// The file is made when it is missing.
        case create
    }

    public let dialect = Dialect.sqlite
    private let queue: CommitQueue
    private let writer: SQLiteWriter
    private let readers: ReadQueue?
    private let threads = Threads()

    public static let readerCount = 3

    /// - Throws: ``StoreFault``: missing, not writable, locked, corrupt.
    public init(path: String, mode: Mode = .existing) throws {
        if mode == .existing, !FileManager.default.fileExists(atPath: path) { throw StoreFault.missing(path: path) }
        do {
            let connection = try DatabaseQueue(path: path, configuration: Self.configuration(readOnly: false))
            try connection.writeWithoutTransaction { db in
                let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
                guard journal == "wal" else { throw StoreFault.notWritable(path: path) }
                // GRDB sets NORMAL for pools; a queue keeps ours, but what counts is what SQLite says afterwards.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else { throw StoreFault.failed("synchronous is not FULL") }
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                // A file that only pretends to be writable is found out now, not at the first order.
                try db.execute(sql: "BEGIN IMMEDIATE; ROLLBACK")
            }
            let checkpointer = Checkpointer(on: threads) { try DatabaseQueue(path: path, configuration: Self.configuration(readOnly: false)) }
            writer = SQLiteWriter(connection, checkpointer)
            readers = ReadQueue(
                name: "vnh-reader",
                try (0..<Self.readerCount).map { _ in SQLiteReader(try DatabaseQueue(path: path, configuration: Self.configuration(readOnly: true))) },
                on: threads)
        } catch {
            throw StoreFault(error, path: path)
        }
        queue = CommitQueue(name: "vnh-writer", writer, on: threads)
    }

    /// A database that lives as long as this object; for tests.
    public init() throws {
        writer = SQLiteWriter(try DatabaseQueue(configuration: Self.configuration(readOnly: false)))
        readers = nil
        queue = CommitQueue(name: "vnh-writer", writer, on: threads)
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        SQLiteSetUp.once
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = \(readOnly ? -8000 : -32000); PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any Store.Transaction) throws -> T) async throws -> T {
        try await queue.perform(body)
    }

    public func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Store.Transaction) throws -> T) async throws -> T {
        try await queue.perform(alone: true, body)
    }

    public func writeRepeatable<T: Sendable>(_ body: @escaping @Sendable (any Store.Transaction) throws -> T) async throws -> T {
        try await queue.perform(alone: true, durable: false, body)
    }

    public var isBusy: Bool { queue.isBusy }

    public func read<T: Sendable>(_ body: @escaping @Sendable (any Store.Transaction) throws -> T) async throws -> T {
        guard let readers else { return try await queue.perform(body) }
        return try await readers.perform(body)
    }

    public func backup(to path: String) async throws {
        let source = writer.connection
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread {
                continuation.resume(
                    with: Result {
                        do {
                            // A second connection reads a consistent state while the writer goes on.
                            let reader = source.path == ":memory:" ? source : try DatabaseQueue(path: source.path)
                            let target = try DatabaseQueue(path: path)
                            try reader.backup(to: target)
                            try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
                            try target.close()
                        } catch {
                            throw StoreFault(error, path: path)
                        }
                    })
            }.start()
        }
    }

    public func analyze() async throws {}

    public func integrityFaults() async throws -> [String] {
        try await read { tx in
            let pages = try tx.rows("PRAGMA integrity_check") { try $0.text() }.filter { $0 != "ok" }
            let keys = try tx.rows("PRAGMA foreign_key_check") { "foreign key: \(try $0.text())" }
            return Array((pages + keys).prefix(50))
        }
    }

    public func close() async {
        queue.close()
        readers?.close()
        writer.close()
        await threads.ended()
        try? writer.connection.close()
    }
}
