/// A home from the street down to the door (地址): 街道 社区 小区 楼 单元 室, and a landmark in words.
public struct Address: Hashable, Sendable, Codable {
    /// The nine digits of the street (GB/T 10114), such as `620102001`.
    public var region: String
    public var community: String
    public var estate: String
    public var building: String
    public var unit: String
    public var room: String
    public var landmark: String

    public init(
        region: String, community: String = "", estate: String = "", building: String = "", unit: String = "", room: String = "",
        landmark: String = ""
    ) {
        self.region = region
        self.community = community
        self.estate = estate
        self.building = building
        self.unit = unit
        self.room = room
        self.landmark = landmark
    }

    /// The whole address below the street, to the door, with the landmark in brackets.
    public var line: String {
        let door = community + estate + building + unit + room
        return landmark.isEmpty ? door : "\(door)（\(landmark)）"
    }

    /// To the estate and no further, for lists and logs (domain rule: address to 小区).
    public var masked: String { community + estate }
}
