import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// What the operator can say before anything is ordered: who could come, who pays what.
public struct Quote: Sendable {
    public let item: Item
    public let price: Price
    public let window: TimeWindow
    public let decision: Decision
    /// For the provider who would be asked first; nil when nobody fits.
    public let split: FundingSplit?
    /// An open order of the same elder for the same item at nearly the same time.
    public let twin: Order?
    /// When somebody could come, if nobody fits at the time asked for.
    public let nearestTime: Instant?
}

/// Everything that is read before a provider is chosen. One value, so that quote, order and re-dispatch decide on the same facts.
struct Situation {
    let elder: Elder
    let item: Item
    let price: Price
    let window: TimeWindow
    let beneficiary: Beneficiary

    /// - Parameter isEmergency: somebody who calls for help is at home, whatever the register says.
    static func read(
        _ tx: any Transaction, _ reference: Reference, elder id: ElderID, item code: ItemCode, isEmergency: Bool = false,
        window: (Item) throws -> TimeWindow
    ) throws -> Situation {
        guard let item = reference.catalogue.item(code) else {
            throw Rejection(.missing, "item_unknown", "没有这个服务项目，请重新选择。", pointer: "/item_code")
        }
        let elder = try tx.elders.require(id)
        let window = try window(item)
        let date = window.start.localDate
        guard let price = reference.catalogue.price(of: code, on: date) else {
            throw Rejection(.refused, "price_expired", "“\(item.name)”在 \(date) 没有有效的价格，请联系管理员维护价格。", pointer: "/start")
        }
        try mayBeServed(elder, item, isEmergency: isEmergency)
        return Situation(elder: elder, item: item, price: price, window: window, beneficiary: beneficiary(elder, on: date))
    }

    /// The facts about an elder on a day that decide who pays.
    static func beneficiary(_ elder: Elder, on date: LocalDate) -> Beneficiary {
        Beneficiary(
            classes: elder.classes(on: date), age: elder.age(on: date), district: String(elder.address.region.prefix(6)),
            region: elder.address.region, abilityLevel: elder.abilityLevel, livesAlone: elder.livesAlone, cadre: elder.cadre?.rawValue)
    }

    private static func mayBeServed(_ elder: Elder, _ item: Item, isEmergency: Bool) throws {
        if elder.status.isDeath, !item.tags.contains(.afterDeath) {
            throw Rejection(.refused, "elder_deceased", "该老人状态为“\(elder.status.term)”，不能再下这类工单。")
        }
        if elder.status == .deregistered || elder.status == .movedOut {
            throw Rejection(.refused, "elder_not_registered", "该老人状态为“\(elder.status.term)”，请先恢复在册。")
        }
        if !isEmergency, item.mode == .visit, [.hospital, .institution, .away].contains(elder.status) {
            throw Rejection(.refused, "elder_absent", "该老人状态为“\(elder.status.term)”，不能安排上门服务；回家后请先更新状态。")
        }
    }

    func request(
        preferred: ProviderID?, asked: Set<ProviderID>, quantity: Quantity, reach: Reach = .street, now: Instant
    ) -> MatchRequest {
        MatchRequest(
            item: item, start: window.start, end: window.end, quantity: quantity, elderPlace: elder.place,
            elderRegion: elder.address.region, elderSex: elder.sex, diet: elder.diet,
            preferredProvider: preferred ?? elder.preferredProvider, blocked: Set(elder.blockedProviders), alreadyAsked: asked,
            needsWheelchair: item.tags.contains(.wheelchair), reach: reach, now: now)
    }

    /// Who may be asked: of the elder's own street, else of the streets around it, else of anywhere.
    ///
    /// - Returns: the first decision that names somebody, or the widest when nobody fits anywhere.
    func decision(
        _ tx: any Transaction, _ reference: Reference, preferred: ProviderID?, asked: Set<ProviderID>, quantity: Quantity, now: Instant
    ) throws -> Decision {
        let workload = try workload(tx, reference)
        var reach = Reach.street
        while true {
            let match = request(preferred: preferred, asked: asked, quantity: quantity, reach: reach, now: now)
            let decision = reference.matcher.decide(match, workload)
            guard decision.chosen == nil, let wider = reach.wider else { return decision }
            reach = wider
        }
    }

    /// How full the candidates are that day (or on the days around it), and whom the elder knows.
    func workload(_ tx: any Transaction, _ reference: Reference, days: ClosedRange<Int> = 0...0) throws -> Workload {
        let date = window.start.localDate
        let candidates = reference.candidates[item.code] ?? []
        var taken: [SlotKey: Int] = [:]
        var share: [ProviderID: Int] = [:]
        for load in try tx.loads.taken(
            from: date.adding(days: days.lowerBound), until: date.adding(days: days.upperBound), by: candidates)
        {
            taken[SlotKey(provider: load.provider, date: load.date, opens: load.opens)] = load.count
            if load.date == date { share[load.provider, default: 0] += load.count }
        }
        var meetings: [ProviderID: Meeting] = [:]
        for met in try tx.loads.meetings(of: elder.id) { meetings[met.provider] = Meeting(count: met.visits, last: met.last) }
        return Workload(slotTaken: taken, meetings: meetings, recentShare: share)
    }

    /// Who pays what of a price; nobody but the elder once the item's cap is reached (the rule that would refuse the line at the close).
    ///
    /// - Parameter order: the order itself when it is on the books already.
    func split(_ tx: any Transaction, _ reference: Reference, payable: Fen, order: OrderID? = nil) throws -> FundingSplit {
        if let reached = try reachedCap(tx, except: order) { return FundingSplit(payable: payable, legs: [], notes: [reached]) }
        let request = FundingRequest(
            item: item, date: window.start.localDate, minuteOfDay: window.start.minuteOfDay, payable: payable, beneficiary: beneficiary)
        let keys = reference.programmes.balancesNeeded(for: request)
        let balances = keys.isEmpty ? [:] : try tx.entitlements.balances(of: elder.id, keys)
        return reference.programmes.split(request, balances: balances)
    }
}

/// 报价: answers during the call without promising anything.
public struct QuoteOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ request: OrderRequest) async throws -> Quote {
        let (now, reference) = (office.now, office.reference)
        try request.check(reference.franchise, now: now, mayBackfill: false)
        return try await office.read { tx in
            let situation = try Situation.read(
                tx, reference, elder: request.elder, item: request.item, isEmergency: request.isEmergency
            ) { try request.window($0) }
            let decision = try situation.decision(
                tx, reference, preferred: request.preferredProvider, asked: [], quantity: request.quantity, now: now)
            let split = try decision.chosen.map {
                try situation.split(tx, reference, payable: $0.price.times(request.quantity))
            }
            let widest = situation.request(
                preferred: request.preferredProvider, asked: [], quantity: request.quantity, reach: .everywhere, now: now)
            let nearest =
                decision.chosen == nil
                ? reference.matcher.nearestTime(for: widest, try situation.workload(tx, reference, days: -14...14)) : nil
            return Quote(
                item: situation.item, price: situation.price, window: situation.window, decision: decision, split: split,
                twin: try tx.orders.twin(of: request.elder, item: request.item, near: request.start), nearestTime: nearest)
        }
    }
}
