import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store
import Synchronization

/// What everyone in the office looks things up in: catalogue, programmes, the network of providers, and the policies made of them.
///
/// Immutable; a change of the published files makes a new one.
public struct Reference: Sendable {
    public let catalogue: Catalogue
    public let programmes: Programmes
    public let franchise: Franchise
    public let matcher: Matcher
    public let knowledge: Knowledge
    /// As the files have it, before any notice.
    private let published: Franchise
    /// How many changes of notices are in it; see ``noticing(_:)``.
    let edition: Int64
    /// The offers of each item, for reading how full their slots are.
    let candidates: [ItemCode: [ProviderID]]

    public init(catalogue: Catalogue, programmes: Programmes, franchise: Franchise, policies: [MatchPolicy] = [.standard], knowledge: Knowledge = .none) {
        self.init(catalogue, programmes, published: franchise, policies, knowledge, notices: [])
    }

    /// The same with what has been changed about providers since their files were published.
    public func noticing(_ notices: [ProviderNotice]) -> Reference {
        Reference(catalogue, programmes, published: published, matcher.policies, knowledge, notices: notices)
    }

    private init(
        _ catalogue: Catalogue, _ programmes: Programmes, published: Franchise, _ policies: [MatchPolicy], _ knowledge: Knowledge,
        notices: [ProviderNotice]
    ) {
        self.knowledge = knowledge
        self.catalogue = catalogue
        self.programmes = programmes
        self.published = published
        edition = notices.reduce(0) { $0 + Int64($1.version) }
        franchise = published.replacing(
            notices.compactMap { notice in
                guard var provider = published.provider(notice.provider) else { return nil }
                provider.state = notice.state ?? provider.state
                provider.closedDays += notice.closedDays
                if let most = notice.capacity {
                    for place in provider.hours.indices { provider.hours[place].capacity = min(provider.hours[place].capacity, most) }
                }
                return provider
            })
        matcher = Matcher(franchise: franchise, catalogue: catalogue, policies: policies)
        var candidates: [ItemCode: [ProviderID]] = [:]
        for item in catalogue.items {
            candidates[item.code] = Array(Set(franchise.offers(of: item.code.text).map(\.provider))).sorted()
        }
        self.candidates = candidates
    }

    public func timers(on date: LocalDate) -> TimerPolicy {
        var timers = TimerPolicy { catalogue.parameters.int($0, on: date) }
        timers.hours = hours(on: date)
        return timers
    }
    public func hours(on date: LocalDate) -> BusinessHours {
        BusinessHours(holidays: catalogue.holidays) { catalogue.parameters.int($0, on: date) }
    }
    public func escalation(on date: LocalDate) -> EscalationPolicy { EscalationPolicy { catalogue.parameters.int($0, on: date) } }
    public func evidence(on date: LocalDate) -> EvidencePolicy { EvidencePolicy { catalogue.parameters.int($0, on: date) } }
}

/// Holds the reference now in force.
public final class ReferenceShelf: Sendable {
    private let value: Mutex<Reference>

    public init(_ reference: Reference) { value = Mutex(reference) }

    public var current: Reference { value.withLock { $0 } }
    public func replace(with reference: Reference) { value.withLock { $0 = reference } }
}
