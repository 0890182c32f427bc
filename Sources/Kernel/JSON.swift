/// A JSON document to be written: fields in the order given, so that the same value is always the same bytes.
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSON])
    case object([Field])
    /// A document that is already text, such as one kept in the database.
    case raw(String)

    public struct Field: Hashable, Sendable {
        public init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }

        public let name: String
        public let value: JSON
    }

    /// The document as UTF-8 text without white space.
    public var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .string(let value): JSON.quote(value, into: &bytes)
        case .raw(let text): bytes += text.utf8
        case .array(let items):
            bytes.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                item.write(to: &bytes)
            }
            bytes.append(0x5D)
        case .object(let fields):
            bytes.append(0x7B)
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                JSON.quote(field.name, into: &bytes)
                bytes.append(0x3A)
                field.value.write(to: &bytes)
            }
            bytes.append(0x7D)
        }
    }

    private static func quote(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22: bytes += [0x5C, 0x22]
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0x09: bytes += [0x5C, 0x74]
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += [0x5C, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Field(name: $0.0, value: $0.1) })
    }
    public init(nilLiteral: ()) { self = .null }

    public init(_ value: String?) { self = value.map { .string($0) } ?? .null }
    public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
    public init(_ value: Int64?) { self = value.map { .integer($0) } ?? .null }
    public init(_ value: Fen) { self = .integer(value.amount) }
    public init(_ value: Bool) { self = .bool(value) }
    public init(_ value: Instant?) { self = value.map { .string($0.description) } ?? .null }
    public init(_ value: LocalDate?) { self = value.map { .string($0.description) } ?? .null }
    public init<Of>(_ value: ID<Of>?) { self = value.map { .string($0.text) } ?? .null }

    /// The object with one of its fields exchanged.
    public func replacing(_ name: String, with value: JSON) -> JSON {
        guard case .object(let fields) = self else { return self }
        return .object(fields.map { $0.name == name ? Field(name: name, value: value) : $0 })
    }

    /// The object with more fields behind its own.
    public func adding(_ more: KeyValuePairs<String, JSON>) -> JSON {
        guard case .object(let fields) = self else { return self }
        return .object(fields + more.map { Field(name: $0.key, value: $0.value) })
    }
}
