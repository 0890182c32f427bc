import Catalog
import Intake
import Kernel
import Orders
import Registry
import Store

/// What a run over standing orders has done.
public struct InstanceReport: Sendable, Hashable {
    /// Standing orders looked at.
    public var plans = 0
    /// Orders made, those among them for which nobody was found included.
    public var made = 0
    public var unmet = 0
    /// Days for which no order could be made, newly or for another reason than before.
    public var refused = 0
    /// Orders taken back.
    public var withdrawn = 0

    public init(plans: Int = 0, made: Int = 0, unmet: Int = 0, refused: Int = 0, withdrawn: Int = 0) {
        (self.plans, self.made, self.unmet, self.refused, self.withdrawn) = (plans, made, unmet, refused, withdrawn)
    }

    public static func += (a: inout InstanceReport, b: InstanceReport) {
        a.plans += b.plans
        a.made += b.made
        a.unmet += b.unmet
        a.refused += b.refused
        a.withdrawn += b.withdrawn
    }
}

/// One transaction's step over some standing orders: takes back what may not be, makes what is missing, notes what cannot be made.
///
/// Running it again changes nothing: a day that has its order is passed over, a refusal is written only when its reason changes.
struct InstanceRun {
    let tx: any Transaction
    let office: Office
    let reference: Reference
    let now: Instant
    let caller: Caller
    /// The last day for which orders are made.
    let horizon: LocalDate
    let lunar: LunarCalendar
    /// What a run over many parts knows already; nil reads it for each order.
    let loads: DayLoads?

    init(
        _ tx: any Transaction, _ office: Office, _ reference: Reference, _ loads: DayLoads? = nil, now: Instant, by caller: Caller, days: Int? = nil
    ) {
        self.loads = loads
        (self.tx, self.office, self.reference, self.now, self.caller) = (tx, office, reference, now, caller)
        let ahead = days ?? reference.catalogue.parameters.int(Self.parameter, on: now.localDate) ?? Self.standardDays
        horizon = now.localDate.adding(days: ahead)
        lunar = .china
    }

    static let parameter = "standing_days_ahead"
    static let standardDays = 14
    /// What an order may ask for at most ahead of time.
    static let mostDays = OrderRequest.daysAhead - 1

    private var today: LocalDate { now.localDate }

    func callAsFunction(_ orders: [StandingOrder]) throws -> InstanceReport {
        var report = InstanceReport(plans: orders.count)
        let active = orders.filter { $0.state == .active }
        guard !active.isEmpty else { return report }
        let elders = Array(Set(active.map(\.elder))).sorted()
        let absences = Dictionary(grouping: try tx.absences.of(elders, reaching: today), by: \.elder)
        let from = active.compactMap(\.madeUntil).min().map { min($0.adding(days: 1), today) } ?? today
        var known = Dictionary(
            grouping: try tx.standingInstances.of(active.map(\.id), from: from.adding(days: -HolidayPolicy.farthest)), by: \.standing)
        report.withdrawn = try takeBack(active, absences, &known)
        let open = active.flatMap { openDays($0, known[$0.id] ?? [], absences[$0.elder] ?? []) }
        if !open.isEmpty { report += try make(open) }
        try tx.standingOrders.setMadeUntil(horizon, of: active.filter { $0.madeUntil != horizon }.map(\.id))
        return report
    }

    /// A day that the plan has, on which the elder is at home, and for which there is no order.
    private struct OpenDay {
        let standing: StandingOrder
        let occurrence: LocalDate
        let day: LocalDate
        /// What became of it at an earlier try.
        let stood: StandingInstance?
    }

    private func openDays(_ standing: StandingOrder, _ instances: [StandingInstance], _ absences: [Absence]) -> [OpenDay] {
        let stood = Dictionary(uniqueKeysWithValues: instances.map { ($0.occurrence, $0) })
        return standing.plan.instances(from: firstDay(standing), until: horizon, reference.catalogue.holidays, lunar).compactMap { planned in
            guard let day = planned.day, stood[planned.occurrence]?.state != .made, !absences.contains(where: { $0.stops(day) }) else { return nil }
            return OpenDay(standing: standing, occurrence: planned.occurrence, day: day, stood: stood[planned.occurrence])
        }
    }

    private func make(_ open: [OpenDay]) throws -> InstanceReport {
        var report = InstanceReport()
        var notes: [StandingInstance] = []
        var client: Client?
        for day in open {
            if client?.elder.id != day.standing.elder { client = try Client.read(tx, day.standing.elder) }
            guard let client, let (note, isUnmet) = try make(day, for: client) else { continue }
            notes.append(note)
            if note.state == .made { report.made += 1 } else { report.refused += 1 }
            if isUnmet { report.unmet += 1 }
        }
        try tx.standingInstances.save(notes)
        return report
    }

    /// Behind what has been looked at already, so that a night without a run loses no day; a new plan begins now.
    private func firstDay(_ standing: StandingOrder) -> LocalDate { min(today, standing.madeUntil?.adding(days: 1) ?? today) }

