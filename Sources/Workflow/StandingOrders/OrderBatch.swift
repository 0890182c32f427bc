import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// Many orders in one transaction: what each changes for the next (places, entitlements, numbers) is kept in memory and written at the end.
///
/// The decisions are those of ``PlaceOrder``: the same situation, the same matcher, the same split, the same records. Sound because there
/// is one writer at a time: nobody else can change what was read before this transaction ends.
struct OrderBatch {
    private let tx: any Transaction
    private let office: Office
    private let reference: Reference
    private let dispatch: Dispatch
    private let caller: Caller
    private let now: Instant

    private var loads: LoadBook
    private var balances: [ElderID: [BalanceKey: Balance]] = [:]
    private var twins: [ElderID: [OrderRepository.Twin]] = [:]
    /// For which days an elder has an item with public money, by which caps count.
    private var funded: [ElderID: [ItemCode: [LocalDate]]] = [:]
    private var lastNumber: Int
    private var assignments: [Dispatch.Assignment] = []

    /// - Parameter days: All orders must begin on one of them.
    init(
        _ tx: any Transaction, _ office: Office, _ reference: Reference, elders: [ElderID], days: ClosedRange<LocalDate>, by caller: Caller,
        now: Instant
    ) throws {
        (self.tx, self.office, self.reference, self.caller, self.now) = (tx, office, reference, caller, now)
        dispatch = Dispatch(tx, reference, now: now, by: caller.name)
        loads = try LoadBook(tx, reference, elders: elders, days: days)
        for entry in try tx.entitlements.balances(of: elders, since: days.lowerBound.year) {
            balances[entry.elder, default: [:]][entry.key] = entry.balance
        }
        let (from, until) = (Instant(days.lowerBound) - .hours(1), Instant(days.upperBound.adding(days: 1)) + .hours(1))
        for twin in try tx.orders.open(of: elders, from: from, until: until) { twins[twin.elder, default: []].append(twin) }
        for taken in try tx.orders.funded(
            elders, from: days.lowerBound.adding(days: -Self.capReach), until: days.upperBound.adding(days: Self.capReach))
        {
            funded[taken.elder, default: [:]][taken.item, default: []].append(taken.day)
        }
        lastNumber = try tx.orders.lastNumber(on: now.localDate)
    }

    /// The longest period of a cap is a year.
    private static let capReach = 366

    /// The order for a request, decided but not yet written.
    ///
    /// - Throws: what ``PlaceOrder`` throws; nothing of the refused order is kept then.
    mutating func place(_ request: OrderRequest, for elder: Elder) throws -> Order {
        try request.check(reference.franchise, now: now, mayBackfill: false)
        guard let item = reference.catalogue.item(request.item) else {
            throw Rejection(.missing, "item_unknown", "没有这个服务项目，请重新选择。", pointer: "/item_code")
        }
        let situation = try Situation.of(elder, item, reference) { try request.window($0) }
        if let twin = twin(of: request) { throw PlaceOrder.twinRejection(twin.number, twin.state) }
        let decision = situation.decision(
            reference, loads.workload(for: elder.id, on: situation.window.start.localDate), preferred: request.preferredProvider, asked: [],
            quantity: request.quantity, now: now)
        lastNumber += 1
        let draft = request.order(
            situation, id: office.newID(at: now), number: OrderRepository.number(lastNumber, on: now.localDate),
            visitCode: office.newVisitCode(), by: caller, now: now)
        let known = balances[elder.id] ?? [:]
        let reached = situation.reachedCap(taken: funded[elder.id]?[item.code] ?? [])
        let assignment = try dispatch.assignment(draft, situation, decision) { payable in
            if let reached { return FundingSplit(payable: payable, legs: [], notes: [reached]) }
            return reference.programmes.split(situation.fundingRequest(payable: payable), balances: known)
        }
        keep(assignment)
        return assignment.order
    }

    private func twin(of request: OrderRequest) -> OrderRepository.Twin? {
        twins[request.elder]?.first {
            $0.item == request.item && $0.start > request.start - .hours(1) && $0.start < request.start + .hours(1)
        }
    }

