import Synchronization

/// Lets so many at a time through, in the order in which they came.
///
/// Every step of a handler goes to the end of the executor's queue, so that of ten thousand polls that are woken together each would stand with
/// a half-built stack until all are done. Those who wait for their turn have none yet.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// How many of `waiting` have been let through.
        var gone = 0
    }

    private let state: Mutex<State>
    /// So many who have gone are forgotten together.
    static let many = 1024

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        let isFree = state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
        if isFree { return }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.gone < state.waiting.count else {
                state.waiting.removeAll(keepingCapacity: false)
                state.gone = 0
                state.free += 1
                return nil
            }
            let next = state.waiting[state.gone]
            state.gone += 1
            if state.gone >= Self.many {
                state.waiting.removeFirst(state.gone)
                state.gone = 0
            }
            return next
        }
        next?.resume()
    }
}
