import Foundation

/// What a driver offers to the thread that writes: one transaction at a time, with savepoints in it.
public protocol BatchWriter: AnyObject {
    var transaction: any Transaction { get }
    /// Runs a whole batch with the connection held.
    func hold<T>(_ body: () -> T) -> T
    /// - Parameter isDurable: whether the commit waits for the disk.
    func begin(isDurable: Bool) throws
    func savepoint() throws
    /// Keeps what was done since ``savepoint()``.
    func release() throws
    /// Undoes what was done since ``savepoint()``.
    func rollbackToSavepoint() throws
    func commit() throws
    func rollback()
    /// Called between transactions: checkpoints and the like.
    ///
    /// - Parameter isIdle: nobody waits, and the last was not a step of long work, which the next one follows.
    func rest(isIdle: Bool)
}

/// One thread that writes, and a queue in front of it: concurrent writes share a commit (group commit).
///
/// Whatever has gathered while the last commit went to disk is the next batch, so one waiting write is never delayed for company,
/// and many waiting writes pay for one `fdatasync` together. Each runs in a savepoint, so that a failure does not take its neighbours along,
/// and each is answered only after the commit.
public final class CommitQueue: Sendable {
    private struct Operation: Sendable {
        let run: @Sendable (any Transaction) throws -> Void
        /// Called with nil after the commit, or with what went wrong.
        let finish: @Sendable ((any Error)?) -> Void
        let isAlone: Bool
        let isDurable: Bool
    }

    private struct State {
        var waiting: [Operation] = []
        var isClosed = false
        /// Writes that may share their commit: how many are not yet answered, and when one last was.
        var sharedInHand = 0
        var lastShared: ContinuousClock.Instant?
    }

    static let capacity = 4096
    static let batchLimit = 256

    // Safe because `state` is only touched while `condition` is locked.
    private final class Shared: @unchecked Sendable {
        let condition = NSCondition()
        var state = State()
    }

    private let shared = Shared()

    /// - Parameter writer: used by the writing thread alone.
    public init(name: String, _ writer: any BatchWriter & Sendable, on threads: Threads) {
        threads.start(name) { [shared] in CommitQueue.loop(shared, writer) }
    }

    /// - Parameter durable: false only for what is alone in its commit and can be done again.
    public func perform<T: Sendable>(
        alone: Bool = false, durable: Bool = true, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        let box = ResultBox<T>()
        return try await withCheckedThrowingContinuation { continuation in
            let operation = Operation(
                run: { tx in box.value = try body(tx) },
                finish: { error in
                    if let error {
                        continuation.resume(throwing: error)
                    } else if let value = box.value {
                        continuation.resume(returning: value)
                    } else {
                        continuation.resume(throwing: StoreFault.failed("no result"))
                    }
                }, isAlone: alone, isDurable: durable || !alone)
            if let refusal = enqueue(operation) { continuation.resume(throwing: refusal) }
        }
    }

    private func enqueue(_ operation: Operation) -> StoreFault? {
        shared.condition.lock()
        defer { shared.condition.unlock() }
        if shared.state.isClosed { return .failed("closed") }
        if shared.state.waiting.count >= Self.capacity { return .overloaded }
        if !operation.isAlone { shared.state.sharedInHand += 1 }
        shared.state.waiting.append(operation)
        if shared.state.waiting.count == 1 { shared.condition.signal() }
        return nil
    }

    /// See ``Database/isBusy``.
    public var isBusy: Bool {
        shared.condition.withLock {
            shared.state.sharedInHand > 0 || (shared.state.lastShared.map { ContinuousClock.now - $0 < .milliseconds(250) } ?? false)
        }
    }

    /// Lets what is queued finish, then ends the thread. Later writes are refused.
    public func close() {
        shared.condition.lock()
        shared.state.isClosed = true
        shared.condition.signal()
        shared.condition.unlock()
    }

    // Safe because only the writing thread touches it until the continuation resumes.
    private final class ResultBox<T>: @unchecked Sendable { var value: T? }

    private static func loop(_ shared: Shared, _ writer: any BatchWriter) {
        var isStep = false
        while let batch = next(shared, writer, isStep) {
            isStep = !batch[0].isDurable
            let failures = writer.hold { run(batch, on: writer) }
            if !batch[0].isAlone {
                shared.condition.withLock {
                    shared.state.sharedInHand -= batch.count
                    shared.state.lastShared = .now
                }
            }
            for (operation, failure) in zip(batch, failures) { operation.finish(failure) }
        }
    }

    private static func next(_ shared: Shared, _ writer: any BatchWriter, _ isStep: Bool) -> [Operation]? {
        shared.condition.lock()
        if shared.state.waiting.isEmpty {
            shared.condition.unlock()
            writer.rest(isIdle: !isStep)
            shared.condition.lock()
        } else {
            writer.rest(isIdle: false)
        }
        defer { shared.condition.unlock() }
        while shared.state.waiting.isEmpty {
            if shared.state.isClosed { return nil }
            shared.condition.wait()
        }
        var count = 0
        if shared.state.waiting[0].isAlone {
            count = 1
        } else {
            while count < min(shared.state.waiting.count, batchLimit), !shared.state.waiting[count].isAlone { count += 1 }
        }
        let batch = Array(shared.state.waiting.prefix(count))
        shared.state.waiting.removeFirst(count)
        return batch
    }

    /// - Returns: what went wrong with each.
    private static func run(_ batch: [Operation], on writer: any BatchWriter) -> [(any Error)?] {
        var failures = [(any Error)?](repeating: nil, count: batch.count)
        do {
            try writer.begin(isDurable: batch[0].isDurable)
            if batch.count == 1 {
                // Nobody to protect: the transaction is the savepoint. One savepoint around many statements would also make each of them
                // pay for all before it, as SQLite then walks the journal that it keeps for undoing single statements.
                try batch[0].run(writer.transaction)
            } else {
                for (index, operation) in batch.enumerated() { failures[index] = try run(operation, on: writer) }
            }
            try writer.commit()
        } catch {
            writer.rollback()
            failures = failures.map { $0 ?? error }
        }
        return failures
    }

    /// - Returns: what went wrong with this one alone; its neighbours go on.
    private static func run(_ operation: Operation, on writer: any BatchWriter) throws -> (any Error)? {
        try writer.savepoint()
        do {
            try operation.run(writer.transaction)
            try writer.release()
        } catch let fault as StoreFault where fault.endsTransaction {
            throw fault
        } catch {
            try writer.rollbackToSavepoint()
            return error
        }
        return nil
    }
}

extension StoreFault {
    /// The database has given the whole transaction up, or cannot be trusted to go on with it.
    var endsTransaction: Bool {
        switch self {
        case .diskFull, .corrupt, .unreachable, .locked: true
        default: false
        }
    }
}
