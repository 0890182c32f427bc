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
    private let readers: PostgresReaders
    private let threads = Threads()

    public static let readerCount = 4

    /// - Throws: ``StoreFault/unreachable(_:)`` when the server refuses or cannot be found.
    public init(conninfo: String, schema: String?) async throws {
        writer = try PostgresWriter(conninfo: conninfo, schema: schema)
        readers = try PostgresReaders(count: Self.readerCount, on: threads, conninfo: conninfo, schema: schema)
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

/// A few threads, each with a connection of its own that only reads, on one snapshot a read.
final class PostgresReaders: Sendable {
    private typealias Job = @Sendable (Result<PostgresTransaction, any Error>) -> Void

    // Safe because the fields are only touched while `condition` is locked.
    private final class Shared: @unchecked Sendable {
        let condition = NSCondition()
        var jobs: [Job] = []
        var isClosed = false
    }

    private let shared = Shared()
    static let capacity = 4096

    init(count: Int, on threads: Threads, conninfo: String, schema: String?) throws {
        for number in 1...count {
            let connection = try PostgresConnection(conninfo: conninfo, schema: schema)
            threads.start("vnh-pg-reader-\(number)") { [shared] in
                let transaction = PostgresTransaction(connection)
                while let job = PostgresReaders.next(shared) {
                    job(
                        Result {
                            if connection.isBroken { try connection.connect() }
                            return transaction
                        })
                }
                connection.close()
            }
        }
    }

    func perform<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let job: Job = { transaction in
                continuation.resume(
                    with: Result {
                        let transaction = try transaction.get()
                        try transaction.connection.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                        defer { try? transaction.connection.command("COMMIT") }
                        return try body(transaction)
                    })
            }
            if !enqueue(job) { continuation.resume(throwing: StoreFault.overloaded) }
        }
    }

    private func enqueue(_ job: @escaping Job) -> Bool {
        shared.condition.lock()
        defer { shared.condition.unlock() }
        guard !shared.isClosed, shared.jobs.count < Self.capacity else { return false }
        shared.jobs.append(job)
        shared.condition.signal()
        return true
    }

    private static func next(_ shared: Shared) -> Job? {
        shared.condition.lock()
        defer { shared.condition.unlock() }
        while shared.jobs.isEmpty {
            if shared.isClosed { return nil }
            shared.condition.wait()
        }
        return shared.jobs.removeFirst()
    }

    func close() {
        shared.condition.lock()
        shared.isClosed = true
        shared.condition.broadcast()
        shared.condition.unlock()
    }
}
#endif
