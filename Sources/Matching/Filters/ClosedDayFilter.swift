/// The firm has not declared the day closed, and the office calendar does not close it.
struct ClosedDayFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        facts.isClosedDay ? .closedThatDay : nil
    }
}
