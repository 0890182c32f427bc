/// Neither side has turned the other away.
struct BlockFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        if !request.blocked.isEmpty && request.blocked.contains(candidate.provider) { return .blocked }
        if !request.refusedBy.isEmpty && request.refusedBy.contains(candidate.provider) { return .refusedByProvider }
        return nil
    }
}
