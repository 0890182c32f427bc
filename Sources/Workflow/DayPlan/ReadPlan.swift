import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store

/// A day plan with what its provider may know of each visit.
public struct PlanSheet: Sendable {
    public struct Line: Sendable {
        public let visit: ProviderPlan.Visit
        public let order: Order
        /// Who and where: by the rule of the feed.
        public let elder: Elder?
    }
    public let stored: DayPlanRepository.Stored
    public let lines: [Line]
    public let unplaced: [(order: Order, reason: RefusalCode)]
    /// Accepted for the day and not in this plan: it should be made again.
    public let missing: [Order]
    /// In this plan and no longer this provider's to do.
    public let gone: Int
    /// The day is no longer what was planned.
    public var isStale: Bool { gone > 0 || !missing.isEmpty }
}

/// 看日计划: a provider's own, the latest or an older version.
public struct ReadPlan: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `plan_unknown` when the day was never planned.
    public func callAsFunction(_ provider: ProviderID, on day: LocalDate, version: Int? = nil) async throws -> PlanSheet {
        let now = office.now
        return try await office.read { tx in
            guard let stored = try tx.dayPlans.find(provider, on: day, version: version) else {
                throw Rejection(.missing, "plan_unknown", "这一天还没有计划，请先排计划。")
            }
            return try Self.sheet(tx, stored, now: now)
        }
    }

    /// Days from today on whose plan has lost a visit since it was made.
    public func stale(_ provider: ProviderID) async throws -> [LocalDate] {
        let today = office.now.localDate
        return try await office.read { tx in try tx.dayPlans.stale(of: provider, from: today) }
    }

    public static func sheet(_ tx: any Transaction, _ stored: DayPlanRepository.Stored, now: Instant) throws -> PlanSheet {
        var lines: [PlanSheet.Line] = []
        var gone = 0
        for visit in stored.plan.visits {
            let order = try tx.orders.require(visit.order)
            // Given to another or called off since: nothing of it is shown any more.
            guard order.provider == stored.provider, order.state.isWithProvider || order.state == .closed else {
                gone += 1
                continue
            }
            let elder = ReadFeed.mayKnowElder(stored.provider, order, now: now) ? try tx.elders.find(order.elder) : nil
            lines.append(PlanSheet.Line(visit: visit, order: order, elder: elder))
        }
        let unplaced = try stored.plan.unplaced.map { (try tx.orders.require($0.order), $0.reason) }
        let known = Set(stored.plan.visits.map(\.order) + stored.plan.unplaced.map(\.order))
        let missing = try tx.dayPlans.orders(of: stored.provider, on: stored.day).filter {
            !known.contains($0.id) && ($0.mode == .visit || $0.mode == .vehicle)
        }
        return PlanSheet(
            stored: stored, lines: lines, unplaced: unplaced.filter { $0.0.provider == stored.provider }, missing: missing, gone: gone)
    }
}
