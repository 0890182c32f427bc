import Kernel

/// What the delivery service has under way, and what it may take next: the rules of the loop without its clock, network or database.
struct Desk: Sendable {
    /// Messages that must go one after the other: those of one subject to one subscription.
    private struct Line: Hashable {
        let subscription: String
        let subject: String
    }

    let limits: DeliveryService.Limits
    let policy: DeliveryPolicy
    /// Taken and not yet written down as ended: being sent, or ended with the outcome still to be recorded.
    private var held: [Int64: Line] = [:]
    private var heldBy: [String: Int] = [:]
    private var lines: Set<Line> = []
    /// Of endpoints with failures; the others have none.
    private(set) var breakers: [String: Breaker] = [:]
    /// Ended, not yet written down.
    private(set) var unrecorded: [DeliveryOutcome] = []

    init(limits: DeliveryService.Limits, policy: DeliveryPolicy) {
        self.limits = limits
        self.policy = policy
    }

    /// How many more deliveries may be taken.
    var room: Int { max(0, limits.total - held.count) }

    /// Subscriptions that get nothing now: paused by their breaker, or with enough under way.
    func skipping(at now: Instant) -> Set<String> {
        Set(heldBy.keys.filter { room(for: $0, at: now) == 0 } + breakers.keys.filter { room(for: $0, at: now) == 0 })
    }

    /// Takes from what is due as much as may be sent now, and holds it.
    mutating func take(_ due: [Delivery], at now: Instant) -> [Delivery] {
        var taken: [Delivery] = []
        for delivery in due where room > 0 {
            let line = Line(subscription: delivery.subscription.id, subject: delivery.subject)
            guard held[delivery.id] == nil, !lines.contains(line), room(for: line.subscription, at: now) > 0 else { continue }
            held[delivery.id] = line
            heldBy[line.subscription, default: 0] += 1
            lines.insert(line)
            taken.append(delivery)
        }
        return taken
    }

    /// Notes how an attempt ended. What was broken off by ourselves is given back as if it had not been taken.
    /// - Returns: What the operator should know, if anything.
    mutating func note(_ delivery: Delivery, _ reply: Reply, startedAt: Instant, now: Instant, jitter: UInt64) -> DeliveryNotice? {
        if reply == .failed(.cancelled) {
            release(delivery.id)
            return nil
        }
        let id = delivery.subscription.id
        let decision = policy.next(
            after: reply, attempt: delivery.turn, now: now, jitter: jitter, failingSince: delivery.subscription.failingSince)
        unrecorded.append(
            DeliveryOutcome(
                delivery: delivery.id, subscription: id, attempt: delivery.attempt, decision: decision, reply: reply, startedAt: startedAt,
                took: now - startedAt))
        if case .disable(let reason) = decision {
            breakers[id] = nil
            return .disabled(subscription: id, reason: reason)
        }
        let before = breakers[id] ?? Breaker()
        let after = before.noted(success: !reply.isTrouble, at: now)
        breakers[id] = after == Breaker() ? nil : after
        if case .open(let until, _) = after.state, after != before { return .breakerOpened(subscription: id, until: until) }
        return nil
    }

    /// Lets go of what has been written down: the first `count` outcomes.
    mutating func recorded(_ count: Int) {
        for outcome in unrecorded.prefix(count) { release(outcome.delivery) }
        unrecorded.removeFirst(count)
    }

    private mutating func release(_ delivery: Int64) {
        guard let line = held.removeValue(forKey: delivery) else { return }
        lines.remove(line)
        heldBy[line.subscription, default: 1] -= 1
        if heldBy[line.subscription] == 0 { heldBy[line.subscription] = nil }
    }

    private func room(for subscription: String, at now: Instant) -> Int {
        let allowed = min(limits.perEndpoint, breakers[subscription]?.room(at: now) ?? .max)
        return max(0, allowed - (heldBy[subscription] ?? 0))
    }
}
