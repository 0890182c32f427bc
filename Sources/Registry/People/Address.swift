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
        let door = community + estate + Self.named(building, "号楼") + Self.named(unit, "单元") + Self.named(room, "室")
        return landmark.isEmpty ? door : "\(door)（\(landmark)）"
    }

    /// Files often hold the bare number; a worker at the gate needs to know what it counts.
    private static func named(_ part: String, _ word: String) -> String {
        !part.isEmpty && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? part + word : part
    }

    /// To the estate and no further, for lists and logs (domain rule: address to 小区).
    public var masked: String { community + estate }
}
