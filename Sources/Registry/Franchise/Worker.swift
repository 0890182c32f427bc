import Kernel

/// A person who does the work (服务人员), employed by one provider.
public struct Worker: Hashable, Sendable {
    public var id: WorkerID
    public var provider: ProviderID
    public var name: String
    public var sex: Sex
    public var phone: NormalisedPhone
    /// 兰州话, 普通话, 东乡语 …
    public var languages: [String]
    /// Can lift a person who cannot stand.
    public var canLift: Bool
    public var credentials: [Credential]
    public var isActive: Bool

    public init(
        id: WorkerID, provider: ProviderID, name: String, sex: Sex, phone: NormalisedPhone, languages: [String] = [],
        canLift: Bool = false, credentials: [Credential] = [], isActive: Bool = true
    ) {
        self.id = id
        self.provider = provider
        self.name = name
        self.sex = sex
        self.phone = phone
        self.languages = languages
        self.canLift = canLift
        self.credentials = credentials
        self.isActive = isActive
    }

    /// Whether every one of the credential types is held and valid on a day.
    public func holds(_ types: [String], on date: LocalDate) -> Bool { credentials.cover(types, on: date) }
}

/// A car of a provider (车辆), known by its plate.
public struct Vehicle: Hashable, Sendable {
    public var plate: String
    public var provider: ProviderID
    public var isWheelchair: Bool
    /// Passengers beside the driver.
    public var seats: Int
    public var credentials: [Credential]

    public init(plate: String, provider: ProviderID, isWheelchair: Bool = false, seats: Int = 4, credentials: [Credential] = []) {
        self.plate = plate
        self.provider = provider
        self.isWheelchair = isWheelchair
        self.seats = seats
        self.credentials = credentials
    }

    /// Whether every one of the credential types is held and valid on a day.
    public func holds(_ types: [String], on date: LocalDate) -> Bool { credentials.cover(types, on: date) }
}
