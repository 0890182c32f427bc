import Kernel

/// The whole network of providers (加盟网络) as one immutable value, indexed for the intake of thousands of orders a second.
///
/// Of two records with the same id the later one counts; offers, workers and vehicles of unknown providers are dropped.
public struct Franchise: Sendable {
    /// All providers, sorted by id.
    public let providers: [Provider]

    private let positions: [ProviderID: Int]
    private let offersByItem: [String: [Offer]]
    private let week: [Week]
    private let workersByProvider: [ProviderID: [Worker]]
    private let vehiclesByProvider: [ProviderID: [Vehicle]]

    /// The windows of one provider by weekday (index 0 is Monday) in order of opening, and its closed days.
    private struct Week: Sendable {
        var windows: [[OpeningHours]]
        var closed: Set<LocalDate>
    }

    public init(providers: [Provider], offers: [Offer], workers: [Worker] = [], vehicles: [Vehicle] = []) {
        let unique = Dictionary(providers.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let sorted = unique.values.sorted { $0.id < $1.id }
        self.providers = sorted
        let positions = Dictionary(uniqueKeysWithValues: sorted.indices.map { (sorted[$0].id, $0) })
        self.positions = positions
        week = sorted.map { provider in
            Week(
                windows: (1...7).map { day in provider.hours.filter { $0.days.contains(day) }.sorted { $0.opens < $1.opens } },
                closed: Set(provider.closedDays))
        }
        offersByItem = Dictionary(grouping: offers.filter { positions[$0.provider] != nil }, by: \.item)
            .mapValues { $0.sorted { ($0.provider, $0.span.from) < ($1.provider, $1.span.from) } }
        workersByProvider = Dictionary(grouping: workers.filter { positions[$0.provider] != nil }, by: \.provider)
            .mapValues { $0.sorted { $0.id < $1.id } }
        vehiclesByProvider = Dictionary(grouping: vehicles.filter { positions[$0.provider] != nil }, by: \.provider)
            .mapValues { $0.sorted { $0.plate < $1.plate } }
    }

    /// The same network with some providers' records changed; those it does not know are passed over.
    public func replacing(_ changed: [Provider]) -> Franchise {
        guard !changed.isEmpty else { return self }
        return Franchise(
            providers: providers + changed.filter { positions[$0.id] != nil }, offers: offersByItem.keys.sorted().flatMap { offersByItem[$0] ?? [] },
            workers: providers.flatMap { workers(of: $0.id) }, vehicles: providers.flatMap { vehicles(of: $0.id) })
    }

    public func provider(_ id: ProviderID) -> Provider? { positions[id].map { providers[$0] } }

    // Single facts, without a copy of all others: a close asks for them a million times.
    public func state(of id: ProviderID) -> FranchiseState? { positions[id].map { providers[$0].state } }
    public func credentials(of id: ProviderID) -> [Credential] { positions[id].map { providers[$0].credentials } ?? [] }
    /// Whether a firm goes to a street, or its people may come; nil for a firm that is not here.
    public func serves(_ id: ProviderID, _ region: String) -> Bool? { positions[id].map { providers[$0].serviceRegions.contains(region) } }

    /// All offers of an item whatever their dates, sorted by provider and then by first day.
    public func offers(of item: String) -> [Offer] { offersByItem[item] ?? [] }

    /// The codes of all items that anybody offers at any time, sorted.
    public var offeredItems: [String] { offersByItem.keys.sorted() }

    /// The offer of one provider that holds on a day; of overlapping ones the one that began last.
    public func offer(_ provider: ProviderID, _ item: String, on date: LocalDate) -> Offer? {
        guard let offers = offersByItem[item] else { return nil }
        var low = 0
        var high = offers.count
        while low < high {
            let middle = (low + high) / 2
            if offers[middle].provider <= provider { low = middle + 1 } else { high = middle }
        }
        while low > 0, offers[low - 1].provider == provider {
            low -= 1
            if offers[low].span.contains(date) { return offers[low] }
        }
        return nil
    }

    /// Sorted by id.
    public func workers(of provider: ProviderID) -> [Worker] { workersByProvider[provider] ?? [] }

    /// Sorted by plate.
    public func vehicles(of provider: ProviderID) -> [Vehicle] { vehiclesByProvider[provider] ?? [] }

    /// The opening window that contains a moment; nil when the provider is unknown or closed then.
    public func slot(of provider: ProviderID, at instant: Instant) -> Slot? {
        guard let position = positions[provider] else { return nil }
        let date = instant.localDate
        let minute = instant.minuteOfDay
        guard let hours = week[position].windows[date.weekday - 1].first(where: { $0.opens <= minute && minute < $0.closes }),
            !week[position].closed.contains(date)
        else { return nil }
        return Slot(provider: provider, date: date, opens: hours.opens, closes: hours.closes, capacity: hours.capacity)
    }
}
