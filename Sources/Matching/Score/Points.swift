/// The score of a candidate in its named parts. The score is their sum, so that it is always explained in full.
public struct Points: Hashable, Sendable {
    public var distance: Int
    public var continuity: Int
    public var quality: Int
    public var price: Int
    public var load: Int
    public var fairShare: Int

    public init(distance: Int = 0, continuity: Int = 0, quality: Int = 0, price: Int = 0, load: Int = 0, fairShare: Int = 0) {
        self.distance = distance
        self.continuity = continuity
        self.quality = quality
        self.price = price
        self.load = load
        self.fairShare = fairShare
    }

    public var total: Int { distance + continuity + quality + price + load + fairShare }

    /// The parts in the order in which they are always listed.
    public var parts: [ScorePart] {
        [
            ScorePart(name: "distance", term: "距离", points: distance), ScorePart(name: "continuity", term: "熟悉", points: continuity),
            ScorePart(name: "quality", term: "质量", points: quality), ScorePart(name: "price", term: "价格", points: price),
            ScorePart(name: "load", term: "空闲", points: load), ScorePart(name: "fair_share", term: "均衡", points: fairShare),
        ]
    }
}

/// One named part of a score.
public struct ScorePart: Hashable, Sendable {
    /// `distance`, `continuity`, `quality`, `price`, `load` or `fair_share`.
    public let name: String
    /// The word on screen.
    public let term: String
    public let points: Int

    public init(name: String, term: String, points: Int) {
        self.name = name
        self.term = term
        self.points = points
    }
}
