/// One more order may start in the window.
struct CapacityFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        guard let window = facts.window else { return nil }
        return facts.taken < window.capacity ? nil : .slotFull
    }
}
