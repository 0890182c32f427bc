import Catalog
import Kernel
import Orders
import Registry
import Store

/// 安排人员: the provider names the worker, or both where two come; whoever does not fit the visit is refused (``Fitness``).
public struct ScheduleWorker: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameter isPlanned: named by the plan of a whole day, which has weighed the times of all visits itself.
    /// - Throws: a code of ``Fitness/Obstacle``, `worker_twice`, `time_not_agreed`, `illegal_transition`
    public func prepared(
        _ id: OrderID, worker: WorkerID, second: WorkerID? = nil, start: Instant?, isPlanned: Bool = false, by caller: Caller
    ) -> @Sendable (any Transaction) throws -> Order {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try Held.require(tx, id, by: caller)
            guard let provider = old.provider else { throw OrderRejection.illegalTransition(from: old.state, action: .schedule) }
            guard second != worker else { throw Rejection(.refused, "worker_twice", "两名人员不能是同一个人。", pointer: "/second_worker") }
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
            let engaged = isPlanned ? [] : try tx.loads.engagements(of: provider, in: scheduled.window)
            let fitness = try Fitness(tx, scheduled, reference)
            for (id, pointer) in [(worker, "/worker"), (second, "/second_worker")] {
                if let id, let obstacle = fitness.obstacle(to: id, of: provider, reference, engaged: engaged) {
                    throw obstacle.rejection(pointer: pointer)
                }
            }
            try tx.orders.save(scheduled, replacing: old)
            try tx.events.append(
                "order.scheduled", subject: id.text, subjectSeq: scheduled.version, to: provider, by: caller.name, at: now,
                data: (["worker": JSON(worker), "second_worker": JSON(second)] as JSON).text)
            return scheduled
        }
    }
}
