/// The service starts inside an opening window of a day that is not closed.
struct OpeningFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        facts.window == nil ? .closed : nil
    }
}
