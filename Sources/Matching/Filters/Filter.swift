/// A hard condition that a provider meets or not (硬性条件), with a refusal code of its own.
///
/// Every filter is asked about every candidate, so that “why not me” is answered in full; none may look anything up.
public protocol Filter: Sendable {
    /// Nil when the candidate passes.
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode?
}

/// The filters in force.
enum Filters {
    static let all: [any Filter] = [
        PriceFilter(), KindFilter(), FranchiseFilter(), CredentialFilter(), BlockFilter(), RefusedElderFilter(), StreetFilter(),
        RadiusFilter(), DietFilter(), StaffFilter(), VehicleFilter(), ClosedDayFilter(), OpeningFilter(), CapacityFilter(), AskedFilter(),
    ]
}
