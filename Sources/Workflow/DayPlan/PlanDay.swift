import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store

/// 排日计划: gives the orders that a provider has accepted for a day to its workers, in time and with little travel.
///
/// Planned again after a cancellation, a new order or an absence, it moves as few visits as possible. Every planning is kept as a version.
public struct PlanDay: Sendable {
    let office: Office
    let steps: Int?

    /// - Parameter steps: how long to search; nil for what the size of the day asks. The result depends on nothing else.
    public init(_ office: Office, steps: Int? = nil) {
        self.office = office
        self.steps = steps
    }

    static let stepsPerVisit = 20_000
    static let mostSteps = 2_000_000
    /// More visits of one provider on one day are beyond what is searched in two seconds.
    static let mostVisits = 500

    public func prepared(
        _ provider: ProviderID, on day: LocalDate, by caller: Caller
    ) async throws -> @Sendable (any Transaction) throws -> DayPlanRepository.Stored {
        let (office, now) = (office, office.now)
        guard day >= now.localDate else { throw Rejection(.refused, "plan_day_past", "只能排今天或以后的日计划。", pointer: "/day") }
        let (orders, problem) = try await office.read { tx in try DayFile(tx, office.reference, provider, on: day, now: now).problem() }
        guard problem.appointments.count <= Self.mostVisits else {
            throw Rejection(.refused, "plan_too_large", "当天超过 \(Self.mostVisits) 次上门，请分服务商安排。")
        }
        let plan = await problem.plan(steps: steps ?? min(Self.mostSteps, Self.stepsPerVisit * max(1, problem.appointments.count)), seed: 1)
        let versions = Dictionary(uniqueKeysWithValues: orders.map { ($0.id, $0.version) })
        return { tx in
            // What was planned must still be what is there.
            let current = try tx.dayPlans.orders(of: provider, on: day)
            guard Dictionary(uniqueKeysWithValues: current.map { ($0.id, $0.version) }) == versions else {
                throw Rejection(.conflict, "plan_overtaken", "排计划时工单有变化，请重新排一次。")
            }
            let last = try tx.dayPlans.find(provider, on: day)
            let stored = DayPlanRepository.Stored(
                provider: provider, day: day, version: (last?.version ?? 0) + 1, madeAt: now, madeBy: caller.name, plan: plan)
            try tx.dayPlans.insert(stored)
            try Self.assign(tx, plan, current, office, by: caller)
            try tx.events.appendPlan(
                "plan.made", provider, day, by: caller.name, at: now,
                data: ["version": JSON(stored.version), "moved": JSON(plan.moved), "unplaced": JSON(plan.unplaced.count)])
            return stored
        }
    }

    /// Names the workers on the orders, the same way as when a provider does it by hand. The promised time stays as it is.
    private static func assign(_ tx: any Transaction, _ plan: ProviderPlan, _ orders: [Order], _ office: Office, by caller: Caller) throws {
        let held = Dictionary(uniqueKeysWithValues: orders.map { ($0.id, $0) })
        for visit in plan.visits {
            guard let order = held[visit.order], order.state != .inService else { continue }
            let (worker, second) = (visit.assignment.worker, visit.assignment.second)
            if order.state == .scheduled, order.worker == worker, order.secondWorker == second { continue }
            _ = try ScheduleWorker(office).prepared(order.id, worker: worker, second: second, start: nil, isPlanned: true, by: caller)(tx)
        }
    }
}

extension EventLog {
    /// An event about a provider's day; ids and numbers only.
    @discardableResult
    func appendPlan(_ type: String, _ provider: ProviderID, _ day: LocalDate, by name: String, at now: Instant, data: JSON) throws -> Int64 {
        let subject = "\(provider)/\(day)"
        return try append(
            type, subject: subject, subjectSeq: about(subject).count + 1, to: provider, by: name, at: now, data: data.text)
    }
}
