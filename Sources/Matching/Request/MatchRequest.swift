import Catalog
import Kernel
import Registry

/// What is asked for (派单请求): everything a filter may look at, gathered by the caller before the decision.
public struct MatchRequest: Sendable {
    public var item: Item
    public var start: Instant
    /// After ``start``.
    public var end: Instant
    /// Capacity counts orders and not units, so no filter looks at it; it stands here because a quote is asked with it.
    public var quantity: Quantity
    /// Where the elder lives; nil falls back to the centre of the street.
    public var elderPlace: Coordinate?
    /// The nine-digit street of the elder.
    public var elderRegion: String
    /// Needed for intimate care only (同性别); nil finds nobody for such an item.
    public var elderSex: Sex?
    public var diet: Set<Diet>
    /// The elder's own choice: goes first whenever it is eligible.
    public var preferredProvider: ProviderID?
    /// Providers whom the elder does not want any more.
    public var blocked: Set<ProviderID>
    /// Providers that have declared not to serve this elder.
    public var refusedBy: Set<ProviderID>
    /// Declined or timed out on this order: never asked again.
    public var alreadyAsked: Set<ProviderID>
    /// Workers who are relatives of the elder: they are not sent (avoidance of interest).
    public var relatives: Set<WorkerID>
    /// Only looked at where a vehicle is part of the item.
    public var needsWheelchair: Bool
    /// At least one of those who come must be able to lift, as the item says.
    public var needsLifting: Bool
    /// A language at least one of those who come must speak, such as 东乡语; nil when any will do.
    public var language: String?
    /// Who rides in the car, the elder included.
    public var passengers: Int
    /// How far afield to look; widened by the caller when nobody on the street fits.
    public var reach: Reach
    public var now: Instant

    public init(
        item: Item, start: Instant, end: Instant, quantity: Quantity = .one, elderPlace: Coordinate? = nil, elderRegion: String,
        elderSex: Sex? = nil, diet: Set<Diet> = [], preferredProvider: ProviderID? = nil, blocked: Set<ProviderID> = [],
        refusedBy: Set<ProviderID> = [], alreadyAsked: Set<ProviderID> = [], relatives: Set<WorkerID> = [],
        needsWheelchair: Bool = false, language: String? = nil, passengers: Int = 1,
        reach: Reach = .street, now: Instant
    ) {
        self.item = item
        self.start = start
        self.end = end
        self.quantity = quantity
        self.elderPlace = elderPlace
        self.elderRegion = elderRegion
        self.elderSex = elderSex
        self.diet = diet
        self.preferredProvider = preferredProvider
        self.blocked = blocked
        self.refusedBy = refusedBy
        self.alreadyAsked = alreadyAsked
        self.relatives = relatives
        self.needsWheelchair = needsWheelchair
        needsLifting = item.tags.contains(.lifting)
        self.language = language
        self.passengers = passengers
        self.reach = reach
        self.now = now
    }

    /// A request with what the register knows about the elder.
    ///
    /// - Parameter preferredProvider: The wish spoken with this order; without one the standing wish of the elder counts.
    public init(
        item: Item, start: Instant, end: Instant, quantity: Quantity = .one, elder: Elder, preferredProvider: ProviderID? = nil,
        alreadyAsked: Set<ProviderID> = [], needsWheelchair: Bool = false, reach: Reach = .street, now: Instant
    ) {
        self.init(
            item: item, start: start, end: end, quantity: quantity, elderPlace: elder.place, elderRegion: elder.address.region,
            elderSex: elder.sex, diet: elder.diet, preferredProvider: preferredProvider ?? elder.preferredProvider,
            blocked: Set(elder.blockedProviders), alreadyAsked: alreadyAsked, needsWheelchair: needsWheelchair, reach: reach, now: now)
    }
}

/// How far from the elder's street providers are looked for (派单范围).
///
/// When nobody fits, the search widens one step at a time: neighbouring streets, then any provider with capacity.
public enum Reach: String, Sendable, CaseIterable, Codable {
    /// Only providers that have contracted the elder's street.
    case street
    /// Those of neighbouring streets, too.
    case neighbours
    /// Everybody. A provider's own radius still holds.
    case everywhere

    /// The next wider one; nil at the end.
    public var wider: Reach? {
        switch self {
        case .street: .neighbours
        case .neighbours: .everywhere
        case .everywhere: nil
        }
    }

    /// The word on screen.
    public var term: String {
        switch self {
        case .street: "本街道"
        case .neighbours: "含相邻街道"
        case .everywhere: "不限街道"
        }
    }
}
