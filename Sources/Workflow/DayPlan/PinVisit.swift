import Kernel
import Matching
import Orders
import Registry
import Store

/// 固定: a visit keeps its people and its time in every plan to come, because a person said so.
public struct PinVisit: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameters:
    ///   - worker: nil for whom the plan, or else the order, names.
    ///   - start: nil for what the plan says, or else the order.
    public func prepared(
        _ id: OrderID, worker: WorkerID?, second: WorkerID?, start: Instant?, by caller: Caller
    ) -> @Sendable (any Transaction) throws -> ProviderDay.Assignment {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let (order, provider) = try PinVisit.open(tx, id, by: caller)
            let planned = try tx.dayPlans.find(provider, on: order.serviceDate)?.plan.visits.first { $0.order == id }?.assignment
            guard let worker = worker ?? planned?.worker ?? order.worker else {
                throw Rejection(.refused, "pin_worker_missing", "还没有安排人员，请写明固定给谁，或先排一次计划。", pointer: "/worker")
            }
            let second = second ?? planned?.second
            guard second != worker else { throw Rejection(.refused, "pin_worker_twice", "两名人员不能是同一个人。", pointer: "/second_worker") }
            let fitness = try Fitness(tx, order, reference)
            for (id, pointer) in [(worker, "/worker"), (second, "/second_worker")] {
                if let id, let obstacle = fitness.obstacle(to: id, of: provider, reference) { throw obstacle.rejection(pointer: pointer) }
            }
            let start = start ?? planned?.start ?? order.window.start
            guard start.localDate == order.serviceDate, start > now,
                abs((start - order.window.start).milliseconds) <= Span.hours(4).milliseconds
            else {
                throw Rejection(.refused, "time_not_agreed", "固定时间须在当天、尚未过去且与约定相差不超过 4 小时。", pointer: "/start")
            }
            let pin = ProviderDay.Assignment(worker: worker, second: second, start: start)
            try tx.dayPlans.pin(id, of: provider, pin, by: caller.name, at: now)
            try tx.events.appendPlan("plan.pinned", provider, order.serviceDate, by: caller.name, at: now, data: ["order": JSON(id)])
            return pin
        }
    }

    /// A visit that is still to come and this caller's own.
    fileprivate static func open(_ tx: any Transaction, _ id: OrderID, by caller: Caller) throws -> (Order, ProviderID) {
        let order = try Held.require(tx, id, by: caller)
        guard let provider = order.provider, order.state == .accepted || order.state == .scheduled else {
            throw Rejection(.refused, "pin_order_state", "只有已接单、尚未开始的工单可以固定或取消固定。")
        }
        return (order, provider)
    }
}

/// 取消固定
public struct UnpinVisit: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: OrderID, by caller: Caller) -> @Sendable (any Transaction) throws -> Void {
        let now = office.now
        return { tx in
            let (order, provider) = try PinVisit.open(tx, id, by: caller)
            guard try tx.dayPlans.unpin(id) else { throw Rejection(.missing, "pin_unknown", "这张工单没有固定。") }
            try tx.events.appendPlan("plan.unpinned", provider, order.serviceDate, by: caller.name, at: now, data: ["order": JSON(id)])
        }
    }
}

/// 登记班次: when a worker is there on a day, or that it is not.
public struct SetShift: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(
        _ shift: DayPlanRepository.Shift, of provider: ProviderID, on day: LocalDate, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        let now = office.now
        guard office.reference.franchise.workers(of: provider).contains(where: { $0.id == shift.worker && $0.isActive }) else {
            throw Rejection(.refused, "worker_unknown", "没有这位在岗人员，请先在人员名单中登记。", pointer: "/worker")
        }
        guard day >= now.localDate else { throw Rejection(.refused, "plan_day_past", "只能登记今天或以后的班次。", pointer: "/day") }
        guard 0 <= shift.from, shift.from < shift.until, shift.until <= 24 * 60 else {
            throw Rejection(.refused, "shift_invalid", "班次应先开始后结束，且在同一天内。", pointer: "/until")
        }
        if let pause = shift.pause, pause.isEmpty || pause.lowerBound < shift.from || pause.upperBound > shift.until {
            throw Rejection(.refused, "shift_break_invalid", "休息应先开始后结束，且在班次之内。", pointer: "/break_until")
        }
        return { tx in
            try tx.dayPlans.save(shift, of: provider, on: day)
            try tx.events.appendPlan(
                "plan.shift", provider, day, by: caller.name, at: now, data: ["worker": JSON(shift.worker), "absent": JSON(shift.isAbsent)])
        }
    }
}
