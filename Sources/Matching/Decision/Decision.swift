import Kernel
import Registry

/// Whom to ask, in which order, and why everybody else not (派单决定). Stored with the attempt as it was made.
public struct Decision: Hashable, Sendable {
    /// How the first place was given.
    public enum Basis: String, Sendable, CaseIterable {
        /// By the order's own ranking, during the call or at a re-dispatch.
        case online
        /// By the plan of the whole day (整批派单): the first candidate is the one the plan names, the others follow in their ranking.
        case batch
    }

    public let policyVersion: String
    public let reach: Reach
    /// Best first: the elder's own choice, then by score, then fewer steps above the fair share, then less load, then nearer, then id.
    public let candidates: [RankedCandidate]
    /// By provider id.
    public let refusals: [Refusal]
    public let basis: Basis

    public init(
        policyVersion: String, reach: Reach, candidates: [RankedCandidate], refusals: [Refusal], basis: Basis = .online
    ) {
        self.policyVersion = policyVersion
        self.reach = reach
        self.candidates = candidates
        self.refusals = refusals
        self.basis = basis
    }

    /// Nil when nobody fits: an unmet need, to be told with ``summary()`` and widened.
    public var chosen: RankedCandidate? { candidates.first }

    /// Everybody who was refused with all codes, lasting reasons first.
    public var refused: [(provider: ProviderID, codes: [RefusalCode])] { refusals.map { ($0.provider, $0.codes) } }

    /// The same with the first place given by the plan of the day; nil when that provider may not be asked.
    public func giving(_ provider: ProviderID) -> Decision? {
        guard let index = candidates.firstIndex(where: { $0.provider == provider }) else { return nil }
        var candidates = candidates
        candidates.insert(candidates.remove(at: index), at: 0)
        return Decision(policyVersion: policyVersion, reach: reach, candidates: candidates, refusals: refusals, basis: .batch)
    }

    /// The whole of it that concerns one provider; nil when the order never came near it.
    public func part(of provider: ProviderID) -> ProviderPart? {
        if let index = candidates.firstIndex(where: { $0.provider == provider }) {
            return ProviderPart(rank: index + 1, points: candidates[index].points, codes: [], explanation: explanation(for: provider))
        }
        guard let refusal = refusals.first(where: { $0.provider == provider }) else { return nil }
        return ProviderPart(rank: nil, points: nil, codes: refusal.codes, explanation: explanation(for: provider))
    }

    /// What a provider may hear of a decision: itself, and nobody else.
    public struct ProviderPart: Hashable, Sendable {
        /// 1 is the first asked; nil when it was refused.
        public let rank: Int?
        public let points: Points?
        public let codes: [RefusalCode]
        /// In words to the provider.
        public let explanation: String
    }
}
