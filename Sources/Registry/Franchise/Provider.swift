import Kernel

public typealias ProviderID = ID<Provider>
public typealias WorkerID = ID<Worker>

/// A franchised enterprise (加盟服务商): canteen, medical station, housekeeping firm …
public struct Provider: Hashable, Sendable {
    /// Short and speakable: `P001`.
    public var id: ProviderID
    public var name: String
    /// The main kind, a code of the catalogue's provider kinds; the first of ``kinds``.
    public var kind: String
    /// Every kind of work the firm is admitted for, the main one first.
    public var kinds: [String]
    public var creditCode: CreditCode
    /// The nine-digit street in which it stands.
    public var region: String
    public var address: String
    public var place: Coordinate
    public var phone: NormalisedPhone
    public var state: FranchiseState
    public var joined: LocalDate
    /// Nine-digit streets it goes to, or whose elders may come.
    public var serviceRegions: Set<String>
    /// How far it goes from its own place; nil is no limit of its own. Metres.
    public var radius_m: Int?
    /// Holds the halal sign (清真标识).
    public var isHalal: Bool
    public var hours: [OpeningHours]
    public var closedDays: [LocalDate]
    /// The score of the last assessment, 0 ... 1000 per mille.
    public var quality: Int
    /// 开户行; empty when it was not told.
    public var bank: String
    public var bankAccount: String
    public var credentials: [Credential]

    public init(
        id: ProviderID, name: String, kind: String, kinds: [String], creditCode: CreditCode, region: String, address: String,
        place: Coordinate, phone: NormalisedPhone, state: FranchiseState, joined: LocalDate, serviceRegions: Set<String>,
        radius_m: Int? = nil, isHalal: Bool = false, hours: [OpeningHours] = [], closedDays: [LocalDate] = [], quality: Int = 800,
        bank: String = "", bankAccount: String = "", credentials: [Credential] = []
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.kinds = kinds
        self.creditCode = creditCode
        self.region = region
        self.address = address
        self.place = place
        self.phone = phone
        self.state = state
        self.joined = joined
        self.serviceRegions = serviceRegions
        self.radius_m = radius_m
        self.isHalal = isHalal
        self.hours = hours
        self.closedDays = closedDays
        self.quality = quality
        self.bank = bank
        self.bankAccount = bankAccount
        self.credentials = credentials
    }

    /// Whether every one of the credential types is held and valid on a day.
    public func holds(_ types: [String], on date: LocalDate) -> Bool { credentials.cover(types, on: date) }
}
