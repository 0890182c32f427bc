import Catalog
import Kernel
import Orders
import Registry
import Store

/// 安排人员: the provider names the worker, or both where two come; credentials are looked at on the service date, here and not only on paper,
/// and nobody is promised to two homes at once.
public struct ScheduleWorker: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameter isPlanned: named by the plan of a whole day, which has weighed the times of all visits itself.
    /// - Throws: `worker_unknown`, `worker_credential`, `worker_busy`, `worker_twice`, `time_not_agreed`, `illegal_transition`
    public func prepared(
        _ id: OrderID, worker: WorkerID, second: WorkerID? = nil, start: Instant?, isPlanned: Bool = false, by caller: Caller
    ) -> @Sendable (any Transaction) throws -> Order {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try Held.require(tx, id, by: caller)
            guard let provider = old.provider else { throw OrderRejection.illegalTransition(from: old.state, action: .schedule) }
            try Self.check(worker, of: provider, for: old, reference)
            if let second {
                guard second != worker else {
                    throw Rejection(.refused, "worker_twice", "两名人员不能是同一个人。", pointer: "/second_worker")
                }
                try Self.check(second, of: provider, for: old, reference, pointer: "/second_worker")
            }
            var moved = old
            if let start, start != old.window.start {
                // Place and money are set aside for the day; another day is another order.
                guard start > now, abs((start - old.window.start).milliseconds) <= Span.hours(4).milliseconds,
                    start.localDate == old.serviceDate
                else {
                    throw Rejection(
                        .refused, "time_not_agreed", "改动时间须在当天且不超过 4 小时，请先与老人电话约定并由座席改单。", pointer: "/start")
                }
                moved.window = TimeWindow(start: start, lasting: old.window.end - old.window.start)
            }
            var scheduled = try moved.after(.schedule, by: caller.actor, at: now, timers: reference.timers(on: now.localDate))
            (scheduled.worker, scheduled.secondWorker) = (worker, second)
            if !isPlanned, old.mode.bindsWorker {
                try Self.checkFree(tx, worker, of: provider, for: scheduled)
                if let second { try Self.checkFree(tx, second, of: provider, for: scheduled, pointer: "/second_worker") }
            }
            try tx.orders.save(scheduled, replacing: old)
            try tx.events.append(
                "order.scheduled", subject: id.text, subjectSeq: scheduled.version, to: provider, by: caller.name, at: now,
                data: (["worker": JSON(worker), "second_worker": JSON(second)] as JSON).text)
            return scheduled
        }
    }

    private static func checkFree(
        _ tx: any Transaction, _ worker: WorkerID, of provider: ProviderID, for order: Order, pointer: String = "/worker"
    ) throws {
        guard let other = try tx.loads.clash(worker, of: provider, in: order.window, besides: order.id) else { return }
        let (day, start, end) = (other.window.start.localDate, other.window.start.clock, other.window.end.clock)
        throw Rejection(
            .refused, "worker_busy",
            "该人员 \(day.monthOfYear) 月 \(day.day) 日 \(start) 至 \(end) 已安排工单 \(other.number)，请换一位人员，或先与老人约定另一时间。",
            pointer: pointer)
    }

    static func check(
        _ id: WorkerID, of provider: ProviderID, for order: Order, _ reference: Reference, pointer: String = "/worker"
    ) throws {
        guard let worker = reference.franchise.workers(of: provider).first(where: { $0.id == id }), worker.isActive else {
            throw Rejection(.refused, "worker_unknown", "没有这位在岗人员，请先在人员名单中登记。", pointer: pointer)
        }
        guard let item = reference.catalogue.item(order.item) else { return }
        let held = Set(worker.credentials.filter { $0.span.contains(order.serviceDate) }.map(\.type))
        for type in reference.catalogue.credentialTypes where type.holder == .worker && item.credentials.contains(type.code) {
            guard held.contains(type.code.text) else {
                throw Rejection(
                    .refused, "worker_credential", "该人员在服务当日没有有效的“\(type.name)”，请换人或更新证件。", pointer: pointer)
            }
        }
    }
}
