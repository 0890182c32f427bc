import Kernel
import Store
import Synchronization
import Workflow

/// The clock and the chance of a rehearsal: time goes on only when it is told to, and chance follows a seed.
public final class Stage: Sendable {
    private struct State {
        var now: Instant
        var random: SeededRandom
    }

    private let state: Mutex<State>

    public init(start: Instant, seed: UInt64) { state = Mutex(State(now: start, random: SeededRandom(seed: seed))) }

    public var now: Instant { state.withLock { $0.now } }

    /// Moves the clock on; it never goes back.
    public func move(to instant: Instant) { state.withLock { $0.now = max($0.now, instant) } }

    /// An office that works by this clock and this chance.
    public func office(_ database: any Database, _ shelf: ReferenceShelf) -> Office {
        Office(database: database, shelf: shelf, clock: { self.now }, random: { self.state.withLock { $0.random.next() } })
    }
}
