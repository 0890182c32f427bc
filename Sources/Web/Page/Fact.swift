/// A name and its value, as `<dt>` and `<dd>`.
public struct Fact: Sendable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Facts one after the other, named in the language of the page; what is not known is not told.
public struct Facts: Sendable {
    public private(set) var all: [Fact] = []

    public init() {}
    public init(_ pairs: KeyValuePairs<String, String?>) { for (name, value) in pairs { tell(name, value) } }

    public mutating func tell(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { all.append(Fact(name: localized(term: name), value: value)) }
    }
}
