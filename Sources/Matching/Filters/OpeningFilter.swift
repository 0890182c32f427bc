/// The service starts inside an opening window of the week; whether the day itself is closed is asked by ``ClosedDayFilter``.
struct OpeningFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        facts.window == nil && !facts.isClosedDay ? .closed : nil
    }
}
