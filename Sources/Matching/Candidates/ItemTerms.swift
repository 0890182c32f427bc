import Catalog
import Kernel

/// What an item asks of whoever serves it, taken out of the catalogue once.
struct ItemTerms: Sendable {
    let mode: Mode
    let kinds: Set<String>
    /// What a firm of each kind must hold itself; only the kinds that may serve the item.
    let credentialsOfKind: [String: [String]]
    let firmCredentials: [String]
    let workerCredentials: [String]
    let vehicleCredentials: [String]
    /// By first day.
    let prices: [Price]
    /// Workers who come together; 0 where nobody comes and nobody needs a certificate.
    let staffCount: Int
    /// Whether those who serve are bound for the time of the visit, so that they cannot be in two places.
    let bindsStaff: Bool
    let needsVehicle: Bool
    let needsWheelchairCar: Bool
    /// Intimate care (同性别): all who come are of the elder's sex.
    let isSameSex: Bool
    /// Something to eat, for which a halal diet matters.
    let isFood: Bool
    /// 清真餐: from a halal kitchen whoever eats it.
    let isHalal: Bool

    /// - Parameter holder: Who holds a type of credential; an unknown type is looked for at the firm, where it will be missing.
    init(
        item: Item, prices: [Price], kindCredentials: (ID<ProviderKind>) -> [ID<CredentialType>]?,
        holder: (ID<CredentialType>) -> CredentialType.Holder?
    ) {
        mode = item.mode
        kinds = Set(item.kinds.map(\.text))
        var ofKind: [String: [String]] = [:]
        for kind in item.kinds { ofKind[kind.text] = kindCredentials(kind)?.map(\.text) }
        credentialsOfKind = ofKind
        firmCredentials = item.credentials.filter { (holder($0) ?? .provider) == .provider }.map(\.text)
        workerCredentials = item.credentials.filter { holder($0) == .worker }.map(\.text)
        vehicleCredentials = item.credentials.filter { holder($0) == .vehicle }.map(\.text)
        self.prices = prices.sorted { $0.span.from < $1.span.from }
        let comes = item.mode == .visit || item.mode == .vehicle
        let isTwo = item.tags.contains(.twoPersons)
        staffCount = comes || !workerCredentials.isEmpty || isTwo ? max(item.staffCount, isTwo ? 2 : 1) : 0
        bindsStaff = comes
        needsVehicle = item.mode == .vehicle || !vehicleCredentials.isEmpty || item.tags.contains(.wheelchair)
        needsWheelchairCar = item.tags.contains(.wheelchair)
        isSameSex = item.tags.contains(.sameSex)
        isFood = item.category == .meals
        isHalal = item.tags.contains(.halal)
    }

    /// The catalogue's price that holds on a day.
    func price(on date: LocalDate) -> Price? { prices.last { $0.span.contains(date) } }
}
