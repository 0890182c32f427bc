import Entitlement
import Kernel
import Registry

/// 受助老人: what the register says about who was served, as far as money depends on it.
public struct Recipient: Hashable, Sendable {
    /// 外出登记 (住院, 入住机构, 外出): away from the first to the last of these days; open while it lasts.
    public struct Stay: Hashable, Sendable {
        public let kind: AbsenceKind
        public let span: DateSpan

        public init(kind: AbsenceKind, span: DateSpan) {
            self.kind = kind
            self.span = span
        }
    }

    /// 搬迁前的街道: where the elder lived before, until that day, oldest first.
    public struct FormerStreet: Hashable, Sendable {
        public let region: String
        public let until: LocalDate

        public init(region: String, until: LocalDate) {
            self.region = region
            self.until = until
        }
    }

    public var place: Coordinate?
    public var birthday: LocalDate
    /// Street, nine digits; today's.
    public var region: String
    public var formerStreets: [FormerStreet] = []
    public var classes: [ClassSpan]
    public var abilityLevel: Int
    public var livesAlone: Bool
    public var cadre: String?
    public var stays: [Stay]
    /// Numbers of the elder and of the family, normalised.
    public var phones: [String]

    public init(
        place: Coordinate?, birthday: LocalDate, region: String, classes: [ClassSpan] = [], abilityLevel: Int = 0, livesAlone: Bool = false,
        cadre: String? = nil, stays: [Stay] = [], phones: [String] = []
    ) {
        self.place = place
        self.birthday = birthday
        self.region = region
        self.classes = classes
        self.abilityLevel = abilityLevel
        self.livesAlone = livesAlone
        self.cadre = cadre
        self.stays = stays
        self.phones = phones
    }

    /// The street of a day: a service counts where the elder lived then.
    public func region(on date: LocalDate) -> String { formerStreets.street(on: date) ?? region }
}

extension [Recipient.FormerStreet] {
    /// The street of a day before the last move; nil of a day since.
    public func street(on date: LocalDate) -> String? { first { date <= $0.until }?.region }
}

/// 核验事实: how the service was proven, for those checks that look behind the level.
public struct Proof: Hashable, Sendable {
    /// A worker's telephone or a till.
    public var device: String?
    /// Farther from the door than the fence allows, at either check with a position.
    public var isOutsideFence = false
    /// The telephone said that its position was made up.
    public var isMocked = false
    /// The telephone said that its positioning was switched off.
    public var hasNoLocation = false
    /// Something of the elder's (card or code) was shown while the position was outside the fence.
    public var isCardAway = false
    /// SHA-256 of the photographs, in hexadecimal.
    public var photos: [String] = []
    /// SHA-256 of the signature.
    public var signature: String?
    /// `elder`, `child`, `neighbour` …, who confirmed.
    public var signedBy: String?
    /// What the elder says was handed over: `service`, `meal`, `goods`; nil when nobody has asked.
    public var received: String?
    /// A call-back has been made and confirms the visit.
    public var callbackConfirms = false
    /// Whether the order is ready to be settled; a held or disputed one is not.
    public var isReady = true
    /// Of a meal: breakfast, lunch or supper.
    public var slot: MealSlot?
    /// By the till's clock.
    public var swipedAt: Instant?
    /// Of a meal: why a person has to look first.
    public var doubt: MealDoubt?
    /// So many wrong codes were told at the door that none was taken any more, whatever became of it.
    public var wasCodeLocked = false
    /// Ordered as an emergency: at night, too.
    public var isEmergency = false

    public init() {}
}
