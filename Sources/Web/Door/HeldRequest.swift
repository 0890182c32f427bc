import Synchronization

/// A request that waits for news.
///
/// A handler that has nothing to tell yet does not wait itself: it names what to wait for and returns. The ``Door`` drops everything the
/// handling stood on, waits, and has the same request handled again from the start, so that whoever was let in before is asked for again and
/// ten thousand waiting polls cost little more than their connections.
public final class HeldRequest: Sendable {
    /// The request that is being handled; nil when it did not come through the door, and then nothing can be held.
    @TaskLocal public static var here: HeldRequest?

    /// When the request arrived, however often it has been handled since.
    public let came = ContinuousClock.now

    private enum State {
        case mayBeHeld
        case held(@Sendable () async -> Bool)
        /// Whatever it waited for will not come: the next answer is the last.
        case over
    }

    private let state = Mutex(State.mayBeHeld)

    /// Puts the request aside until `wait` returns; what the handler returns now is not sent.
    ///
    /// - Parameter wait: Returns false when there is no sense in waiting any longer.
    /// - Returns: false when the request cannot be held any more, and has to be answered now.
    public func put(aside wait: @escaping @Sendable () async -> Bool) -> Bool {
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

    /// Waits when the request has been put aside.
    ///
    /// - Returns: true when it has to be handled again.
    @inline(never) func wait() async -> Bool {
        let wait = state.withLock { state -> (@Sendable () async -> Bool)? in
            guard case .held(let wait) = state else { return nil }
            return wait
        }
        guard let wait else { return false }
        let mayBeHeld = await wait()
        state.withLock { $0 = mayBeHeld ? .mayBeHeld : .over }
        return true
    }
}
