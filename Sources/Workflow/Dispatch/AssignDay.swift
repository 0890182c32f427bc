import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store

/// 全天统一派单: everything that waits on a day, and whatever a provider that dropped out still holds, to all providers at once.
///
/// Read, plan, write: the plan is made outside any transaction on what was read; then each order is given its place in a transaction of its
/// own, under the online rules as they stand at that moment. What has changed meanwhile is decided online or left alone, so that two runs at
/// once, or one beside the hotline, place nothing twice. Run again it finds nothing to do.
public struct AssignDay: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Outcome: Hashable, Sendable {
        public let day: LocalDate
        /// Orders taken back from providers that may not serve them any more.
        public var withdrawn = 0
        /// Orders that waited, those taken back among them.
        public var waiting = 0
        public var assigned = 0
        /// Of the assigned, those that got another provider than planned, because something had changed.
        public var changed = 0
        /// Left waiting: nobody fits, or somebody else changed them meanwhile.
        public var unassigned: Int { waiting - assigned }
    }

    public static let orderLimit = 200_000

    /// When the next day is assigned as a whole, minutes after midnight: a dated parameter of the district.
    public static func minute(_ reference: Reference, on date: LocalDate) -> Int {
        reference.catalogue.parameters.int("assign_at_min", on: date) ?? 20 * 60
    }

    private static let page = 500

    /// - Throws: `day_past` for a day that is over.
    public func callAsFunction(
        _ day: LocalDate, by caller: Caller = .system, progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Outcome {
        guard day >= office.now.localDate else {
            throw Rejection(.refused, "day_past", "\(day) 已经过去，只能为今天及以后的日期派单。", pointer: "/day")
        }
        var outcome = Outcome(day: day)
        for id in try await abandoned(day) { outcome.withdrawn += try await withdraw(id, by: caller) ? 1 : 0 }
        let wishes = try await waiting(day)
        outcome.waiting = wishes.count
        guard !wishes.isEmpty else { return outcome }
        let plan = try await plan(wishes, day)
        for (index, (wish, provider)) in zip(wishes, plan).enumerated() {
            progress(index, wishes.count)
            guard let provider else { continue }
            guard let got = try await place(wish.order.id, with: provider, by: caller) else { continue }
            outcome.assigned += 1
            if got != provider { outcome.changed += 1 }
        }
        progress(wishes.count, wishes.count)
        return outcome
    }

    /// An order that waits, with all that the rules look at.
    private struct Wish: Sendable {
        let order: Order
        let request: MatchRequest
        let meetings: [ProviderID: Meeting]
    }

    /// Open orders of the day whose provider is out of the franchise, suspended, or closed that day.
    private func abandoned(_ day: LocalDate) async throws -> [OrderID] {
        let reference = office.reference
        return try await orders(day, in: [.offered, .accepted, .scheduled]).filter { order in
            guard let provider = order.provider, let firm = reference.franchise.provider(provider) else { return true }
            return !firm.state.mayReceiveOrders || reference.matcher.isClosed(provider, on: day)
        }.map(\.id)
    }

    private func orders(_ day: LocalDate, in states: [OrderState]) async throws -> [Order] {
        var found: [Order] = []
        while found.count < Self.orderLimit {
            let last = found.last?.id
            let more = try await office.read { tx in try tx.orders.of(day, in: states, after: last, limit: Self.page) }
            found += more
            if more.count < Self.page { break }
        }
        return found
    }

    private func withdraw(_ id: OrderID, by caller: Caller) async throws -> Bool {
        let (now, reference) = (office.now, office.reference)
        return try await office.perform { tx in
            guard let old = try tx.orders.find(id), [.offered, .accepted, .scheduled].contains(old.state) else { return false }
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            let waiting = try old.after(.reassign, by: .operator, at: now, timers: dispatch.timers)
            try dispatch.release(old, as: .withdrawn, reason: "provider_unavailable", event: "order.withdrawn", version: waiting.version)
            try tx.orders.save(waiting, replacing: old)
            return true
        }
    }

    /// The orders that wait and may still be served; one whose elder is away or dead waits for a person.
    private func waiting(_ day: LocalDate) async throws -> [Wish] {
        let (now, reference) = (office.now, office.reference)
        let orders = try await orders(day, in: [.received]).filter { $0.latestBegin > now }
        var wishes: [Wish] = []
        for start in stride(from: 0, to: orders.count, by: Self.page) {
            let part = Array(orders[start..<min(start + Self.page, orders.count)])
            wishes += try await office.read { tx in
                try part.compactMap { order in
                    let situation: Situation
                    do {
                        situation = try Dispatch(tx, reference, now: now, by: "").situation(of: order)
                    } catch let error as any Rejecting where error.rejection.kind != .unavailable {
                        return nil
                    }
                    let request = situation.request(
                        preferred: order.preferredProvider, asked: try tx.attempts.asked(order.id), quantity: order.quantity, now: now)
                    return Wish(order: order, request: request, meetings: situation.meetings)
                }
            }
        }
        return wishes
    }

    private func plan(_ wishes: [Wish], _ day: LocalDate) async throws -> [ProviderID?] {
        let matcher = office.reference.matcher
        let (taken, shares) = try await office.read { tx in (try tx.loads.taken(on: day), try tx.loads.shares(in: day.month)) }
        let slots = Dictionary(taken.map { (SlotKey(provider: $0.provider, date: $0.date, opens: $0.opens), $0.count) }) { $1 }
        let byCategory = Dictionary(grouping: shares, by: \.category)
            .mapValues { Dictionary($0.map { ($0.provider, $0.offered) }) { $1 } }
        var batch = DayBatch(matcher, Workload(slotTaken: slots))
        for wish in wishes {
            batch.add(wish.request, meetings: wish.meetings, shares: byCategory[wish.request.item.category.rawValue] ?? [:])
        }
        return batch.solved()
    }

    /// - Returns: the provider that was asked; nil when the order waits no more, or nobody fits any more.
    private func place(_ id: OrderID, with provider: ProviderID, by caller: Caller) async throws -> ProviderID? {
        let (now, reference) = (office.now, office.reference)
        do {
            return try await office.perform { tx in
                guard let old = try tx.orders.find(id), old.state == .received, old.latestBegin > now else { return nil }
                let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
                let assignment = try dispatch.plan(
                    old, try dispatch.situation(of: old), asked: try tx.attempts.asked(id), given: provider)
                guard let attempt = assignment.attempt else { return nil }
                try tx.orders.save(assignment.order, replacing: old)
                try dispatch.record(assignment)
                return attempt.provider
            }
        } catch let error as any Rejecting where error.rejection.kind != .unavailable {
            // It may no longer be served, or somebody was quicker: one order stops nobody.
            return nil
        }
    }
}
