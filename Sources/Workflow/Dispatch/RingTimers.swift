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
        try await WatchOffers(office)()
        let due = try await office.read { tx in try tx.orders.due(by: now, limit: Self.batch) }
        for order in due {
            do {
                try await office.perform { tx in try Self.ring(tx, reference, order.id, now: now) }
            } catch let error as any Rejecting where error.rejection.kind != .unavailable {
                try await office.perform { tx in try Self.postpone(tx, order.id, because: error.rejection.code, now: now) }
            }
        }
        return due.count
    }

    static let postponement = Span.minutes(5)

    /// An order whose timer cannot be served is raised and looked at again later, so that it does not stand in front of the others.
    private static func postpone(_ tx: any Transaction, _ id: OrderID, because code: String, now: Instant) throws {
        guard let old = try tx.orders.find(id), let timer = old.timer, timer.due <= now else { return }
        var order = old
        order.timer = OrderTimer(timer.kind, due: now + postponement)
        order.serviceLevel = .overdue
        order.version += 1
        try tx.orders.save(order, replacing: old)
        try tx.events.append(
            "order.overdue", subject: id.text, subjectSeq: order.version, to: order.provider, by: "system", at: now,
            data: "{\"timer\":\"\(timer.kind.rawValue)\",\"code\":\"\(code)\"}")
    }

    private static func ring(_ tx: any Transaction, _ reference: Reference, _ id: OrderID, now: Instant) throws {
        // Read again: it may have been answered since.
        guard let old = try tx.orders.find(id), let timer = old.timer, timer.due <= now else { return }
        if timer.kind == .offerExpires { return try expire(tx, reference, old, now: now) }
        if timer.kind == .dispatchOverdue, old.latestBegin > now {
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
        if timer.kind == .noShow { try Escalate(tx, reference, now: now).raise(rung, to: .dispatcher, .noShow) }
    }

    private static func expire(_ tx: any Transaction, _ reference: Reference, _ old: Order, now: Instant) throws {
        let dispatch = Dispatch(tx, reference, now: now, by: "system")
        let waiting = try old.after(.expire, by: .system, at: now, timers: dispatch.timers)
        try dispatch.release(old, as: .expired, reason: nil, event: "order.expired", version: waiting.version)
        if old.latestBegin > now {
            _ = try dispatch.next(waiting, replacing: old)
        } else {
            _ = try dispatch.hold(waiting, replacing: old, why: "到服务时间仍无人接单。")
        }
    }

    private static func retried(_ tx: any Transaction, _ reference: Reference, _ old: Order, now: Instant) throws -> Order? {
        let dispatch = Dispatch(tx, reference, now: now, by: "system")
        let assignment = try dispatch.plan(old, try dispatch.situation(of: old), asked: try tx.attempts.asked(old.id))
        guard assignment.attempt != nil else { return nil }
        try tx.orders.save(assignment.order, replacing: old)
        try dispatch.record(assignment)
        return assignment.order
    }
}
