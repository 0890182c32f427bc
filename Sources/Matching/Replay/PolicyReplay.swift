import Catalog
import Kernel
import Registry

/// 策略回放: recorded orders gone through again under a policy, in the order in which they were taken.
///
/// Everything that a choice changes is counted anew as the replay goes: how full each window is, who has met whom, who has had how many
/// orders in the month. What a choice does not change is taken as it was recorded: what was asked for and when, and how each provider
/// answers. So two policies gone through with the same record differ by nothing but the policy. Whole numbers throughout.
public struct PolicyReplay: Sendable {
    /// One order as it was taken.
    public struct Wish: Sendable {
        public let request: MatchRequest
        public let elder: ElderID
        /// Providers that had been to the elder before the record begins.
        public let meetings: [ProviderID: Meeting]

        public init(request: MatchRequest, elder: ElderID, meetings: [ProviderID: Meeting]) {
            self.request = request
            self.elder = elder
            self.meetings = meetings
        }
    }

    /// How a provider answers offers, from the record.
    public struct Habit: Hashable, Sendable {
        /// Mean time to an answer or to the end of the offer, seconds.
        public var answer_s: Int
        /// Offers declined or run out, per mille.
        public var refuses_permille: Int

        public init(answer_s: Int, refuses_permille: Int) {
            self.answer_s = answer_s
            self.refuses_permille = refuses_permille
        }
    }

    /// What came of it. Means are over the orders that were placed.
    public struct Figures: Hashable, Sendable {
        public var orders = 0
        public var placed = 0
        public var wait_s = 0
        /// Orders whose distance is known, and the sum.
        public var measured = 0
        public var distance_m = 0
        /// Orders that went to a provider who had been to the elder before.
        public var known = 0
        public var cost = Fen.zero
        public var shares: [ProviderID: Int] = [:]

        public init() {}

        public var unmet: Int { orders - placed }
        public var meanWait_s: Int { placed > 0 ? wait_s / placed : 0 }
        public var meanDistance_m: Int { measured > 0 ? distance_m / measured : 0 }
        public var known_permille: Int { placed > 0 ? known * 1_000 / placed : 0 }

        /// Adds an order that went to a provider.
        public mutating func add(_ provider: ProviderID, wait_s: Int, distance_m: Int?, isKnown: Bool, cost: Fen) {
            placed += 1
            self.wait_s += wait_s
            if let distance_m {
                measured += 1
                self.distance_m += distance_m
            }
            known += isKnown ? 1 : 0
            self.cost = self.cost + cost
            shares[provider, default: 0] += 1
        }
    }

    private struct ShareKey: Hashable {
        let month: Month
        let category: Category
    }

    private let matcher: Matcher
    private let habits: [ProviderID: Habit]
    private let usual: Habit
    private var slots: [SlotKey: Int] = [:]
    private var shares: [ShareKey: [ProviderID: Int]] = [:]
    private var meetings: [ElderID: [ProviderID: Meeting]] = [:]
    public private(set) var figures = Figures()

    /// - Parameter usual: For providers without a record of their own.
    public init(_ matcher: Matcher, habits: [ProviderID: Habit], usual: Habit) {
        self.matcher = matcher
        self.habits = habits
        self.usual = usual
    }

    /// Takes the next order; the record is gone through in the order of its times.
    public mutating func take(_ wish: Wish) {
        var request = wish.request
        figures.orders += 1
        let date = request.start.localDate
        let key = ShareKey(month: date.month, category: request.item.category)
        let known = meetings[wish.elder] ?? wish.meetings
        let workload = Workload(slotTaken: slots, meetings: known, recentShare: shares[key] ?? [:])
        var decision = matcher.decide(request, workload)
        while decision.chosen == nil, let wider = request.reach.wider {
            request.reach = wider
            decision = matcher.decide(request, workload)
        }
        guard let chosen = decision.chosen else { return }
        figures.add(
            chosen.provider, wait_s: wait(decision.candidates), distance_m: chosen.distance_m, isKnown: known[chosen.provider] != nil,
            cost: chosen.price.times(request.quantity))
        if let slot = matcher.slot(of: chosen.provider, at: request.start) { slots[SlotKey(slot), default: 0] += 1 }
        shares[key, default: [:]][chosen.provider, default: 0] += 1
        var after = known
        after[chosen.provider] = Meeting(count: (known[chosen.provider]?.count ?? 0) + 1, last: date)
        meetings[wish.elder] = after
    }

    /// How many are asked at most when the waiting is worked out: by then nearly every order has been taken.
    private static let asked = 6

    /// The seconds until somebody takes it, as the record lets expect: each is asked if all before it refuse.
    private func wait(_ candidates: [RankedCandidate]) -> Int {
        var (wait, chance) = (0, 1_000_000)
        for candidate in candidates.prefix(Self.asked) {
            let habit = habits[candidate.provider] ?? usual
            wait += habit.answer_s * chance / 1_000_000
            chance = chance * habit.refuses_permille / 1_000
        }
        return wait
    }
}
