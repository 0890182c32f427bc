import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store

/// 策略回放: the orders of some days under the policy in force and under a trial one, beside what really happened.
///
/// Read only. What the record keeps is enough: the order itself, the answers of providers, the decision stored with each attempt. Elders and
/// providers are looked at as they are on file now; an order whose elder or item is gone, or whose item has no price that day, is left out
/// and counted.
public struct ReplayPolicy: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Comparison: Sendable {
        /// As recorded.
        public let actual: PolicyReplay.Figures
        public let present: PolicyReplay.Figures
        public let trial: PolicyReplay.Figures
        /// Orders of the record that could not be gone through again.
        public let leftOut: Int
    }

    public static let orderLimit = 1_000_000
    private static let page = 500
    /// For providers without a record: the answer time of a booked order is two hours, of most others minutes.
    private static let unknownHabit = PolicyReplay.Habit(answer_s: 600, refuses_permille: 100)

    /// - Throws: `days_invalid`, or `replay_empty` when no order was taken on those days.
    public func callAsFunction(
        from: LocalDate, until: LocalDate, policies: [MatchPolicy], progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Comparison {
        try ReadAnalytics.check(from, until)
        let (begin, end) = (Instant(from), Instant(until.adding(days: 1)))
        let reference = office.reference
        let answers = try await office.read { tx in try tx.replays.answers(from: begin, until: end) }
        let (habits, usual) = Self.habits(answers)
        var present = PolicyReplay(reference.matcher, habits: habits, usual: usual)
        var trial = PolicyReplay(Matcher(reference.matcher, policies: policies), habits: habits, usual: usual)
        var actual = PolicyReplay.Figures()
        var (leftOut, seen) = (0, 0)
        var last: (at: Instant, id: OrderID)?
        while seen < Self.orderLimit {
            let after = last
            let page = try await office.read { tx in
                try tx.replays.taken(from: begin, until: end, after: after, limit: Self.page).map { try Self.recorded($0, tx, reference, from) }
            }
            for entry in page {
                seen += 1
                last = (entry.order.createdAt, entry.order.id)
                guard let wish = entry.wish else {
                    leftOut += 1
                    continue
                }
                present.take(wish)
                trial.take(wish)
                actual.orders += 1
                if let outcome = entry.outcome { outcome.add(to: &actual) }
            }
            progress(seen, max(seen, Self.page))
            if page.count < Self.page { break }
        }
        guard seen > 0 else { throw Rejection(.missing, "replay_empty", "\(from) 至 \(until) 没有下过工单，请换一段日期。") }
        return Comparison(actual: actual, present: present.figures, trial: trial.figures, leftOut: leftOut)
    }

    private struct Entry: Sendable {
        let order: Order
        let wish: PolicyReplay.Wish?
        let outcome: Outcome?
    }

    /// Where an order really went.
    private struct Outcome: Sendable {
        let provider: ProviderID
        let wait_s: Int
        let distance_m: Int?
        let isKnown: Bool
        let cost: Fen

        func add(to figures: inout PolicyReplay.Figures) {
            figures.add(provider, wait_s: wait_s, distance_m: distance_m, isKnown: isKnown, cost: cost)
        }
    }

    private static func recorded(_ order: Order, _ tx: any Transaction, _ reference: Reference, _ from: LocalDate) throws -> Entry {
        guard let item = reference.catalogue.item(order.item), reference.catalogue.price(of: order.item, on: order.serviceDate) != nil,
            let elder = try tx.elders.facts(order.elder)
        else { return Entry(order: order, wish: nil, outcome: nil) }
        let ties = try tx.ties.known(of: order.elder)
        let request = MatchRequest(
            item: item, start: order.window.start, end: order.window.end, quantity: order.quantity, elderPlace: elder.place,
            elderRegion: order.region, elderSex: elder.sex, diet: elder.diet,
            preferredProvider: order.preferredProvider ?? elder.preferredProvider, blocked: Set(elder.blockedProviders),
            refusedBy: ties.refusedBy, relatives: ties.relatives, needsWheelchair: item.tags.contains(.wheelchair), language: ties.language,
            now: order.createdAt)
        let met = try tx.replays.meetings(of: order.elder, before: from)
        let wish = PolicyReplay.Wish(
            request: request, elder: order.elder,
            meetings: Dictionary(met.map { ($0.provider, Meeting(count: $0.visits, last: $0.last)) }) { $1 })
        let taken = try tx.attempts.all(order.id).last { $0.state == .accepted }
        guard let taken, let decision = Decision(encoded: taken.decision) else { return Entry(order: order, wish: wish, outcome: nil) }
        let own = decision.candidates.first { $0.provider == taken.provider }
        let outcome = Outcome(
            provider: taken.provider, wait_s: Int(((taken.answeredAt ?? taken.offeredAt) - order.createdAt).milliseconds / 1_000),
            distance_m: own?.distance_m, isKnown: (own?.points.continuity ?? 0) > 0, cost: taken.price.times(order.quantity))
        return Entry(order: order, wish: wish, outcome: outcome)
    }

    private static func habits(
        _ answers: [ReplayRepository.Answers]
    ) -> (of: [ProviderID: PolicyReplay.Habit], usual: PolicyReplay.Habit) {
        func habit(_ offers: Int, _ refused: Int, _ total_ms: Int64) -> PolicyReplay.Habit {
            PolicyReplay.Habit(answer_s: Int(total_ms / 1_000) / max(1, offers), refuses_permille: refused * 1_000 / max(1, offers))
        }
        let all = answers.reduce((0, 0, Int64(0))) { ($0.0 + $1.offers, $0.1 + $1.refused, $0.2 + $1.total_ms) }
        let usual = all.0 > 0 ? habit(all.0, all.1, all.2) : unknownHabit
        return (Dictionary(answers.map { ($0.provider, habit($0.offers, $0.refused, $0.total_ms)) }) { $1 }, usual)
    }
}
