import Kernel

/// All licences of the firm for this item are valid on the day of service, not merely today (check R10).
struct CredentialFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        if candidate.licence.contains(facts.date.dayNumber) { return nil }
        return candidate.lacksCredential ? .credentialMissing : .credentialExpired
    }
}
