import Kernel
import Synchronization

/// Wakes whoever waits for the log to grow: long polls, the webhook service, live pages.
///
/// A ring says "look again", never what has happened; a reader that misses one finds the same rows at its next look.
public final class LogBell: Sendable {
    private struct State {
        var rings: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// How often it has rung. Read before looking at the log, so that a ring in between is not missed.
    public var rings: UInt64 { state.withLock { $0.rings } }

    public func ring() {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.rings += 1
            guard !state.waiting.isEmpty else { return [] }
            defer { state.waiting.removeAll() }
            return Array(state.waiting.values)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns at the first ring after `seen`, when the time is over, or when the task is cancelled.
    public func wait(after seen: UInt64, atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(after: seen) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait(after seen: UInt64) async {
        let ticket = state.withLock { state -> UInt64 in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state -> Bool in
                    if state.rings != seen || Task.isCancelled { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}
