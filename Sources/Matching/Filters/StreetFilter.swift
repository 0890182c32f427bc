/// The elder's street is among those the firm has contracted; for a canteen, those whose elders may come.
struct StreetFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        request.reach == .everywhere || candidate.streets.meets(facts.streets) ? nil : .doesNotServeStreet
    }
}
