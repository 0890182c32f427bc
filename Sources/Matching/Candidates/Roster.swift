import Catalog
import Kernel
import Registry

/// All candidates of one item with its terms, by provider id.
struct ItemPlan: Sendable {
    let terms: ItemTerms
    let candidates: [Candidate]

    func offers(_ provider: ProviderID) -> Bool {
        var (low, high) = (0, candidates.count)
        while low < high {
            let middle = (low + high) / 2
            if candidates[middle].provider < provider { low = middle + 1 } else { high = middle }
        }
        return low < candidates.count && candidates[low].provider == provider
    }
}

/// Makes the candidates of all items, sharing between items what depends on the firm alone.
struct Roster {
    private struct Team: Hashable {
        let provider: ProviderID
        let certificates: [String]
    }

    private let franchise: Franchise
    private let streets: [ProviderID: StreetSet]
    let weeks: [ProviderID: WeekHours]
    private var staffs: [Team: Staff] = [:]
    private var fleets: [Team: Fleet] = [:]

    init(franchise: Franchise, streets: StreetIndex, holidays: Holidays) {
        self.franchise = franchise
        self.streets = Dictionary(uniqueKeysWithValues: franchise.providers.map { ($0.id, streets.set($0.serviceRegions)) })
        weeks = Dictionary(
            uniqueKeysWithValues: franchise.providers.map {
                ($0.id, WeekHours(hours: $0.hours, closedDays: $0.closedDays, holidays: holidays))
            })
    }

    mutating func candidates(for item: ItemCode, _ terms: ItemTerms) -> [Candidate] {
        var candidates: [Candidate] = []
        var rest = franchise.offers(of: item.text)[...]
        while let first = rest.first {
            let own = rest.prefix { $0.provider == first.provider }
            rest = rest.dropFirst(own.count)
            guard let provider = franchise.provider(first.provider), let streets = streets[first.provider], let week = weeks[first.provider]
            else { continue }
            candidates.append(
                Candidate(
                    provider: provider, terms: terms, offers: own, streets: streets, week: week,
                    staff: staff(provider.id, terms.workerCredentials), fleet: fleet(provider.id, terms.vehicleCredentials)))
        }
        return candidates
    }

    private mutating func staff(_ provider: ProviderID, _ certificates: [String]) -> Staff {
        let team = Team(provider: provider, certificates: certificates)
        if let staff = staffs[team] { return staff }
        let staff = Staff(franchise.workers(of: provider), certificates: certificates)
        staffs[team] = staff
        return staff
    }

    private mutating func fleet(_ provider: ProviderID, _ certificates: [String]) -> Fleet {
        let team = Team(provider: provider, certificates: certificates)
        if let fleet = fleets[team] { return fleet }
        let fleet = Fleet(franchise.vehicles(of: provider), certificates: certificates)
        fleets[team] = fleet
        return fleet
    }
}
