import Catalog
import Kernel
import Registry

/// Who of a provider could make one visit (可派人员): for each of those who come together, the workers it may be.
public struct Crew: Hashable, Sendable {
    /// One list a person needed, at most two; each sorted by id.
    public var needs: [[WorkerID]]
    /// Why somebody is missing; nil when every list has somebody.
    public var lacking: RefusalCode?

    public init(needs: [[WorkerID]], lacking: RefusalCode? = nil) {
        self.needs = needs
        self.lacking = lacking
    }
}

extension Matcher {
    /// By the rules of the staff filter, without asking who is busy: that is for the plan to say. Of more than two who come together two are planned.
    public func crew(for request: MatchRequest, of provider: ProviderID) -> Crew {
        guard let plan = plans[request.item.code], let candidate = plan.candidates.first(where: { $0.provider == provider }) else {
            return Crew(needs: [], lacking: .itemNotOffered)
        }
        return candidate.staff.crew(request, terms: plan.terms, on: request.start.localDate)
    }
}

extension Staff {
    fileprivate func crew(_ request: MatchRequest, terms: ItemTerms, on date: LocalDate) -> Crew {
        let count = min(max(terms.staffCount, 1), 2)
        let active = members.filter { !request.relatives.contains($0.id) }
        let licensed = active.filter { $0.licence.contains(date.dayNumber) }
        let fitting = licensed.filter { !terms.isSameSex || $0.sex == request.elderSex }
        let lifting = fitting.filter { !request.needsLifting || $0.canLift }
        func speaks(_ member: Member) -> Bool { request.language.map(member.languages.contains) ?? true }
        // Who comes alone must do both; of two, one lifts and the other speaks.
        let needs = count == 1 ? [lifting.filter(speaks)] : [lifting, fitting.filter(speaks)]
        let lacking: RefusalCode? =
            if active.count < count { .noWorker } else if licensed.count < count { .workerCredentialMissing }
            else if fitting.count < count { .noSameSexWorker } else if lifting.isEmpty { .noLiftingWorker }
            else if needs.contains(where: \.isEmpty) { .languageNotSpoken } else { nil }
        return Crew(needs: needs.map { $0.map(\.id).sorted() }, lacking: lacking)
    }
}
