import Kernel
import Orders
import Store

/// 升级: tells the dispatcher, then the shift leader, of an order that is not on its way; each of them once.
///
/// Inside the caller's transaction. Who is told is a rule of ``EscalationPolicy``; being told is an event and a row to be listed.
struct Escalate {
    let tx: any Transaction
    let policy: EscalationPolicy
    let now: Instant

    init(_ tx: any Transaction, _ reference: Reference, now: Instant) {
        self.tx = tx
        policy = reference.escalation(on: now.localDate)
        self.now = now
    }

    /// - Returns: the place of its event in the log, if somebody was told.
    @discardableResult
    func look(at order: Order, refused: Int) throws -> Int64? {
        guard let (level, reason) = policy.level(of: order, refused: refused) else { return nil }
        return try raise(order, to: level, reason)
    }

    @discardableResult
    func raise(_ order: Order, to level: EscalationLevel, _ reason: EscalationReason) throws -> Int64? {
        guard try tx.escalations.raise(order.id, to: level, reason, at: now) else { return nil }
        return try tx.events.append(
            "order.escalated", subject: order.id.text, subjectSeq: order.version, by: "system", at: now,
            data: (["level": JSON(level.rawValue), "reason": JSON(reason.rawValue)] as JSON).text)
    }
}

/// What is looked after between two timers: offers called to mind, and orders that the dispatcher has not placed in time.
public struct WatchOffers: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let batch = 500

    /// - Returns: how many providers were reminded and how many orders went to the shift leader.
    @discardableResult
    public func callAsFunction() async throws -> (reminded: Int, raised: Int) {
        (try await remind(), try await raise())
    }

    private func remind() async throws -> Int {
        let (now, policy) = (office.now, office.reference.escalation(on: office.now.localDate))
        var count = 0
        for (urgency, minutes) in [(Urgency.sameDay, policy.remindSameDayBefore), (.booked, policy.remindBookedBefore)] where minutes > 0 {
            let due = try await office.read { tx in
                try tx.escalations.unreminded(urgency, until: now + .minutes(minutes), limit: Self.batch)
            }
            for id in due {
                count += try await office.perform { tx in try Self.remind(tx, id, now: now) } ? 1 : 0
            }
        }
        return count
    }

    /// An offer already run out is not called to mind: it is on its way to the next.
    private static func remind(_ tx: any Transaction, _ id: OrderID, now: Instant) throws -> Bool {
        guard let order = try tx.orders.find(id), order.state == .offered, let attempt = try tx.attempts.live(id), attempt.expiresAt > now,
            try tx.escalations.remind(id, attempt: attempt.ordinal, at: now)
        else { return false }
        try tx.events.append(
            "order.offer_reminder", subject: id.text, subjectSeq: order.version, to: attempt.provider, by: "system", at: now,
            data: (["expires": JSON(attempt.expiresAt)] as JSON).text)
        return true
    }

    private func raise() async throws -> Int {
        let (now, reference) = (office.now, office.reference)
        let (policy, hours) = (reference.escalation(on: now.localDate), reference.hours(on: now.localDate))
        let due = try await office.read { tx in
            try tx.escalations.unanswered(toldBefore: now - .minutes(policy.leaderAfterMinutes), limit: Self.batch)
        }
        var count = 0
        for (id, told) in due {
            let isRaised = try await office.perform { tx in
                guard let order = try tx.orders.find(id), [.received, .offered].contains(order.state),
                    policy.leaderDue(order.urgency, told: told, hours: hours) <= now
                else { return false }
                return try Escalate(tx, reference, now: now).raise(order, to: .shiftLeader, .overdue) != nil
            }
            count += isRaised ? 1 : 0
        }
        return count
    }
}
