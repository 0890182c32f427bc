import Kernel
import Orders
import Store

/// What happens of itself when time runs out: an offer goes to the next provider, a missed visit or answer is raised.
///
/// Called every second by the service loop, in small batches; each order in a transaction of its own, so that one bad order stops nobody.
public struct RingTimers: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let batch = 200

    /// - Returns: the number of orders whose timer rang.
    public func callAsFunction() async throws -> Int {
        let (now, reference) = (office.now, office.reference)
        let due = try await office.read { tx in try tx.orders.due(by: now, limit: Self.batch) }
        for order in due {
            try await office.perform { tx in try Self.ring(tx, reference, order.id, now: now) }
        }
        return due.count
    }

    private static func ring(_ tx: any Transaction, _ reference: Reference, _ id: OrderID, now: Instant) throws {
        // Read again: it may have been answered since.
        guard let old = try tx.orders.find(id), let timer = old.timer, timer.due <= now else { return }
        if timer.kind == .offerExpires { return try expire(tx, reference, old, now: now) }
        if timer.kind == .dispatchOverdue, old.window.start > now {
            // Capacity may have become free since nobody fitted.
            if let found = try retried(tx, reference, old, now: now), found.state == .offered { return }
        }
        guard let current = try tx.orders.find(id) else { return }
        var rung = current
        rung.timer = reference.timers(on: now.localDate).timer(after: timer.kind, for: current, now: now)
        if timer.kind != .remind { rung.serviceLevel = .overdue }
        rung.version += 1
        try tx.orders.save(rung, replacing: current)
        try tx.events.append(
            timer.kind == .remind ? "order.reminder" : "order.overdue", subject: id.text, subjectSeq: rung.version, to: rung.provider,
            by: "system", at: now, data: "{\"timer\":\"\(timer.kind.rawValue)\"}")
    }

    private static func expire(_ tx: any Transaction, _ reference: Reference, _ old: Order, now: Instant) throws {
        let dispatch = Dispatch(tx, reference, now: now, by: "system")
        let waiting = try old.after(.expire, by: .system, at: now, timers: dispatch.timers)
        try dispatch.release(old, as: .expired, reason: nil, event: "order.expired", version: waiting.version)
        guard old.window.start > now else {
            var late = waiting
            late.serviceLevel = .overdue
            return try tx.orders.save(late, replacing: old)
        }
        _ = try dispatch.next(waiting, replacing: old)
    }

    private static func retried(_ tx: any Transaction, _ reference: Reference, _ old: Order, now: Instant) throws -> Order? {
        let dispatch = Dispatch(tx, reference, now: now, by: "system")
        let situation = try Situation.read(tx, reference, elder: old.elder, item: old.item) { _ in old.window }
        let assignment = try dispatch.plan(old, situation, asked: try tx.attempts.asked(old.id))
        guard assignment.attempt != nil else { return nil }
        try tx.orders.save(assignment.order, replacing: old)
        try dispatch.record(assignment)
        return assignment.order
    }
}
