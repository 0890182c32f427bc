import Catalog

/// The home lies within the distance the firm goes, where the firm goes to the home at all.
///
/// A home that is nowhere on the map passes a firm without a limit and fails one with a limit: a check that cannot run does not pass.
struct RadiusFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        guard let radius = candidate.radius_m else { return nil }
        switch facts.terms.mode {
        case .onSite, .group, .phone: return nil
        case .visit, .vehicle, .monthly:
            guard let distance = facts.distance_m else { return .outOfRadius }
            return distance <= radius ? nil : .outOfRadius
        }
    }
}
