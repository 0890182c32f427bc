/// An entry of a select box.
public struct Choice: Sendable {
    public let value: String
    public let name: String
    public let isChosen: Bool

    public init(value: String, name: String, isChosen: Bool = false) {
        self.value = value
        self.name = name
        self.isChosen = isChosen
    }
}
