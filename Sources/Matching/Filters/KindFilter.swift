/// One of the firm's kinds may serve the item (check R11 of the settlement, asked before and not after the visit).
struct KindFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        candidate.isKindAllowed ? nil : .kindNotAllowed
    }
}
