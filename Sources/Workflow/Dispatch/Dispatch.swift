import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// 派单: chooses the provider for an order and asks it, inside the caller's transaction.
///
/// The same steps serve a new order, a declined or expired offer, a re-dispatch and a reopened order. ``plan(_:_:asked:)`` decides on what is
/// read; the caller writes the order; ``record(_:)`` writes the attempt with its reasons, sets the money aside and tells the log.
struct Dispatch {
    let tx: any Transaction
    let reference: Reference
    let timers: TimerPolicy
    let now: Instant
    let by: String
    /// What a run over many orders knows already; nil reads it for each.
    let loads: DayLoads?

    init(_ tx: any Transaction, _ reference: Reference, _ loads: DayLoads? = nil, now: Instant, by: String) {
        self.tx = tx
        self.reference = reference
        self.loads = loads
        self.now = now
        self.by = by
        timers = reference.timers(on: now.localDate)
    }

    /// An order on its way to a provider, or still waiting because nobody fits.
    struct Assignment {
        let order: Order
        let decision: Decision
        let attempt: Attempt?
        let split: FundingSplit?
        let slot: Slot?
        /// Providers that have declined it or let it time out before.
        let refused: Int
    }

    /// - Parameters:
    ///   - given: The provider that the plan of the whole day names; counts if it may still be asked.
    ///   - provider: Who comes first if it may, such as the one with whom another time was agreed; else the order's own wish.
    func plan(
        _ order: Order, _ situation: Situation, asked: Set<ProviderID>, given: ProviderID? = nil, preferring provider: ProviderID? = nil
    ) throws -> Assignment {
        var decision = try situation.decision(
            tx, reference, loads, preferred: provider ?? order.preferredProvider, asked: asked, quantity: order.quantity, now: now)
        if let given, let planned = decision.giving(given) { decision = planned }
        guard let chosen = decision.chosen else {
            var waiting = try order.after(.exhaust, by: .system, at: now, timers: timers)
            waiting.serviceLevel = .warned
            return Assignment(order: waiting, decision: decision, attempt: nil, split: nil, slot: nil, refused: asked.count)
        }
        var offered = try order.after(.offer, by: .system, at: now, timers: timers)
        offered.provider = chosen.provider
        offered.attempts += 1
        offered.unitPrice = chosen.price
        offered.payable = chosen.price.times(order.quantity)
        offered.priceVersion = situation.price.version
        let split = try situation.split(
            tx, reference, list: situation.listPrice(order.quantity), payable: offered.payable, order: order.id)
        offered.selfPay = split.selfPay
        let slot = reference.matcher.slot(of: chosen.provider, at: order.window.start)
        let expires = timers.offerExpiry(for: order, now: now)
        let attempt = Attempt(
            order: order.id, ordinal: offered.attempts, provider: chosen.provider, state: .offered, offeredAt: now, expiresAt: expires,
            price: chosen.price, slotOpens: slot?.opens, decision: decision.encoded())
        return Assignment(order: offered, decision: decision, attempt: attempt, split: split, slot: slot, refused: asked.count)
    }

    /// Writes what belongs to an assignment whose order has been written.
    ///
    /// - Parameter earlier: What is to be told before it.
    /// - Returns: the place of its event in the log.
    @discardableResult
    func record(_ assignment: Assignment, after earlier: [NewEvent] = []) throws -> Int64 {
        let order = assignment.order
        guard let attempt = assignment.attempt, let split = assignment.split else {
            try tx.unmet.insert(order, summary: assignment.decision.summary(), decision: assignment.decision.encoded(), at: now)
            let seq = try tx.events.append(earlier + [event("order.unmet", of: order)])
            return try Escalate(tx, reference, now: now).look(at: order, refused: assignment.refused) ?? seq
        }
        try tx.attempts.insert(attempt)
        try share(attempt.provider, of: order, adding: 1)
        if let slot = assignment.slot {
            try tx.loads.take(slot)
            loads?.take(slot)
        }
        try tx.legs.insert(split.legs, order: order.id, attempt: attempt.ordinal)
        try Money(tx, order, now: now).reserve(split.legs, reference, by: by)
        let seq = try tx.events.append(earlier + [event("order.offered", of: order, to: attempt.provider)])
        return try Escalate(tx, reference, now: now).look(at: order, refused: assignment.refused) ?? seq
    }

