/// Enough workers are there who may do it, fit the elder and are free.
///
/// The questions build on each other, so exactly one code names the first at which there were too few: a firm with a man who holds
/// the certificate and a woman who does not cannot bathe a woman, though each question alone would find somebody.
struct StaffFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        let needed = facts.terms.staffCount
        guard needed > 0 else { return nil }
        if facts.staff.active < needed { return .noWorker }
        if facts.staff.licensed < needed { return .workerCredentialMissing }
        if facts.staff.rightSex < needed { return .noSameSexWorker }
        if facts.staff.free < needed { return .workersBusy }
        if !facts.staff.canLift { return .noLiftingWorker }
        return facts.staff.speaks ? nil : .languageNotSpoken
    }
}
