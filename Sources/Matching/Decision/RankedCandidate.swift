import Kernel
import Registry

/// A provider that may be offered the order, with the points that give it its place.
public struct RankedCandidate: Hashable, Sendable {
    public let provider: ProviderID
    /// Its contract price for one unit of the item on the day of service.
    public let price: Fen
    /// Great-circle metres between the provider and the home; nil when the home is nowhere on the map.
    public let distance_m: Int?
    public let points: Points
    /// The elder asked for this one: it stands first whatever its score.
    public let isElderChoice: Bool

    public init(provider: ProviderID, price: Fen, distance_m: Int?, points: Points, isElderChoice: Bool = false) {
        self.provider = provider
        self.price = price
        self.distance_m = distance_m
        self.points = points
        self.isElderChoice = isElderChoice
    }

    public var score: Int { points.total }
    public var parts: [ScorePart] { points.parts }
}