    func event(_ type: String, of order: Order, version: Int? = nil, to provider: ProviderID? = nil) -> NewEvent {
        NewEvent(type, subject: order.id.text, subjectSeq: version ?? order.version, to: provider, by: by, at: now)
    }

    /// Counts an order into its provider's share of the month, or out of it again.
    private func share(_ provider: ProviderID, of order: Order, adding count: Int) throws {
        guard let item = reference.catalogue.item(order.item) else { return }
        try tx.loads.share(provider, item.category, in: order.serviceDate.month, adding: count)
        loads?.share(provider, item.category, in: order.serviceDate.month, adding: count)
    }

    /// Takes an order back from its provider: the attempt ends, its place and its money are given back, the provider is told.
    func release(_ order: Order, as state: Attempt.State, reason: String?, event: String, version: Int) throws {
        guard let attempt = try tx.attempts.live(order.id) else { return }
        try tx.attempts.save(try attempt.answered(state, at: now, reason: reason), expecting: attempt.state)
        if let opens = attempt.slotOpens {
            let slot = Slot(provider: attempt.provider, date: order.serviceDate, opens: opens, closes: opens, capacity: 0)
            try tx.loads.giveBack(slot)
            loads?.giveBack(slot)
        }
        // Declining uses up the chance; what was taken away is given again.
        if state == .withdrawn { try share(attempt.provider, of: order, adding: -1) }
        try Money(tx, order, now: now).release()
        try tx.events.append(event, subject: order.id.text, subjectSeq: version, to: attempt.provider, by: by, at: now)
        try outdatePlan(of: attempt.provider, without: order)
    }

    /// Tells the provider that a visit has left the plan of its day. It is planned again when the provider asks: its people may be under way.
    private func outdatePlan(of provider: ProviderID, without order: Order) throws {
        let day = order.serviceDate
        guard day >= now.localDate, let version = try tx.dayPlans.standing(order.id, of: provider, on: day) else { return }
        try tx.events.appendPlan(
            "plan.stale", provider, day, by: by, at: now, data: ["order": JSON(order.id), "version": JSON(version)])
    }

    /// Asks the next provider about an order that has just come back to waiting, and saves the order.
    ///
    /// When it may no longer be dispatched (the elder is in hospital, the price has run out), it waits for a person: a provider can
    /// always give an order back.
    func next(_ order: Order, replacing old: Order) throws -> Order {
        let situation: Situation
        do {
            situation = try self.situation(of: order)
        } catch let rejection as Rejection {
            return try hold(order, replacing: old, why: rejection.message)
        }
        let assignment = try plan(order, situation, asked: try tx.attempts.asked(order.id))
        try tx.orders.save(assignment.order, replacing: old)
        try record(assignment)
        return assignment.order
    }

    /// Leaves an order waiting that nobody can be asked about any more, and notes the demand as unmet.
    func hold(_ order: Order, replacing old: Order, why: String) throws -> Order {
        var held = order
        held.serviceLevel = .overdue
        if held.version == old.version { held.version += 1 }
        try tx.orders.save(held, replacing: old)
        try tx.unmet.insert(held, summary: why, decision: try tx.attempts.all(order.id).last?.decision ?? "", at: now)
        try tx.events.append("order.unmet", subject: order.id.text, subjectSeq: held.version, by: by, at: now)
        try Escalate(tx, reference, now: now).look(at: held, refused: held.attempts)
        return held
    }

    func situation(of order: Order) throws -> Situation {
        try Situation.of(Client.read(tx, order.elder), reference, item: order.item, isEmergency: order.urgency == .emergency) { _ in order.window }
    }
}
