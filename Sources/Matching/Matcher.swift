import Catalog
import Kernel
import Registry

/// Chooses the provider for an order (在线派单): hard filters, then the elder's own choice, then the score.
///
/// A value made once from the franchise, the catalogue and the policy, and shared by all requests; made anew when one of them
/// changes. It does no I/O and knows no clock: the same request and workload give the same decision.
public struct Matcher: Sendable {
    /// By their first days.
    public private(set) var policies: [MatchPolicy]
    let plans: [ItemCode: ItemPlan]
    private let weeks: [ProviderID: WeekHours]
    private let catalogue: Catalogue
    private let neighbourhoods: Neighbourhoods

    /// Prepares the candidates of every item; offers of items that the catalogue does not know are passed over.
    ///
    /// - Precondition: There is a policy, and none has ``MatchPolicy/faults``; those read from a file have none.
    public init(franchise: Franchise, catalogue: Catalogue, policies: [MatchPolicy]) {
        self.policies = Matcher.checked(policies)
        self.catalogue = catalogue
        let streets = StreetIndex(franchise.providers.reduce(into: []) { $0.formUnion($1.serviceRegions) })
        neighbourhoods = Neighbourhoods(catalogue.regions, streets: streets)
        var roster = Roster(franchise: franchise, streets: streets, holidays: catalogue.holidays)
        weeks = roster.weeks
        plans = franchise.offeredItems.reduce(into: [:]) { plans, code in
            guard let item = catalogue.item(ItemCode(code)) else { return }
            let terms = ItemTerms(item: item, catalogue: catalogue)
            plans[item.code] = ItemPlan(terms: terms, candidates: roster.candidates(for: item.code, terms))
        }
    }

    /// The same under other policies; what was prepared for the candidates is shared.
    public init(_ other: Matcher, policies: [MatchPolicy]) {
        self = other
        self.policies = Matcher.checked(policies)
    }

    private static func checked(_ policies: [MatchPolicy]) -> [MatchPolicy] {
        precondition(!policies.isEmpty && policies.allSatisfy(\.faults.isEmpty), "no policy, or one with values out of range")
        return policies.sorted { ($0.from, $0.version) < ($1.from, $1.version) }
    }

    /// The policy under which a decision of a day is made: the one in force, or the first before any is.
    public func policy(on date: LocalDate) -> MatchPolicy { MatchPolicy.inForce(on: date, of: policies) ?? policies[0] }

    /// The opening window in which a service that starts then takes a place; nil when the provider is unknown or closed.
    public func slot(of provider: ProviderID, at instant: Instant) -> Slot? {
        let date = instant.localDate
        guard let window = weeks[provider]?.window(on: date, minute: instant.minuteOfDay) else { return nil }
        return Slot(provider: provider, date: date, opens: window.opens, closes: window.closes, capacity: window.capacity)
    }

    /// Whether a provider is closed all day: declared, by the office calendar it keeps, or by its week.
    public func isClosed(_ provider: ProviderID, on date: LocalDate) -> Bool { weeks[provider]?.windows(on: date).isEmpty ?? true }

    /// The orders that may begin in all windows of a provider on a day.
    public func capacity(of provider: ProviderID, on date: LocalDate) -> Int {
        weeks[provider]?.windows(on: date).reduce(0) { $0 + $1.capacity } ?? 0
    }

    /// Everybody who has ever contracted an item, by id: those whose workload a complete decision looks at.
    public func providers(of item: ItemCode) -> [ProviderID] { plans[item]?.candidates.map(\.provider) ?? [] }

    /// Those who could serve the request if nobody had anything to do yet, by id.
    ///
    /// To load the workload of these alone is enough for the right choice; the others are refused for other reasons, and what they
    /// lack besides (a full window, busy workers) then stays untold.
    public func contenders(for request: MatchRequest) -> [ProviderID] {
        guard let plan = plans[request.item.code] else { return [] }
        var facts = facts(plan, request)
        return plan.candidates.filter { candidate in
            facts.look(at: candidate, request, .none)
            return reasons(candidate, request, facts).isEmpty
        }.map(\.provider)
    }

