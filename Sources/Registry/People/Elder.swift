import Kernel

public typealias ElderID = ID<Elder>

/// A registered elder (老人): who they are, where they live, what they are entitled to be asked and offered.
///
/// Holds no rule about money: classes are only codes with dates, the amounts stand in the programmes of the catalogue.
public struct Elder: Hashable, Sendable {
    /// Years: a birthday further back is a slip of the pen (the oldest person known lived to be 122).
    public static let oldest = 130

    public var id: ElderID
    /// The number on the card (一卡通), such as `LZ00012345`; unique, the key of every import.
    public var number: String
    public var name: String
    /// Full pinyin without tones, in lower case: `wangjianguo`.
    public var pinyin: String
    /// First letters of the pinyin: `wjg`.
    public var initials: String
    public var sex: Sex
    /// The birthday that counts for age rules; it may differ from the one inside the identity number.
    public var birthday: LocalDate
    /// Not a key: historic duplicates exist.
    public var idNumber: IDNumber?
    public var phones: [Phone]
    public var address: Address
    public var place: Coordinate?
    public var classes: [ClassSpan]
    /// 0 (able) ... 4 (fully disabled), GB/T 42195-2022.
    public var abilityLevel: Int
    public var livesAlone: Bool
    public var status: ElderStatus
    public var statusSince: LocalDate?
    public var deathDate: LocalDate?
    public var diet: Set<Diet>
    /// What whoever goes there must know: 听力差, 有狗, 青霉素过敏 …
    public var alerts: [String]
    /// In the order in which they are to be called.
    public var contacts: [Contact]
    public var preferredProvider: ProviderID?
    public var blockedProviders: [ProviderID]
    public var cadre: CadreKind?
    /// Counts the changes of this record; a writer names the version it has read.
    public var version: Int

    public init(
        id: ElderID, number: String, name: String, pinyin: String, initials: String, sex: Sex, birthday: LocalDate,
        idNumber: IDNumber? = nil, phones: [Phone] = [], address: Address, place: Coordinate? = nil, classes: [ClassSpan] = [],
        abilityLevel: Int = 0, livesAlone: Bool = false, status: ElderStatus = .active, statusSince: LocalDate? = nil,
        deathDate: LocalDate? = nil, diet: Set<Diet> = [], alerts: [String] = [], contacts: [Contact] = [],
        preferredProvider: ProviderID? = nil, blockedProviders: [ProviderID] = [], cadre: CadreKind? = nil, version: Int = 1
    ) {
        self.id = id
        self.number = number
        self.name = name
        self.pinyin = pinyin
        self.initials = initials
        self.sex = sex
        self.birthday = birthday
        self.idNumber = idNumber
        self.phones = phones
        self.address = address
        self.place = place
        self.classes = classes
        self.abilityLevel = abilityLevel
        self.livesAlone = livesAlone
        self.status = status
        self.statusSince = statusSince
        self.deathDate = deathDate
        self.diet = diet
        self.alerts = alerts
        self.contacts = contacts
        self.preferredProvider = preferredProvider
        self.blockedProviders = blockedProviders
        self.cadre = cadre
        self.version = version
    }

    /// The codes of all classes that hold on a day, sorted and each once.
    public func classes(on date: LocalDate) -> [String] {
        var codes: [String] = []
        for span in classes where span.span.contains(date) && !codes.contains(span.classCode) { codes.append(span.classCode) }
        return codes.count > 1 ? codes.sorted() : codes
    }

    /// Full years (周岁) on a day.
    public func age(on date: LocalDate) -> Int { date.years(since: birthday) }
}
