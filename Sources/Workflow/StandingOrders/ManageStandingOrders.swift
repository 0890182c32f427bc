import Catalog
import Intake
import Kernel
import Orders
import Registry
import Store

/// A standing order as it stands after a change, and what the change did to its orders.
public struct ChangedStandingOrder: Sendable {
    public let order: StandingOrder
    public let report: InstanceReport
}

/// 长期服务单: taken, changed, suspended, resumed, ended. Each step also brings the orders ahead in line, in the same transaction;
/// what is past or under way is never touched.
public struct ManageStandingOrders: Sendable {
    public typealias Step = @Sendable (any Transaction) throws -> ChangedStandingOrder

    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: what is wrong with the plan; `elder_deceased` and the like for an elder who may not be served at all.
    public func create(_ elder: ElderID, item: ItemCode, _ plan: StandingPlan, by caller: Caller) throws -> Step {
        let (now, office, reference) = (office.now, office, office.reference)
        guard reference.catalogue.item(item) != nil else {
            throw Rejection(.missing, "item_unknown", "没有这个服务项目，请重新选择。", pointer: "/item_code")
        }
        try check(plan)
        let standing = StandingOrder(
            id: office.newID(at: now), elder: elder, item: item, plan: plan, createdAt: now, createdBy: caller.name)
        return { tx in
            let elder = try tx.elders.require(standing.elder)
            guard !elder.status.endsStandingOrders else {
                throw Rejection(.refused, "elder_not_registered", "该老人状态为“\(elder.status.term)”，不能建立长期服务单。", pointer: "/elder_id")
            }
            try tx.standingOrders.insert(standing)
            try tx.events.append("standing.created", subject: standing.id.text, subjectSeq: 1, by: caller.name, at: now)
            return try Self.remade(standing, tx, office, reference, now: now, by: caller)
        }
    }

    /// Changes the plan; `version` is the one the editor has seen.
    ///
    /// - Throws: `standing_order_changed`, `standing_order_ended`, and what is wrong with the plan.
    public func change(
        _ id: StandingOrderID, expecting version: Int?, by caller: Caller, _ edit: @escaping @Sendable (inout StandingPlan) throws -> Void
    ) -> Step {
        let (now, office, reference, check) = (office.now, office, office.reference, check)
        return { tx in
            let old = try Self.open(tx, id, expecting: version)
            var new = old
            try edit(&new.plan)
            try check(new.plan)
            guard new.plan != old.plan else { return ChangedStandingOrder(order: old, report: InstanceReport()) }
            new.version += 1
            try tx.standingOrders.save(new, replacing: old)
            try tx.events.append("standing.changed", subject: id.text, subjectSeq: new.version, by: caller.name, at: now)
            let run = InstanceRun(tx, office, reference, now: now, by: caller)
            let planned = new.plan.instances(from: now.localDate, until: run.farthest, reference.catalogue.holidays, run.lunar)
            let days = Dictionary(uniqueKeysWithValues: planned.map { ($0.occurrence, $0.day) })
            let changed = new
            let withdrawn = try run.withdrawAll(of: old, "standing_changed", "长期服务单已修改") { instance, order in
                guard let day = days[instance.occurrence] ?? nil else { return false }
                return changed.asksForSame(as: order, on: day, reference)
            }
            let made = try Self.remade(new, tx, office, reference, now: now, by: caller)
            var report = made.report
            report.withdrawn += withdrawn
            return ChangedStandingOrder(order: made.order, report: report)
        }
    }

    /// 暂停, until somebody resumes it.
    public func suspend(_ id: StandingOrderID, reason: String, by caller: Caller) throws -> Step {
        try setState(id, .suspended, from: [.active], reason: reason, event: "standing.suspended", by: caller)
    }

    /// 恢复
    public func resume(_ id: StandingOrderID, by caller: Caller) throws -> Step {
        try setState(id, .active, from: [.suspended], reason: nil, event: "standing.resumed", by: caller)
    }

    /// 终止, for good.
    public func end(_ id: StandingOrderID, reason: String, by caller: Caller) throws -> Step {
        try setState(id, .ended, from: [.active, .suspended], reason: reason, event: "standing.ended", by: caller)
    }