    /// The decision on an order: everybody who may be asked, best first, and everybody else with all reasons.
    ///
    /// - Parameter workload: Of all ``providers(of:)``, or at least of the ``contenders(for:)``, on the day of service.
    public func decide(_ request: MatchRequest, _ workload: Workload) -> Decision {
        let policy = policy(on: request.now.localDate)
        guard let plan = plans[request.item.code] else { return decision(request, policy, [], refused(request, [], nil)) }
        var facts = facts(plan, request)
        var eligible: [Eligible] = []
        var refusals: [Refusal] = []
        let scoring = Scoring(policy: policy)
        for index in plan.candidates.indices {
            let candidate = plan.candidates[index]
            facts.look(at: candidate, request, workload)
            let reasons = reasons(candidate, request, facts)
            if reasons.isEmpty {
                let meeting = workload.meetings.isEmpty ? nil : workload.meetings[candidate.provider]
                eligible.append(
                    Eligible(
                        index: index, isElderChoice: candidate.provider == request.preferredProvider, facts: facts,
                        recent: workload.recentShare.isEmpty ? 0 : workload.recentShare[candidate.provider] ?? 0,
                        points: scoring.points(candidate, facts, meeting: meeting)))
            } else {
                let isFull = reasons.contains(.slotFull)
                refusals.append(Refusal(provider: candidate.provider, reasons: reasons, fullUntil: isFull ? facts.window?.closes : nil))
            }
        }
        rank(&eligible, scoring)
        let ranked = eligible.map { $0.ranked(plan.candidates[$0.index].provider) }
        return decision(request, policy, ranked, refused(request, refusals, plan))
    }

    private func decision(
        _ request: MatchRequest, _ policy: MatchPolicy, _ ranked: [RankedCandidate], _ refusals: [Refusal]
    ) -> Decision {
        Decision(policyVersion: policy.version, reach: request.reach, candidates: ranked, refusals: refusals)
    }

    /// The refusals, and a word about the elder's own choice when that firm does not offer the item at all.
    private func refused(_ request: MatchRequest, _ refusals: [Refusal], _ plan: ItemPlan?) -> [Refusal] {
        guard let wish = request.preferredProvider, !(plan?.offers(wish) ?? false) else { return refusals }
        let refusal = Refusal(provider: wish, reasons: RefusalCodes(.itemNotOffered))
        return (refusals + [refusal]).sorted { $0.provider < $1.provider }
    }

    func facts(_ plan: ItemPlan, _ request: MatchRequest) -> Facts {
        Facts(
            terms: plan.terms, request: request, guide: catalogue.price(of: request.item.code, on: request.start.localDate),
            streets: neighbourhoods.streets(around: request.elderRegion, request.reach),
            centre: neighbourhoods.centre(of: request.elderRegion))
    }

    /// What every filter says about a candidate.
    func reasons(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCodes {
        var reasons = RefusalCodes()
        for filter in Filters.all {
            if let code = filter.refusal(candidate, request, facts) { reasons.insert(code) }
        }
        return reasons
    }

    private func rank(_ eligible: inout [Eligible], _ scoring: Scoring) {
        guard let fewest = eligible.lazy.map(\.recent).min() else { return }
        for index in eligible.indices {
            let steps = scoring.fairShareSteps(eligible[index].recent, fewest: fewest)
            eligible[index].steps = steps
            eligible[index].points.fairShare = scoring.fairShare(steps: steps)
            eligible[index].score = eligible[index].points.total
        }
        eligible.sort { $0.standsBefore($1) }
    }
}

/// A candidate on its way to a place, without anything that has to be counted when it is moved about.
private struct Eligible {
    let index: Int
    let isElderChoice: Bool
    let recent: Int
    let load_permille: Int
    let distance_m: Int
    let isPlaced: Bool
    let price: Fen
    var points: Points
    var steps = 0
    var score = 0

    init(index: Int, isElderChoice: Bool, facts: Facts, recent: Int, points: Points) {
        self.index = index
        self.isElderChoice = isElderChoice
        self.recent = recent
        self.points = points
        load_permille = facts.window.map { max(0, facts.taken) * 1_000 / max(1, $0.capacity) } ?? 0
        distance_m = facts.distance_m ?? .max
        isPlaced = facts.distance_m != nil
        price = facts.price ?? .zero
    }

    /// The rule of order; the index comes from the order of ids, so it is total.
    func standsBefore(_ other: Eligible) -> Bool {
        if isElderChoice != other.isElderChoice { return isElderChoice }
        if score != other.score { return score > other.score }
        if steps != other.steps { return steps < other.steps }
        if load_permille != other.load_permille { return load_permille < other.load_permille }
        if distance_m != other.distance_m { return distance_m < other.distance_m }
        return index < other.index
    }

    func ranked(_ provider: ProviderID) -> RankedCandidate {
        RankedCandidate(
            provider: provider, price: price, distance_m: isPlaced ? distance_m : nil, points: points, isElderChoice: isElderChoice)
    }
}
