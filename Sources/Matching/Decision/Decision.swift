import Kernel
import Registry

/// Whom to ask, in which order, and why everybody else not (派单决定). Stored with the attempt as it was made.
public struct Decision: Hashable, Sendable {
    public let policyVersion: String
    public let reach: Reach
    /// Best first: the elder's own choice, then by score, then fewer steps above the fair share, then less load, then nearer, then id.
    public let candidates: [RankedCandidate]
    /// By provider id.
    public let refusals: [Refusal]

    public init(policyVersion: String, reach: Reach, candidates: [RankedCandidate], refusals: [Refusal]) {
        self.policyVersion = policyVersion
        self.reach = reach
        self.candidates = candidates
        self.refusals = refusals
    }

    /// Nil when nobody fits: an unmet need, to be told with ``summary()`` and widened.
    public var chosen: RankedCandidate? { candidates.first }

    /// Everybody who was refused with all codes, lasting reasons first.
    public var refused: [(provider: ProviderID, codes: [RefusalCode])] { refusals.map { ($0.provider, $0.codes) } }
}
