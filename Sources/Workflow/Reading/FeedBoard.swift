import Kernel
import Registry
import Store
import Synchronization

/// The newest number of every provider's feed, kept in memory by one reader of the log, and the polls that wait for a higher one.
///
/// A poll without news costs no look at the database, and a commit wakes only the polls of the providers it concerns. The board only ever says
/// "look" or "nothing new since your number"; what the news is, is always read from the log.
public final class FeedBoard: Sendable {
    private struct Waiter {
        let after: Int64
        let until: ContinuousClock.Instant
        let then: @Sendable (Bool) -> Void
    }

    private struct State {
        var isFollowed = false
        /// The bell's count before the look that this state comes from: while it still stands, nothing can have been added.
        var rings: UInt64 = 0
        var seq: Int64 = 0
        var newest: [ProviderID: Int64] = [:]
        var waiting: [ProviderID: [UInt64: Waiter]] = [:]
        var held = 0
        var ticket: UInt64 = 0
        /// When to look through the waiting polls for those whose time is over.
        var lookAt = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// Polls held at once, by one provider and together; one more is answered at once, as if it had not asked to wait.
    public static let heldByProvider = 500
    public static let heldTogether = 20_000
    static let page = 1000
    /// How often to look without a ring: another process on the same database rings no bell here.
    static let tick = Duration.milliseconds(250)

    public init() {}

    /// Polls held now.
    public var held: Int { state.withLock { $0.held } }

    /// Whether it is certain that nothing has been addressed to `provider` after its number `after`.
    func isQuiet(_ provider: ProviderID, after: Int64, rings: UInt64) -> Bool {
        state.withLock { $0.isFollowed && $0.rings == rings && ($0.newest[provider] ?? 0) == after }
    }

    /// Calls `then` once, from any thread, when there may be news after `after`, or at `until`; with false, and at once, when the poll cannot
    /// be held, because nobody follows the log or too many are held already.
    ///
    /// - Returns: what breaks the waiting off.
    func wait(
        _ provider: ProviderID, after: Int64, until: ContinuousClock.Instant, then: @escaping @Sendable (Bool) -> Void
    ) -> @Sendable () -> Void {
        let (ticket, isNews) = state.withLock { state -> (UInt64?, Bool) in
            guard state.isFollowed, state.held < Self.heldTogether, (state.waiting[provider]?.count ?? 0) < Self.heldByProvider else {
                return (nil, false)
            }
            guard (state.newest[provider] ?? 0) <= after else { return (nil, true) }
            state.ticket += 1
            state.waiting[provider, default: [:]][state.ticket] = Waiter(after: after, until: until, then: then)
            state.held += 1
            return (state.ticket, false)
        }
        guard let ticket else {
            then(isNews)
            return {}
        }
        return { [self] in
            state.withLock { state in
                if state.waiting[provider]?.removeValue(forKey: ticket) != nil { state.held -= 1 }
            }
        }
    }

    /// Reads the log as it grows, until the task is cancelled; then lets every waiting poll go.
    ///
    /// - Parameter report: hears what went wrong with one look; the next look is a tick later.
    public func follow(_ office: Office, report: (any Error) -> Void) async {
        while !Task.isCancelled {
            let rings = office.bell.rings
            do {
                try await look(office, rings: rings)
            } catch {
                leave()
                if !Task.isCancelled { report(error) }
            }
            release(at: .now)
            await office.bell.wait(after: rings, atMost: Self.tick)
        }
        leave()
    }

    private func look(_ office: Office, rings: UInt64) async throws {
        guard state.withLock({ $0.isFollowed }) else {
            let (seq, newest) = try await office.read { tx in (try tx.events.last(), try tx.events.lastSeqs()) }
            return state.withLock { state in
                state.isFollowed = true
                state.rings = rings
                state.seq = seq
                state.newest = newest
            }
        }
        while true {
            let after = state.withLock { $0.seq }
            let news = try await office.read { tx in try tx.events.addressed(after: after, limit: Self.page) }
            let isAll = news.count < Self.page
            for waiter in take(news, rings: isAll ? rings : nil) { waiter.then(true) }
            if isAll { return }
        }
    }

    /// Writes news on the board and gives those who waited for it.
    private func take(_ news: [EventLog.Addressed], rings: UInt64?) -> [Waiter] {
        state.withLock { state in
            var concerned: Set<ProviderID> = []
            for entry in news {
                state.seq = entry.seq
                guard let provider = entry.provider, let number = entry.providerSeq else { continue }
                state.newest[provider] = number
                concerned.insert(provider)
            }
            if let rings { state.rings = rings }
            var woken: [Waiter] = []
            for provider in concerned {
                guard let waiting = state.waiting[provider] else { continue }
                let newest = state.newest[provider] ?? 0
                let kept = waiting.filter { $0.value.after >= newest }
                woken += waiting.values.filter { $0.after < newest }
                state.waiting[provider] = kept.isEmpty ? nil : kept
            }
            state.held -= woken.count
            return woken
        }
    }

    /// Lets go those whose time is over; no commit has to look through ten thousand waiting polls for them.
    private func release(at now: ContinuousClock.Instant) {
        let over = state.withLock { state -> [Waiter] in
            guard state.lookAt <= now else { return [] }
            state.lookAt = now + Self.tick
            var over: [Waiter] = []
            for (provider, waiting) in state.waiting where waiting.contains(where: { $0.value.until <= now }) {
                over += waiting.values.filter { $0.until <= now }
                let kept = waiting.filter { $0.value.until > now }
                state.waiting[provider] = kept.isEmpty ? nil : kept
            }
            state.held -= over.count
            return over
        }
        for waiter in over { waiter.then(true) }
    }

    private func leave() {
        let all = state.withLock { state -> [Waiter] in
            state.isFollowed = false
            defer { state.waiting = [:] }
            state.held = 0
            return state.waiting.values.flatMap(\.values)
        }
        for waiter in all { waiter.then(true) }
    }
}
