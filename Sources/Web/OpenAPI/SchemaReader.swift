import Foundation
import Kernel

/// A value with a JSON form of its own, which its type alone does not show.
public protocol DescribedValue: Decodable {
    static var schema: Schema { get }
    /// JSON text that decodes to some value.
    static var placeholder: String { get }
}

extension String: DescribedValue {
    public static var schema: Schema { .text() }
    public static var placeholder: String { "\"\"" }
}

extension Bool: DescribedValue {
    public static var schema: Schema { .boolean }
    public static var placeholder: String { "false" }
}

extension Int: DescribedValue {
    public static var schema: Schema { .integer(-1_000_000_000...1_000_000_000) }
    public static var placeholder: String { "0" }
}

extension Int64: DescribedValue {
    public static var schema: Schema { .integer() }
    public static var placeholder: String { "0" }
}

extension Double: DescribedValue {
    public static var schema: Schema { .number }
    public static var placeholder: String { "0" }
}

extension Instant: DescribedValue {
    public static var schema: Schema { .instant }
    public static var placeholder: String { "\"2026-03-02T09:00:00+08:00\"" }
}

extension LocalDate: DescribedValue {
    public static var schema: Schema { .date }
    public static var placeholder: String { "\"2026-03-02\"" }
}

/// Reads the schema of a request body from the very type that decodes it, so that the two cannot part.
///
/// The type is asked to decode itself; whatever field it asks for is written down with its type, and whether it can do without.
enum SchemaReader {
    /// - Throws: what a type throws that refuses the placeholders; such a type is a ``DescribedValue``.
    static func schema<T: Decodable>(of type: T.Type) throws -> Schema {
        let notebook = Notebook()
        _ = try notebook.value(type)
        return notebook.schema
    }
}

/// What one value asked for.
private final class Notebook: Decoder {
    private var properties: [(name: String, schema: Schema)] = []
    private var single: Schema?
    private var optional: Set<String> = []
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    var schema: Schema { single ?? .object(properties: properties) }

    func note(_ name: String, _ schema: Schema) {
        var schema = schema
        schema.isOptional = optional.contains(name)
        schema.mayBeNull = schema.isOptional
        properties.append((name, schema))
    }
    func noteOptional(_ name: String) { optional.insert(name) }
    func note(_ schema: Schema) { single = schema }

    /// A value of the type, with its schema noted here.
    func value<T: Decodable>(_ type: T.Type) throws -> T {
        if let described = type as? any DescribedValue.Type {
            single = described.schema
            return try JSONDecoder().decode(type, from: Data(described.placeholder.utf8))
        }
        return try type.init(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { .init(Keyed(notebook: self)) }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Unkeyed(notebook: self) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(notebook: self) }

    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let notebook: Notebook
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }

        /// Asked only for a field that can be done without.
        func decodeNil(forKey key: Key) throws -> Bool {
            notebook.noteOptional(key.stringValue)
            return false
        }

        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            let inner = Notebook()
            let value = try inner.value(type)
            notebook.note(key.stringValue, inner.schema)
            return value
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            try notebook.container(keyedBy: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try notebook.unkeyedContainer() }
        func superDecoder() throws -> any Decoder { notebook }
        func superDecoder(forKey key: Key) throws -> any Decoder { notebook }
    }

    /// An array of one.
    struct Unkeyed: UnkeyedDecodingContainer {
        let notebook: Notebook
        var codingPath: [any CodingKey] { [] }
        var count: Int? { 1 }
        var currentIndex = 0
        var isAtEnd: Bool { currentIndex > 0 }

        init(notebook: Notebook) { self.notebook = notebook }

        mutating func decodeNil() throws -> Bool { false }

        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let inner = Notebook()
            let value = try inner.value(type)
            notebook.note(.array(inner.schema))
            currentIndex += 1
            return value
        }

        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            try notebook.container(keyedBy: type)
        }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try notebook.unkeyedContainer() }
        mutating func superDecoder() throws -> any Decoder { notebook }
    }

    struct Single: SingleValueDecodingContainer {
        let notebook: Notebook
        var codingPath: [any CodingKey] { [] }
        func decodeNil() -> Bool { false }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try notebook.value(type) }
    }
}
