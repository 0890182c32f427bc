/// The firm has not declared that it does not serve this elder.
struct RefusedElderFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        !request.refusedBy.isEmpty && request.refusedBy.contains(candidate.provider) ? .refusedByProvider : nil
    }
}
