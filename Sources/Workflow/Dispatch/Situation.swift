import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// The elder as a decision needs it: the file, and who may and may not come. The same for all orders of one transaction.
struct Client {
    let elder: Elder
    let ties: ElderTies

    /// - Throws: `elder_unknown`
    static func read(_ tx: any Transaction, _ id: ElderID) throws -> Client {
        Client(elder: try tx.elders.require(id), ties: try tx.ties.known(of: id))
    }
}

/// Everything that is read before a provider is chosen. One value, so that quote, order and re-dispatch decide on the same facts.
struct Situation {
    let elder: Elder
    let item: Item
    let price: Price
    let window: TimeWindow
    let beneficiary: Beneficiary
    /// Whom the elder knows, and who is not to be sent.
    let ties: ElderTies

    /// - Parameter isEmergency: somebody who calls for help is at home, whatever the register says.
    static func of(
        _ client: Client, _ reference: Reference, item code: ItemCode, isEmergency: Bool = false, window: (Item) throws -> TimeWindow
    ) throws -> Situation {
        guard let item = reference.catalogue.item(code) else {
            throw Rejection(.missing, "item_unknown", "没有这个服务项目，请重新选择。", pointer: "/item_code")
        }
        let elder = client.elder
        let window = try window(item)
        let date = window.start.localDate
        guard let price = reference.catalogue.price(of: code, on: date) else {
            throw Rejection(.refused, "price_expired", "“\(item.name)”在 \(date) 没有有效的价格，请联系管理员维护价格。", pointer: "/start")
        }
        try mayBeServed(elder, item, isEmergency: isEmergency)
        return Situation(
            elder: elder, item: item, price: price, window: window, beneficiary: beneficiary(elder, on: date), ties: client.ties)
    }

    /// The facts about an elder on a day that decide who pays.
    static func beneficiary(_ elder: Elder, on date: LocalDate) -> Beneficiary {
        Beneficiary(
            classes: elder.classes, birthday: elder.birthday, region: elder.address.region, abilityLevel: elder.abilityLevel,
            livesAlone: elder.livesAlone, cadre: elder.cadre, on: date)
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
            preferredProvider: preferred ?? elder.preferredProvider, blocked: Set(elder.blockedProviders), refusedBy: ties.refusedBy,
            alreadyAsked: asked, relatives: ties.relatives, needsWheelchair: item.tags.contains(.wheelchair), language: ties.language,
            reach: reach, now: now)
    }

    var meetings: [ProviderID: Meeting] {
        Dictionary(ties.meetings.map { ($0.provider, Meeting(count: $0.visits, last: $0.last)) }) { $1 }
    }

    /// Who may be asked: of the elder's own street, else of the streets around it, else of anywhere.
    ///
    /// - Returns: the first decision that names somebody, or the widest when nobody fits anywhere.
    func decision(
        _ tx: any Transaction, _ reference: Reference, _ loads: DayLoads? = nil, preferred: ProviderID?, asked: Set<ProviderID>,
        quantity: Quantity, now: Instant
    ) throws -> Decision {
        var workload = try loads.map { try $0.workload(tx, item, on: window.start.localDate, meetings: meetings) } ?? workload(tx, reference)
        var reach = Reach.street
        while true {
            let match = request(preferred: preferred, asked: asked, quantity: quantity, reach: reach, now: now)
            var decision = reference.matcher.decide(match, workload)
            // Who is booked is read only for those who could come otherwise; of the others it would add one more reason to those they have.
            if try engage(&workload, tx, loads, decision.candidates.map(\.provider)) { decision = reference.matcher.decide(match, workload) }
            guard decision.chosen == nil, let wider = reach.wider else { return decision }
            reach = wider
        }
    }

    /// Adds when the workers and cars of some providers are taken around the time of the visit.
    ///
    /// - Returns: whether any are.
    private func engage(_ workload: inout Workload, _ tx: any Transaction, _ loads: DayLoads?, _ providers: [ProviderID]) throws -> Bool {
        guard !providers.isEmpty else { return false }
        var found = false
        if item.mode == .visit || item.mode == .vehicle {
            for booking in try loads.map({ try $0.booked(tx, providers, around: window) }) ?? tx.loads.booked(providers, around: window) {
                workload.busyWorkers[booking.worker, default: []].append(booking.window)
                found = true
            }
        }
        if item.mode == .vehicle {
            workload.trips = [:]
            for provider in try tx.loads.trips(providers, around: window) {
                workload.trips[provider, default: 0] += 1
                found = true
            }
        }
        return found
    }

    /// How full the candidates are that day (or on the days around it), and whom the elder knows.
    func workload(_ tx: any Transaction, _ reference: Reference, days: ClosedRange<Int> = 0...0) throws -> Workload {
        let date = window.start.localDate
        let candidates = reference.candidates[item.code] ?? []
        var taken: [SlotKey: Int] = [:]
        for load in try tx.loads.taken(
            from: date.adding(days: days.lowerBound), until: date.adding(days: days.upperBound), by: candidates)
        {
            taken[SlotKey(provider: load.provider, date: load.date, opens: load.opens)] = load.count
        }
        let shares = try tx.loads.shares(of: item.category, in: date.month)
        return Workload(slotTaken: taken, meetings: meetings, recentShare: Dictionary(shares.map { ($0.provider, $0.offered) }) { $1 })
    }

    /// The guide price of a quantity, of which the provider's own price is the discounted one; market prices have no guide.
    func listPrice(_ quantity: Quantity) -> Fen? { price.type == .market ? nil : price.guide.times(quantity) }

    /// Who pays what of a price; nobody but the elder once the item's cap is reached (the rule that would refuse the line at the close).
    ///
    /// - Parameters:
    ///   - list: the price before the provider's discount; nil when there is none to speak of.
    ///   - order: the order itself when it is on the books already.
    func split(
        _ tx: any Transaction, _ reference: Reference, list: Fen? = nil, payable: Fen, order: OrderID? = nil
    ) throws -> FundingSplit {
        if let reached = try reachedCap(tx, except: order) {
            return FundingSplit(listPrice: list, payable: payable, legs: [], notes: [reached])
        }
        return try reference.split(
            FundingRequest(
                item: item, date: window.start.localDate, minuteOfDay: window.start.minuteOfDay, listPrice: list, payable: payable,
                beneficiary: beneficiary), of: elder.id, tx)
    }
}
