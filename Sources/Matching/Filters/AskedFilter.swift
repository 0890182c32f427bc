/// The firm has not declined this order or let it time out: it is never asked the same again.
struct AskedFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        !request.alreadyAsked.isEmpty && request.alreadyAsked.contains(candidate.provider) ? .alreadyAsked : nil
    }
}
