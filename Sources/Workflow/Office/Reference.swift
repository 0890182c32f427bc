import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Synchronization

/// What everyone in the office looks things up in: catalogue, programmes, the network of providers, and the policies made of them.
///
/// Immutable; a change of the published files makes a new one.
public struct Reference: Sendable {
    public let catalogue: Catalogue
    public let programmes: Programmes
    public let franchise: Franchise
    public let matcher: Matcher
    /// The offers of each item, for reading how full their slots are.
    let candidates: [ItemCode: [ProviderID]]

    public init(catalogue: Catalogue, programmes: Programmes, franchise: Franchise, policy: MatchPolicy = .standard) {
        self.catalogue = catalogue
        self.programmes = programmes
        self.franchise = franchise
        matcher = Matcher(franchise: franchise, catalogue: catalogue, policy: policy)
        var candidates: [ItemCode: [ProviderID]] = [:]
        for item in catalogue.items {
            candidates[item.code] = Array(Set(franchise.offers(of: item.code.text).map(\.provider))).sorted()
        }
        self.candidates = candidates
    }

    public func timers(on date: LocalDate) -> TimerPolicy { TimerPolicy { catalogue.parameters.int($0, on: date) } }
    public func evidence(on date: LocalDate) -> EvidencePolicy { EvidencePolicy { catalogue.parameters.int($0, on: date) } }
}

/// Holds the reference now in force.
public final class ReferenceShelf: Sendable {
    private let value: Mutex<Reference>

    public init(_ reference: Reference) { value = Mutex(reference) }

    public var current: Reference { value.withLock { $0 } }
    public func replace(with reference: Reference) { value.withLock { $0 = reference } }
}