    private func setState(
        _ id: StandingOrderID, _ state: StandingOrder.State, from allowed: Set<StandingOrder.State>, reason: String?, event: String,
        by caller: Caller
    ) throws -> Step {
        if let reason { try OrderRejection.require(reason: reason) }
        let (now, office, reference) = (office.now, office, office.reference)
        return { tx in
            let old = try tx.standingOrders.require(id)
            guard allowed.contains(old.state) else {
                throw Rejection(.conflict, "standing_order_state", "长期服务单现在是“\(old.state.name)”，不能这样操作。请刷新后再看。")
            }
            return try Self.set(state, old, reason: reason, event: event, tx, office, reference, now: now, by: caller)
        }
    }

    /// Ends all standing orders of an elder who has died or left the register, and cancels what is ahead.
    ///
    /// - Returns: the number ended.
    static func endAll(
        of elder: ElderID, reason: String, _ tx: any Transaction, _ office: Office, _ reference: Reference, now: Instant, by caller: Caller
    ) throws -> Int {
        let open = try tx.standingOrders.of(elder).filter { $0.state != .ended }
        for standing in open {
            _ = try set(.ended, standing, reason: reason, event: "standing.ended", tx, office, reference, now: now, by: caller)
        }
        return open.count
    }

    private static func set(
        _ state: StandingOrder.State, _ old: StandingOrder, reason: String?, event: String, _ tx: any Transaction, _ office: Office,
        _ reference: Reference, now: Instant, by caller: Caller
    ) throws -> ChangedStandingOrder {
        var new = old
        (new.state, new.reason, new.version) = (state, reason, old.version + 1)
        try tx.standingOrders.save(new, replacing: old)
        try tx.events.append(event, subject: old.id.text, subjectSeq: new.version, by: caller.name, at: now, note: reason)
        if state == .active { return try remade(new, tx, office, reference, now: now, by: caller) }
        let run = InstanceRun(tx, office, reference, now: now, by: caller)
        let code = state == .ended ? "standing_ended" : "standing_suspended"
        let withdrawn = try run.withdrawAll(of: new, code, "长期服务单已\(state.name)")
        return ChangedStandingOrder(order: new, report: InstanceReport(plans: 1, withdrawn: withdrawn))
    }

    /// Makes what the plan asks for and is not there.
    private static func remade(
        _ standing: StandingOrder, _ tx: any Transaction, _ office: Office, _ reference: Reference, now: Instant, by caller: Caller
    ) throws -> ChangedStandingOrder {
        let report = try InstanceRun(tx, office, reference, now: now, by: caller)([standing])
        return ChangedStandingOrder(order: try tx.standingOrders.require(standing.id), report: report)
    }

    private static func open(_ tx: any Transaction, _ id: StandingOrderID, expecting version: Int?) throws -> StandingOrder {
        let standing = try tx.standingOrders.require(id)
        guard standing.state != .ended else {
            throw Rejection(.conflict, "standing_order_ended", "长期服务单已终止，不能再修改；需要时请新建一张。")
        }
        guard version == nil || version == standing.version else {
            throw Rejection(.conflict, "standing_order_changed", "长期服务单刚被别人修改，请刷新后再操作。")
        }
        return standing
    }

    @Sendable private func check(_ plan: StandingPlan) throws {
        try plan.check(.china)
        if let provider = plan.preferredProvider, office.reference.franchise.provider(provider) == nil {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。", pointer: "/preferred_provider")
        }
    }
}

extension InstanceRun {
    /// The last day for which an order may exist: orders can be made by hand further ahead than the nightly run goes.
    var farthest: LocalDate { now.localDate.adding(days: OrderRequest.daysAhead) }
}

extension ElderStatus {
    /// Whoever has died or left the register has no standing orders; whoever is away for a while keeps them.
    var endsStandingOrders: Bool { isDeath || self == .deregistered || self == .movedOut }
}

extension StandingOrder {
    /// Whether an order is what this plan asks for on a day, so that a change elsewhere in the plan leaves it alone.
    func asksForSame(as order: Order, on day: LocalDate, _ reference: Reference) -> Bool {
        let request = request(on: day)
        guard let item = reference.catalogue.item(item), let window = try? request.window(item) else { return false }
        return order.window == window && order.quantity == request.quantity && order.note == request.note
            && order.preferredProvider == request.preferredProvider && order.fromAddress == request.fromAddress
            && order.toAddress == request.toAddress
    }
}
