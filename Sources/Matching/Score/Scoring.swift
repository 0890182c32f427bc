import Catalog
import Kernel

/// The score of candidates that have passed every filter (评分): whole points by the weights of the policy.
///
/// No part but the fair share looks at other candidates, and that one only at the fewest recent orders among them.
struct Scoring: Sendable {
    let policy: MatchPolicy

    /// All parts but the fair share, which needs to know the others.
    func points(_ candidate: Candidate, _ facts: Facts, meeting: Meeting?) -> Points {
        Points(
            distance: distance(facts), continuity: meeting.map { continuity($0, on: facts.date) } ?? 0,
            quality: policy.qualityPoints(candidate.quality), price: price(facts), load: load(facts))
    }

    func fairShare(steps: Int) -> Int { max(0, policy.weights.fairShare - min(steps, 1_000_000) * policy.fairShareStep) }

    /// How many times k orders a provider is above the eligible one with the fewest.
    ///
    /// The points stop at zero, but the steps do not, and they decide between equal scores: so a provider that is k or more
    /// orders behind another with otherwise the same score always stands before it, however far both are above the rest.
    func fairShareSteps(_ recent: Int, fewest: Int) -> Int { (recent - fewest) / policy.fairShareBound }

    /// Falls in a straight line to nothing at the scale; all points where nobody travels.
    func distance(_ facts: Facts) -> Int {
        if facts.terms.mode == .phone { return policy.weights.distance }
        guard let distance = facts.distance_m else { return 0 }
        let cut = distance / policy.distanceStep_m * policy.distanceStep_m
        return policy.weights.distance * max(0, policy.distanceScale_m - cut) / policy.distanceScale_m
    }

    /// Grows with meetings, ever more slowly, and halves with every half-life spent apart (a nurse-patient relation that is built and
    /// fades, as in home-care planning: PLOS ONE 0268517). Between two halvings it falls in a straight line.
    func continuity(_ meeting: Meeting, on date: LocalDate) -> Int {
        let count = min(max(0, meeting.count), 100_000)
        let grown = 1_000 * count / (count + policy.meetingsForHalf)
        let apart = max(0, meeting.last.days(to: date))
        let half = policy.continuityHalfLife_days
        let halved = grown >> min(62, apart / half)
        return policy.weights.continuity * (halved - halved * (apart % half) / (2 * half)) / 1_000
    }

    /// Nothing at the catalogue's price, all points at the full discount; every provider's own price alone decides.
    func price(_ facts: Facts) -> Int {
        guard let price = facts.price?.amount, let guide = facts.guide?.guide.amount, price < guide || price <= 0 else { return 0 }
        guard guide > 0 else { return policy.weights.price }
        let discount = max(1, guide * Int64(policy.fullDiscount_permille) / 1_000)
        return Int(Int64(policy.weights.price) * min(guide - price, discount) / discount)
    }

    /// The free share of the window in which the service starts.
    func load(_ facts: Facts) -> Int {
        guard let window = facts.window, window.capacity > 0 else { return 0 }
        return policy.weights.load * (window.capacity - min(max(0, facts.taken), window.capacity)) / window.capacity
    }
}
