import Foundation

/// What a driver offers to one thread that reads.
public protocol SnapshotReader: Sendable {
    /// Runs `body` on one consistent snapshot.
    func read<T>(_ body: (any Transaction) throws -> T) throws -> T
    func close()
}

/// A few threads that read, each with a connection of its own, and one queue in front of them.
///
/// A read is one hand-over to a waiting thread.
public final class ReadQueue: Sendable {
    private typealias Job = @Sendable (any SnapshotReader) -> Void

    // Safe because the fields are only touched while `condition` is locked.
    private final class Shared: @unchecked Sendable {
        let condition = NSCondition()
        var jobs: [Job] = []
        var isClosed = false
    }

    private let shared = Shared()
    static let capacity = 4096

    /// - Parameter readers: each is used by one thread alone.
    public init(name: String, _ readers: [any SnapshotReader], on threads: Threads) {
        for (index, reader) in readers.enumerated() {
            threads.start("\(name)-\(index + 1)") { [shared] in
                while let job = ReadQueue.next(shared) { job(reader) }
                reader.close()
            }
        }
    }

    public func perform<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = enqueue { reader in continuation.resume(with: Result { try reader.read(body) }) }
            if !isTaken { continuation.resume(throwing: StoreFault.overloaded) }
        }
    }

    private func enqueue(_ job: @escaping Job) -> Bool {
        shared.condition.withLock {
            guard !shared.isClosed, shared.jobs.count < Self.capacity else { return false }
            shared.jobs.append(job)
            shared.condition.signal()
            return true
        }
    }

    /// - Returns: nil once the queue is closed and empty.
    private static func next(_ shared: Shared) -> Job? {
        shared.condition.withLock {
            while shared.jobs.isEmpty {
                if shared.isClosed { return nil }
                shared.condition.wait()
            }
            return shared.jobs.removeFirst()
        }
    }

    public func close() {
        shared.condition.withLock {
            shared.isClosed = true
            shared.condition.broadcast()
        }
    }
}
