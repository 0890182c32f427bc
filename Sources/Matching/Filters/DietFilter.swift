import Catalog
import Registry

/// Food for an elder who keeps halal, and food sold as halal, comes from a kitchen with the halal sign.
///
/// Soft, low-sugar and low-salt meals are items of their own in the catalogue, so they need no filter.
struct DietFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        guard facts.terms.isFood, !candidate.isHalal else { return nil }
        return facts.terms.isHalal || request.diet.contains(.halal) ? .dietNotServed : nil
    }
}
