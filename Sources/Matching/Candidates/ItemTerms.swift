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

    /// A type of credential that the catalogue does not know is looked for at the firm, where it will be missing.
    init(item: Item, catalogue: Catalogue) {
        mode = item.mode
        kinds = Set(item.kinds.map(\.text))
        var ofKind: [String: [String]] = [:]
        for kind in item.kinds { ofKind[kind.text] = catalogue.kind(kind)?.credentials.map(\.text) }
        credentialsOfKind = ofKind
        var held: [CredentialType.Holder: [String]] = [:]
        for code in item.credentials {
            held[catalogue.credentialTypes.first { $0.code == code }?.holder ?? .provider, default: []].append(code.text)
        }
        firmCredentials = held[.provider] ?? []
        workerCredentials = held[.worker] ?? []
        vehicleCredentials = held[.vehicle] ?? []
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
}
