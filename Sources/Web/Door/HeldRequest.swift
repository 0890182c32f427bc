import Synchronization

/// A request that may wait for news.
///
/// A handler that has nothing to tell yet does not wait itself: it names what to wait for and returns. The ``Connection`` drops everything the
/// handling stood on, and has the same request handled again from the start when there may be news, so that ten thousand waiting polls cost
/// little more than their connections.
public final class HeldRequest: Sendable {
    /// The request that is being handled; nil when it did not come through the door, and then nothing can be held.
    @TaskLocal public static var here: HeldRequest?

    /// Begins to wait. `then` is called once, from any thread: with false when there is no sense in waiting any longer.
    ///
    /// - Returns: what breaks the waiting off; `then` is not called afterwards.
    public typealias Wait = @Sendable (_ then: @escaping @Sendable (_ mayBeHeld: Bool) -> Void) -> @Sendable () -> Void

    /// When the request arrived, however often it has been handled since.
    public let came = ContinuousClock.now

    private enum State {
        case mayBeHeld
        case held(Wait)
        /// Whatever it waited for will not come: the next answer is the last.
        case over
    }

    private let state = Mutex(State.mayBeHeld)

    /// Puts the request aside until `wait` is over; what the handler returns now is not sent.
    ///
    /// - Returns: false when the request cannot be held any more, and has to be answered now.
    public func put(aside wait: @escaping Wait) -> Bool {
        state.withLock { state in
            guard case .mayBeHeld = state else { return false }
            state = .held(wait)
            return true
        }
    }

    var isHeld: Bool {
        state.withLock { state in
            guard case .held = state else { return false }
            return true
        }
    }

    /// Waits for what it was put aside for; `then` has it handled again.
    ///
    /// - Returns: what breaks the waiting off.
    func wait(then: @escaping @Sendable () -> Void) -> (@Sendable () -> Void)? {
        let wait = state.withLock { state -> Wait? in
            guard case .held(let wait) = state else { return nil }
            return wait
        }
        return wait? { mayBeHeld in
            self.state.withLock { $0 = mayBeHeld ? .mayBeHeld : .over }
            then()
        }
    }
}
