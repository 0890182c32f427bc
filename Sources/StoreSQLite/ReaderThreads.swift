import Foundation
import GRDB
import Store

/// A few threads, each with a connection of its own that only reads.
///
/// A read is one hand-over to a waiting thread; GRDB's own asynchronous reads cost several.
final class ReaderThreads: Sendable {
    private typealias Job = @Sendable (SQLiteTransaction) -> Void

    // Safe because the fields are only touched while `condition` is locked.
    private final class Shared: @unchecked Sendable {
        let condition = NSCondition()
        var jobs: [Job] = []
        var isClosed = false
    }

    // Safe because only the reader's own thread uses the connection after init.
    private struct Connection: @unchecked Sendable {
        let queue: DatabaseQueue
        let db: GRDB.Database
    }

    private let shared = Shared()
    static let capacity = 4096

    init(count: Int, on threads: Threads, open: () throws -> DatabaseQueue) throws {
        for number in 1...count {
            let queue = try open()
            let connection = Connection(queue: queue, db: queue.unsafeReentrantWrite { $0 })
            threads.start("vnh-reader-\(number)") { [shared] in
                let transaction = SQLiteTransaction(connection.db)
                while let job = ReaderThreads.next(shared) { connection.queue.unsafeReentrantWrite { _ in job(transaction) } }
                try? connection.queue.close()
            }
        }
    }

    func perform<T: Sendable>(_ body: @escaping @Sendable (any Store.Transaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let job: Job = { transaction in
                continuation.resume(
                    with: Result {
                        try transaction.execute("BEGIN")
                        defer { _ = try? transaction.execute("COMMIT") }
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
