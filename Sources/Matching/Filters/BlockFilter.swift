/// The elder has not turned the firm away.
struct BlockFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        !request.blocked.isEmpty && request.blocked.contains(candidate.provider) ? .blocked : nil
    }
}
