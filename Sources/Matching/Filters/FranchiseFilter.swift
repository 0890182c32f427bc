import Registry

/// The firm is in a state of the franchise in which it gets orders, and had joined by the day of service.
struct FranchiseFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        candidate.state.mayReceiveOrders && candidate.joined <= facts.date ? nil : .notInFranchise
    }
}
