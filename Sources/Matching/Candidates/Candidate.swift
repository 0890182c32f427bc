import Kernel
import Registry

/// One provider that offers one item (候选服务商), with everything that does not change between two orders prepared for the filters.
///
/// A class because one is shared by thousands of decisions: a filter gets a reference, not a copy of a dozen arrays.
public final class Candidate: Sendable {
    public let provider: ProviderID
    let state: FranchiseState
    let joined: LocalDate
    let place: Coordinate
    let radius_m: Int?
    let isHalal: Bool
    let quality: Int
    let streets: StreetSet
    let week: WeekHours
    /// Contract prices of this item by first day.
    let prices: [ContractPrice]
    /// Whether one of the firm's kinds may serve the item.
    let isKindAllowed: Bool
    /// The days on which the firm holds all it needs for this item.
    let licence: Validity
    /// Whether some credential that is needed was never entered at all.
    let lacksCredential: Bool
    let staff: Staff
    let fleet: Fleet

    /// A contract price and the days it holds.
    struct ContractPrice: Sendable {
        let price: Fen
        let from: LocalDate
        let until: LocalDate?
    }

    init(
        provider: Provider, terms: ItemTerms, offers: some Sequence<Offer>, streets: StreetSet, week: WeekHours, staff: Staff, fleet: Fleet
    ) {
        self.provider = provider.id
        state = provider.state
        joined = provider.joined
        place = provider.place
        radius_m = provider.radius_m
        isHalal = provider.isHalal
        quality = provider.quality
        self.streets = streets
        self.week = week
        prices = offers.map { ContractPrice(price: $0.price, from: $0.span.from, until: $0.span.until) }.sorted { $0.from < $1.from }
        let kinds = provider.kinds.filter(terms.kinds.contains)
        isKindAllowed = !kinds.isEmpty
        let firm = Validity(of: provider.credentials, covering: terms.firmCredentials)
        let held = Set(provider.credentials.map(\.type))
        // A firm of several kinds needs the papers of one of them; a kind unknown to the catalogue proves nothing.
        let papers = kinds.compactMap { terms.credentialsOfKind[$0] }
        let asOneKind = papers.reduce(Validity.never) { $0.union(Validity(of: provider.credentials, covering: $1)) }
        licence = kinds.isEmpty ? firm : firm.intersection(asOneKind)
        lacksCredential =
            !held.isSuperset(of: terms.firmCredentials) || (!kinds.isEmpty && !papers.contains { held.isSuperset(of: $0) })
        self.staff = staff
        self.fleet = fleet
    }

    /// The contract price of a day; of overlapping ones the one that began last, as the franchise itself answers.
    func price(on date: LocalDate) -> Fen? {
        for index in prices.indices.reversed() where prices[index].from <= date {
            if let until = prices[index].until, until < date { continue }
            return prices[index].price
        }
        return nil
    }
}
