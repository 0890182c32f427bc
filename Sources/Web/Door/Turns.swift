import Synchronization

/// Lets so many at a time through, in the order in which they came.
///
/// Every step of a handler goes to the end of the executor's queue, so that of ten thousand polls that are woken together each would stand with
/// a half-built stack until all are done. Those who wait for their turn have no task yet.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting: [@Sendable () -> Void] = []
        /// How many of `waiting` have been let through.
        var gone = 0
    }

    private let state: Mutex<State>
    /// So many who have gone are forgotten together.
    static let many = 1024

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Calls `go`, now or from any thread later; who has gone gives the turn back.
    func take(_ go: @escaping @Sendable () -> Void) {
        let isFree = state.withLock { state in
            guard state.free > 0 else {
                state.waiting.append(go)
                return false
            }
            state.free -= 1
            return true
        }
        if isFree { go() }
    }

    func give() {
        let next = state.withLock { state -> (@Sendable () -> Void)? in
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
        next?()
    }
}
