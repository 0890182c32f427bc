import Kernel

/// What the delivery service holds, and what it may send next: the rules of the loop without its clock, network or database.
///
/// A delivery is first ready, then under way, then ended and not yet written down; in all three it is held, and its line with it. Sending goes on
/// while the last batch of outcomes is being written, so that the speed of the disk limits the size of a batch and not the rate of sending.
struct Desk: Sendable {
    /// Messages that must go one after the other: those of one subject to one subscription.
    private struct Line: Hashable {
        let subscription: String
        let subject: String
    }

    let limits: DeliveryService.Limits
    let policy: DeliveryPolicy
    private var held: [Int64: Line] = [:]
    private var heldBy: [String: Int] = [:]
    private var lines: Set<Line> = []
    /// What was read for one subscription and waits for its turn.
    private struct Queue {
        /// When the oldest part of it was read; it is not sent long after, for the subscription may have changed since.
        var readAt: Instant
        /// First the next to be sent; never empty.
        var deliveries: ArraySlice<Delivery>
    }

    private var ready: [String: Queue] = [:]
    /// Subscriptions with something ready, the next to be served first.
    private var turns: ArraySlice<String> = []
    private var underWayTo: [String: Int] = [:]
    private(set) var underWay = 0
    /// Of endpoints with failures; the others have none.
    private(set) var breakers: [String: Breaker] = [:]
    /// Disabled by an outcome that is not yet written down.
    private var stopped: Set<String> = []
    /// Ended, not yet written down.
    private(set) var unrecorded: [DeliveryOutcome] = []

    /// How long what is ready may wait for its turn.
    static let freshness = Span.seconds(1)

    init(limits: DeliveryService.Limits, policy: DeliveryPolicy) {
        self.limits = limits
        self.policy = policy
    }

    /// Whether more may be read.
    var isOpen: Bool { unrecorded.count < limits.unrecorded }

    /// How many rows to ask the outbox for, in all and of one subscription: what is held is given a second time.
    var asked: (total: Int, perEndpoint: Int) {
        (held.count + 4 * limits.total, (heldBy.values.max() ?? 0) + 2 * limits.total)
    }

    /// Subscriptions that get nothing now: paused by their breaker, disabled, or with enough ready.
    func skipping(at now: Instant) -> Set<String> {
        stopped.union(breakers.keys.filter { room(for: $0, at: now) == 0 }).union(ready.filter { $0.value.deliveries.count >= limits.total / 2 }.keys)
    }

    /// Holds what is due and may be sent now; ``next(at:)`` gives it out.
    mutating func accept(_ due: [Delivery], at now: Instant) {
        for (id, queue) in ready where isStale(queue, at: now) { dropReady(of: id) }
        let skipped = skipping(at: now)
        for delivery in due {
            let line = Line(subscription: delivery.subscription.id, subject: delivery.subject)
            guard !skipped.contains(line.subscription), held[delivery.id] == nil, lines.insert(line).inserted else { continue }
            held[delivery.id] = line
            heldBy[line.subscription, default: 0] += 1
            if ready[line.subscription] == nil { turns.append(line.subscription) }
            ready[line.subscription, default: Queue(readAt: now, deliveries: [])].deliveries.append(delivery)
        }
    }

    /// The next to be sent, each subscription in its turn; nil when nothing is ready that may go.
    mutating func next(at now: Instant) -> Delivery? {
        guard underWay < limits.total, unrecorded.count < limits.unrecorded else { return nil }
        for _ in 0..<turns.count {
            guard let id = turns.first, let queue = ready[id], let first = queue.deliveries.first else { return nil }
            if isStale(queue, at: now) {
                dropReady(of: id)
                continue
            }
            turns.removeFirst()
            guard room(for: id, at: now) > 0 else {
                turns.append(id)
                continue
            }
            ready[id]?.deliveries.removeFirst()
            if queue.deliveries.count == 1 { ready[id] = nil } else { turns.append(id) }
            underWayTo[id, default: 0] += 1
            underWay += 1
            return first
        }
        return nil
    }

    /// Notes how an attempt ended. What was broken off by ourselves is given back as if it had not been taken.
    /// - Returns: What the operator should know, if anything.
    mutating func note(_ delivery: Delivery, _ reply: Reply, startedAt: Instant, now: Instant, jitter: UInt64) -> DeliveryNotice? {
        let id = delivery.subscription.id
        underWay -= 1
        underWayTo[id, default: 1] -= 1
        if underWayTo[id] == 0 { underWayTo[id] = nil }
        if reply == .failed(.cancelled) {
            release(delivery.id)
            return nil
        }
        let decision = policy.next(
            after: reply, attempt: delivery.turn, now: now, jitter: jitter, failingSince: delivery.subscription.failingSince)
        unrecorded.append(
            DeliveryOutcome(
                delivery: delivery.id, subscription: id, attempt: delivery.attempt, decision: decision, reply: reply, startedAt: startedAt,
                took: now - startedAt))
        if case .disable(let reason) = decision {
            breakers[id] = nil
            stopped.insert(id)
            dropReady(of: id)
            return .disabled(subscription: id, reason: reason)
        }
        let before = breakers[id] ?? Breaker()
        let after = before.noted(success: !reply.isTrouble, at: now)
        breakers[id] = after == Breaker() ? nil : after
        guard case .open(let until, _) = after.state, after != before else { return nil }
        dropReady(of: id)
        return .breakerOpened(subscription: id, until: until)
    }

    /// Lets go of what has been written down: the first `count` outcomes.
    mutating func recorded(_ count: Int) {
        for outcome in unrecorded.prefix(count) {
            release(outcome.delivery)
            if case .disable = outcome.decision { stopped.remove(outcome.subscription) }
        }
        unrecorded.removeFirst(count)
    }

    private func isStale(_ queue: Queue, at now: Instant) -> Bool { now > queue.readAt + Self.freshness }

    private mutating func dropReady(of id: String) {
        guard let dropped = ready.removeValue(forKey: id) else { return }
        for delivery in dropped.deliveries { release(delivery.id) }
        turns.removeAll { $0 == id }
    }

    private mutating func release(_ delivery: Int64) {
        guard let line = held.removeValue(forKey: delivery) else { return }
        lines.remove(line)
        heldBy[line.subscription, default: 1] -= 1
        if heldBy[line.subscription] == 0 { heldBy[line.subscription] = nil }
    }

    private func room(for subscription: String, at now: Instant) -> Int {
        if stopped.contains(subscription) { return 0 }
        return max(0, min(limits.perEndpoint, breakers[subscription]?.room(at: now) ?? .max) - (underWayTo[subscription] ?? 0))
    }
}
