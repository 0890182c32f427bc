/// A field of a change, which may be left out, or be null to have its value removed (as in a merge patch, RFC 7396).
public enum FieldChange<Value: Decodable & Sendable>: Decodable, Sendable {
    case leave
    case clear
    case set(Value)

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = container.decodeNil() ? .clear : .set(try container.decode(Value.self))
    }

    /// The value after the change of what was `former`.
    public func applied(to former: Value?) -> Value? {
        switch self {
        case .leave: former
        case .clear: nil
        case .set(let value): value
        }
    }

    public func map<New>(_ transform: (Value) throws -> New?) rethrows -> FieldChange<New> {
        switch self {
        case .leave: .leave
        case .clear: .clear
        case .set(let value): try transform(value).map(FieldChange<New>.set) ?? .clear
        }
    }
}

extension KeyedDecodingContainer {
    /// What a synthesized decoder calls for such a field: alone here the absence of a field is told from its being null.
    public func decode<Value>(_ type: FieldChange<Value>.Type, forKey key: Key) throws -> FieldChange<Value> {
        guard contains(key) else { return .leave }
        return try decodeNil(forKey: key) ? .clear : .set(try decode(Value.self, forKey: key))
    }
}
