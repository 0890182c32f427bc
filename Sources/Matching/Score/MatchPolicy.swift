import Kernel

/// The weights and scales of the choice (派单策略): dated parameters of the district, reviewed like prices and named in every decision.
///
/// Whole numbers throughout, so that the same inputs give the same answer on every machine.
public struct MatchPolicy: Hashable, Sendable, Codable {
    /// Stored with every decision made under it.
    public var version: String
    /// The first day on which it is in force.
    public var from: LocalDate

    /// The most points each part of the score can give, 0 ... 100,000.
    public var weights: Weights
    /// Distances at and beyond this give no points. Metres.
    public var distanceScale_m: Int
    /// Distances are cut to whole steps before they are compared: nobody wins by the error of a map. Metres.
    public var distanceStep_m: Int
    /// The number of meetings that give half of the continuity points.
    public var meetingsForHalf: Int
    /// Days without a meeting after which continuity has halved.
    public var continuityHalfLife_days: Int
    /// The discount on the catalogue's price that gives all price points, per mille.
    public var fullDiscount_permille: Int
    /// k, orders: of eligible providers with otherwise equal scores, none is chosen that has had k or more recent orders above another,
    /// unless the elder asks for it.
    public var fairShareBound: Int
    /// Points lost for every k orders above the eligible provider with the fewest.
    public var fairShareStep: Int

    /// One weight per part of the score.
    public struct Weights: Hashable, Sendable, Codable {
        public var distance: Int
        public var continuity: Int
        public var quality: Int
        public var price: Int
        public var load: Int
        public var fairShare: Int

        public init(distance: Int, continuity: Int, quality: Int, price: Int, load: Int, fairShare: Int) {
            self.distance = distance
            self.continuity = continuity
            self.quality = quality
            self.price = price
            self.load = load
            self.fairShare = fairShare
        }

        public var total: Int { distance + continuity + quality + price + load + fairShare }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case distance, continuity, quality, price, load
            case fairShare = "fair_share"
        }
    }

    /// What a provider's quality is worth, a share of the weight.
    ///
    /// - Parameter quality: 0 … 1000; what is beyond counts as the end that it is beyond.
    public func qualityPoints(_ quality: Int) -> Int { weights.quality * min(max(quality, 0), 1_000) / 1_000 }

    /// The names in the file.
    enum CodingKeys: String, CodingKey, CaseIterable {
        case version, from, weights
        case distanceScale_m = "distance_scale_m"
        case distanceStep_m = "distance_step_m"
        case meetingsForHalf = "meetings_for_half"
        case continuityHalfLife_days = "continuity_half_life_days"
        case fullDiscount_permille = "full_discount_permille"
        case fairShareBound = "fair_share_bound"
        case fairShareStep = "fair_share_step"
    }

    /// Every name a policy may have, and every name of a weight: anything else in a file is a slip of the pen.
    public static let fieldNames = (policy: Set(CodingKeys.allCases.map(\.rawValue)), weights: Set(Weights.CodingKeys.allCases.map(\.rawValue)))

    public init(
        version: String, from: LocalDate, weights: Weights, distanceScale_m: Int, distanceStep_m: Int, meetingsForHalf: Int,
        continuityHalfLife_days: Int, fullDiscount_permille: Int, fairShareBound: Int, fairShareStep: Int
    ) {
        self.version = version
        self.from = from
        self.weights = weights
        self.distanceScale_m = distanceScale_m
        self.distanceStep_m = distanceStep_m
        self.meetingsForHalf = meetingsForHalf
        self.continuityHalfLife_days = continuityHalfLife_days
        self.fullDiscount_permille = fullDiscount_permille
        self.fairShareBound = fairShareBound
        self.fairShareStep = fairShareStep
    }

    /// Reads a policy and refuses one with a value out of range.
    ///
    /// - Throws: `DecodingError` that names every value at fault.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            version: try fields.decode(String.self, forKey: .version), from: try fields.decode(LocalDate.self, forKey: .from),
            weights: try fields.decode(Weights.self, forKey: .weights),
            distanceScale_m: try fields.decode(Int.self, forKey: .distanceScale_m),
            distanceStep_m: try fields.decode(Int.self, forKey: .distanceStep_m),
            meetingsForHalf: try fields.decode(Int.self, forKey: .meetingsForHalf),
            continuityHalfLife_days: try fields.decode(Int.self, forKey: .continuityHalfLife_days),
            fullDiscount_permille: try fields.decode(Int.self, forKey: .fullDiscount_permille),
            fairShareBound: try fields.decode(Int.self, forKey: .fairShareBound),
            fairShareStep: try fields.decode(Int.self, forKey: .fairShareStep))
        guard faults.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: faults.joined(separator: "；")))
        }
    }

    /// What is wrong with the values, one clear line each; empty for a policy that may be used.
    public var faults: [String] {
        let checks: [(String, Int, ClosedRange<Int>)] = [
            ("weights.distance", weights.distance, 0...100_000), ("weights.continuity", weights.continuity, 0...100_000),
            ("weights.quality", weights.quality, 0...100_000), ("weights.price", weights.price, 0...100_000),
            ("weights.load", weights.load, 0...100_000), ("weights.fair_share", weights.fairShare, 0...100_000),
            ("distance_scale_m", distanceScale_m, 1...1_000_000), ("distance_step_m", distanceStep_m, 1...100_000),
            ("meetings_for_half", meetingsForHalf, 1...1_000), ("continuity_half_life_days", continuityHalfLife_days, 1...3_650),
            ("full_discount_permille", fullDiscount_permille, 1...1_000), ("fair_share_bound", fairShareBound, 1...100_000),
            ("fair_share_step", fairShareStep, 0...100_000),
        ]
        var faults = checks.filter { !$0.2.contains($0.1) }.map { "\($0.0)为\($0.1)，应在\($0.2.lowerBound)到\($0.2.upperBound)之间" }
        if version.isEmpty { faults.insert("version不能为空", at: 0) }
        if weights.total == 0 { faults.append("weights全部为0，评分不起作用") }
        return faults
    }

    /// What is wrong with a set of versions taken together: each fault with the place of the version at fault.
    public static func faults(of policies: [MatchPolicy]) -> [(index: Int, fault: String)] {
        guard !policies.isEmpty else { return [(0, "没有任何策略版本")] }
        var faults: [(Int, String)] = []
        for (index, policy) in policies.enumerated() {
            let earlier = policies[..<index]
            if earlier.contains(where: { $0.version == policy.version }) { faults.append((index, "版本 \(policy.version) 重复")) }
            if let twin = earlier.first(where: { $0.from == policy.from }) {
                faults.append((index, "与版本 \(twin.version) 同日（\(policy.from)）生效，其中一个永远不会生效"))
            }
        }
        return faults
    }

    /// The policy in force on a day: of those that have begun, the one that began last; nil before the first.
    public static func inForce(on date: LocalDate, of policies: [MatchPolicy]) -> MatchPolicy? {
        policies.filter { $0.from <= date }.max { ($0.from, $0.version) < ($1.from, $1.version) }
    }

    /// A sample to begin with: near, known and good count most, and no part alone outweighs the rest.
    public static let standard = MatchPolicy(
        version: "2026-01-sample", from: LocalDate(dayNumber: 20_454),
        weights: Weights(distance: 300, continuity: 200, quality: 200, price: 100, load: 100, fairShare: 100),
        distanceScale_m: 5_000, distanceStep_m: 100, meetingsForHalf: 3, continuityHalfLife_days: 60, fullDiscount_permille: 500,
        fairShareBound: 3, fairShareStep: 20)
}