    /// What is to be written about a day; nil when all stays as it stands.
    private func make(_ open: OpenDay, for client: Client) throws -> (note: StandingInstance, isUnmet: Bool)? {
        let (standing, occurrence, day) = (open.standing, open.occurrence, open.day)
        func note(_ state: StandingInstance.State, order: OrderID? = nil, _ code: String? = nil, _ message: String? = nil) -> StandingInstance {
            StandingInstance(
                standing: standing.id, occurrence: occurrence, day: day, state: state, order: order, code: code, message: message, at: now)
        }
        let request = standing.request(on: day)
        guard request.start > now else {
            // Gone by: worth a word only if nobody has looked in time.
            let isMissed = open.stood == nil && standing.madeUntil.map { $0 < occurrence } ?? false
            return isMissed ? (note(.refused, "missed", "到服务时间仍未生成工单（系统当时没有运行），请与老人联系。"), false) : nil
        }
        // The very steps of an order by telephone: the same checks, the same choice, the same money, the same record.
        let order: Order
        do {
            order = try written(try PlaceOrder(office).draft(request, by: caller).decided(tx, reference, client, loads))
        } catch let error as any Rejecting where (error as? StoreFault)?.isOfOneRow ?? true {
            let rejection = error.rejection
            if let stood = open.stood, stood.state == .refused, stood.code == rejection.code, stood.day == day { return nil }
            return (note(.refused, rejection.code, rejection.message), false)
        }
        return (note(.made, order: order.id), order.state == .received)
    }

    /// Writes an order alone: one that the books refuse takes none of the others along.
    private func written(_ decided: PlaceOrder.Decided) throws -> Order {
        do { return try tx.undoing { try decided.written().order } } catch {
            loads?.forget()
            throw error
        }
    }

    // MARK: Taking back

    /// Takes back the orders of days on which the elder is away.
    private func takeBack(
        _ orders: [StandingOrder], _ absences: [ElderID: [Absence]], _ known: inout [StandingOrderID: [StandingInstance]]
    ) throws -> Int {
        var count = 0
        for standing in orders {
            guard let away = absences[standing.elder], let stood = known[standing.id] else { continue }
            known[standing.id] = try stood.map { instance in
                guard let absence = away.first(where: { $0.takesBack(instance.day, today: today) }) else { return instance }
                guard let withdrawn = try withdraw(instance, "absence_\(absence.kind.rawValue)", "老人\(absence.kind.name)，已取消") else { return instance }
                count += 1
                return withdrawn
            }
        }
        return count
    }

    /// Cancels the order of an instance that has not begun yet; what is past or under way stays as it is.
    ///
    /// - Returns: the instance as it then stands; nil when there was nothing to take back.
    func withdraw(_ instance: StandingInstance, _ code: String, _ message: String) throws -> StandingInstance? {
        guard instance.state == .made, let id = instance.order, let order = try tx.orders.find(id), order.isUntouched(at: now) else { return nil }
        _ = try CancelOrder(office).prepared(id, reason: code, by: .system)(tx)
        loads?.forget()
        var withdrawn = instance
        (withdrawn.state, withdrawn.code, withdrawn.message, withdrawn.at) = (.withdrawn, code, message, now)
        try tx.standingInstances.save([withdrawn])
        return withdrawn
    }

    /// Takes back what is still ahead of a standing order, but for the days that stay as they are.
    func withdrawAll(
        of standing: StandingOrder, _ code: String, _ message: String, unless isKept: (StandingInstance, Order) -> Bool = { _, _ in false }
    ) throws -> Int {
        var count = 0
        for instance in try tx.standingInstances.of([standing.id], from: today.adding(days: -HolidayPolicy.farthest)) {
            guard let id = instance.order, instance.state == .made, let order = try tx.orders.find(id), !isKept(instance, order) else { continue }
            if try withdraw(instance, code, message) != nil { count += 1 }
        }
        return count
    }

    /// Notes that the order of an instance was cancelled because its elder is not there, so that the day is tried again later.
    static func noteWithdrawn(_ order: OrderID, _ code: String, _ message: String, _ tx: any Transaction, at now: Instant) throws {
        guard var instance = try tx.standingInstances.of(order) else { return }
        (instance.state, instance.code, instance.message, instance.at) = (.withdrawn, code, message, now)
        try tx.standingInstances.save([instance])
    }
}

extension Order {
    /// Nobody has set out for it yet.
    func isUntouched(at now: Instant) -> Bool {
        window.start > now && [.received, .offered, .accepted, .scheduled].contains(state)
    }
}

extension StandingOrder {
    /// The order asked for on a day.
    func request(on day: LocalDate) -> OrderRequest {
        let (start, end) = plan.window(on: day)
        return OrderRequest(
            elder: elder, item: item, start: start, end: end, quantity: plan.quantity, caller: nil, callID: nil, note: plan.note,
            preferredProvider: plan.preferredProvider, fromAddress: plan.fromAddress, toAddress: plan.toAddress, source: Order.standingSource)
    }
}
