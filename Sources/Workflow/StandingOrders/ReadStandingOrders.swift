import Catalog
import Intake
import Kernel
import Orders
import Registry
import Store

/// One day of a standing order, as a person asks for it: what is planned, what has become of it, and why not.
public struct ShownInstance: Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// An order exists.
        case made
        /// Further ahead than orders are made.
        case planned
        /// Left out: a holiday, or moved onto a day that has its own.
        case skipped
        /// The elder is away.
        case away
        /// The standing order is suspended.
        case suspended
        /// No order could be made; tried again.
        case refused
        /// The order was taken back and the plan no longer has the day, or it is still to be made again.
        case withdrawn
    }

    public let occurrence: LocalDate
    /// The day of service; nil when left out.
    public let day: LocalDate?
    public let state: State
    public let order: Order?
    public let code: String?
    public let message: String?
}

/// Looking standing orders up.
public struct ReadStandingOrders: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func find(_ id: StandingOrderID) async throws -> StandingOrder {
        try await office.read { tx in try tx.standingOrders.require(id) }
    }

    public func of(_ elder: ElderID) async throws -> [StandingOrder] { try await office.read { tx in try tx.standingOrders.of(elder) } }

    public func page(state: StandingOrder.State?, before: StandingOrderID?, limit: Int) async throws -> [StandingOrder] {
        try await office.read { tx in try tx.standingOrders.page(state: state, before: before, limit: limit) }
    }

    /// What could not be made and is still ahead.
    public func refused(limit: Int) async throws -> [StandingInstance] {
        let today = office.now.localDate
        return try await office.read { tx in try tx.standingInstances.refused(from: today, limit: limit) }
    }

    /// The days of a standing order between two days, those left out with the reason.
    public func instances(_ id: StandingOrderID, from: LocalDate, until: LocalDate) async throws -> [ShownInstance] {
        let (reference, today) = (office.reference, office.now.localDate)
        return try await office.read { tx in
            let standing = try tx.standingOrders.require(id)
            let planned = standing.plan.instances(from: from, until: until, reference.catalogue.holidays, .china)
            let away = try tx.absences.of(standing.elder)
            let stood = try tx.standingInstances.of([id], from: from.adding(days: -HolidayPolicy.farthest))
            var shown: [LocalDate: ShownInstance] = [:]
            for plan in planned where standing.state != .ended || plan.occurrence < today {
                shown[plan.occurrence] = Self.shown(plan, standing, away, today: today)
            }
            for instance in stood where from <= instance.day && instance.day <= until {
                guard let known = try Self.shown(instance, shown[instance.occurrence], tx) else { continue }
                shown[instance.occurrence] = known
            }
            return shown.values.sorted { $0.occurrence < $1.occurrence }
        }
    }

    private static func shown(_ plan: PlannedInstance, _ standing: StandingOrder, _ away: [Absence], today: LocalDate) -> ShownInstance? {
        func instance(_ state: ShownInstance.State, _ code: String? = nil, _ message: String? = nil) -> ShownInstance {
            ShownInstance(occurrence: plan.occurrence, day: plan.day, state: state, order: nil, code: code, message: message)
        }
        guard let day = plan.day else {
            return instance(.skipped, "holiday", "\(plan.occurrence) 是节假日，按“\(standing.plan.holidays.name)”处理")
        }
        if let absence = away.first(where: { $0.stops(day) }) {
            let back = absence.endedAt == nil && absence.until.map { $0 < day } ?? false
            return instance(.away, "absence_\(absence.kind.rawValue)", back ? "\(absence.kind.name)未确认返回" : "老人\(absence.kind.name)")
        }
        // Nothing was looked for before the plan existed.
        guard day >= today else { return nil }
        return standing.state == .suspended ? instance(.suspended, "standing_suspended", "长期服务单已暂停") : instance(.planned)
    }

    private static func shown(_ stood: StandingInstance, _ plan: ShownInstance?, _ tx: any Transaction) throws -> ShownInstance? {
        func instance(_ state: ShownInstance.State) throws -> ShownInstance {
            ShownInstance(
                occurrence: stood.occurrence, day: stood.day, state: state, order: try stood.order.flatMap { try tx.orders.find($0) },
                code: stood.code, message: stood.message)
        }
        switch stood.state {
        case .made: return try instance(.made)
        case .refused: return try instance(.refused)
        // A reason that still holds says more than that an order once was.
        case .withdrawn: return try plan?.state == .away || plan?.state == .suspended ? plan : instance(.withdrawn)
        }
    }

    /// The next days of a plan that may not exist yet.
    public func preview(_ plan: StandingPlan, from: LocalDate, limit: Int) throws -> [PlannedInstance] {
        try plan.check(.china)
        let first = max(from, plan.span.from)
        let days = plan.recurrence.days(start: plan.span.from, from: first, until: plan.span.until, limit: limit, .china)
        guard let last = days.last else { return [] }
        return Array(plan.instances(from: first, until: last, office.reference.catalogue.holidays, .china).prefix(limit))
    }
}