    /// What the next order must know of this one.
    private mutating func keep(_ assignment: Dispatch.Assignment) {
        let order = assignment.order
        assignments.append(assignment)
        twins[order.elder, default: []].append(
            OrderRepository.Twin(
                elder: order.elder, item: order.item, start: order.window.start, number: order.number, state: order.state))
        if let slot = assignment.slot { loads.take(slot) }
        if order.selfPay < order.payable { funded[order.elder, default: [:]][order.item, default: []].append(order.serviceDate) }
        for draw in assignment.split?.legs.flatMap(\.draws) ?? [] {
            let old = balances[order.elder]?[draw.key] ?? Balance(granted: draw.granted, reserved: .zero, posted: .zero)
            balances[order.elder, default: [:]][draw.key] = Balance(
                granted: old.granted, reserved: old.reserved + draw.amount, posted: old.posted)
        }
    }

    /// Writes everything that was placed: orders, attempts, places, money, unmet demand and the log.
    ///
    /// - Returns: how many orders found nobody.
    func write() throws -> Int {
        guard !assignments.isEmpty else { return 0 }
        try tx.orders.setLastNumber(lastNumber, on: now.localDate)
        try tx.orders.insert(assignments.map(\.order))
        try tx.attempts.insert(assignments.compactMap(\.attempt))
        try loads.write(tx)
        let funded = assignments.compactMap { a in a.attempt.flatMap { attempt in a.split.map { (a.order, attempt, $0.legs) } } }
        try tx.legs.insert(funded.map { (order: $0.0.id, attempt: $0.1.ordinal, legs: $0.2) })
        try Money.reserve(funded.map { ($0.0, $0.2) }, tx, now: now)
        var events: [EventDraft] = []
        var unmet = 0
        for assignment in assignments {
            let order = assignment.order
            events.append(EventDraft("order.received", subject: order.id.text, subjectSeq: 1, by: caller.name))
            if let attempt = assignment.attempt {
                events.append(
                    EventDraft("order.offered", subject: order.id.text, subjectSeq: order.version, to: attempt.provider, by: caller.name))
            } else {
                unmet += 1
                try tx.unmet.insert(order, summary: assignment.decision.summary(), decision: assignment.decision.encoded(), at: now)
                events.append(EventDraft("order.unmet", subject: order.id.text, subjectSeq: order.version, by: caller.name))
            }
        }
        try tx.events.append(events, at: now)
        return unmet
    }
}

/// How full everybody is on a run of days, and whom some elders know; counted on in memory.
private struct LoadBook {
    private var taken: [LocalDate: [SlotKey: Int]] = [:]
    private var share: [LocalDate: [ProviderID: Int]] = [:]
    private var meetings: [ElderID: [ProviderID: Meeting]] = [:]
    private var added: [SlotKey: (slot: Slot, orders: Int)] = [:]

    init(_ tx: any Transaction, _ reference: Reference, elders: [ElderID], days: ClosedRange<LocalDate>) throws {
        let providers = reference.franchise.providers.map(\.id)
        for load in try tx.loads.taken(from: days.lowerBound, until: days.upperBound, by: providers) {
            taken[load.date, default: [:]][SlotKey(provider: load.provider, date: load.date, opens: load.opens)] = load.count
            share[load.date, default: [:]][load.provider, default: 0] += load.count
        }
        for (elder, met) in try tx.loads.meetings(of: elders) {
            meetings[elder, default: [:]][met.provider] = Meeting(count: met.visits, last: met.last)
        }
    }

    func workload(for elder: ElderID, on day: LocalDate) -> Workload {
        Workload(slotTaken: taken[day] ?? [:], meetings: meetings[elder] ?? [:], recentShare: share[day] ?? [:])
    }

    mutating func take(_ slot: Slot) {
        let key = SlotKey(slot)
        taken[slot.date, default: [:]][key, default: 0] += 1
        share[slot.date, default: [:]][slot.provider, default: 0] += 1
        added[key, default: (slot, 0)].orders += 1
    }

    func write(_ tx: any Transaction) throws {
        for entry in added.values.sorted(by: { ($0.slot.provider, $0.slot.date, $0.slot.opens) < ($1.slot.provider, $1.slot.date, $1.slot.opens) }) {
            try tx.loads.take(entry.slot, orders: entry.orders)
        }
    }
}
