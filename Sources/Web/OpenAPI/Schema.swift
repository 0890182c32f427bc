import Kernel

/// A JSON Schema (2020-12, the dialect of OpenAPI 3.1) together with a value that fits it, so that every schema brings its own example.
public struct Schema: Sendable {
    var fields: [JSON.Field]
    /// A value that the schema accepts.
    public var sample: JSON
    /// Whether the field may be left out of its object.
    var isOptional = false
    /// Whether `null` says the same as leaving it out, as it does in every body.
    var mayBeNull = false
    /// The characters a text may have.
    var length: ClosedRange<Int>?
    /// The properties of an object, kept apart so that they can be adjusted.
    var properties: [(name: String, schema: Schema)] = []

    public init(_ fields: KeyValuePairs<String, JSON>, sample: JSON) {
        self.fields = fields.map { JSON.Field(name: $0.key, value: $0.value) }
        self.sample = sample
    }

    // MARK: Values

    public static let anything = Schema([:], sample: .null)
    public static let boolean = Schema(["type": "boolean"], sample: true)
    public static let number = Schema(["type": "number"], sample: .raw("36.06"))
    /// RFC 3339 with offset.
    public static let instant = Schema(["type": "string", "format": "date-time"], sample: "2026-03-02T09:00:00.000+08:00")
    public static let date = Schema(["type": "string", "format": "date"], sample: "2026-03-02")
    public static let month = Schema(["type": "string", "pattern": #"^20[0-9]{2}-(0[1-9]|1[0-2])$"#], sample: "2026-03")
    /// Hundredths of a yuan.
    public static let fen = Schema(["type": "integer", "format": "int64"], sample: 1500)
    /// An id as this program makes them, or as published in its reference data.
    public static let id = text(1...64, sample: "1j9q6rk3v0abcdefghjk")
    public static let cursor = Schema(["type": "string", "pattern": #"^[A-Za-z0-9_-]{12,200}$"#], sample: "djEuMDAwMDAwMDAwMDAwMA")

    public static func text(sample: String = "文字") -> Schema { Schema(["type": "string"], sample: JSON(sample)) }

    /// A text whose length is held to; the door holds a query parameter to it, a handler a field of a body.
    public static func text(_ length: ClosedRange<Int>, sample: String = "文字") -> Schema {
        var schema = Schema(
            ["type": "string", "minLength": .integer(Int64(length.lowerBound)), "maxLength": .integer(Int64(length.upperBound))], sample: JSON(sample))
        schema.length = length
        return schema
    }

    /// A text of which only the program's own reference data or a check digit can tell whether it is one.
    public static func formatted(_ format: String, sample: String) -> Schema {
        Schema(["type": "string", "format": JSON(format)], sample: JSON(sample))
    }

    /// One of several shapes.
    public static func anyOf(_ schemas: [Schema]) -> Schema {
        Schema(["anyOf": .array(schemas.map(\.json))], sample: schemas.first?.sample ?? .null)
    }

    /// The schema of a body, as the type that decodes it tells.
    public static func read(from type: any Decodable.Type) -> Schema {
        do {
            return try SchemaReader.schema(of: type)
        } catch {
            preconditionFailure("the body \(type) cannot be described: \(error)")
        }
    }

    public static func integer(_ range: ClosedRange<Int> = 0...Int.max, sample: Int? = nil) -> Schema {
        Schema(
            [
                "type": "integer", "format": "int64", "minimum": .integer(Int64(range.lowerBound)),
                "maximum": .integer(Int64(range.upperBound)),
            ], sample: JSON(sample ?? max(range.lowerBound, min(1, range.upperBound))))
    }

    public static func number(_ range: ClosedRange<Int>, sample: String) -> Schema {
        Schema(
            ["type": "number", "minimum": .integer(Int64(range.lowerBound)), "maximum": .integer(Int64(range.upperBound))], sample: .raw(sample))
    }

    public static func oneOf(_ values: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(values.map { JSON($0) })], sample: JSON(values.first))
    }

    public static func oneOf<T: RawRepresentable<String> & CaseIterable>(_: T.Type) -> Schema { oneOf(T.allCases.map(\.rawValue)) }

    public static func matching(_ pattern: String, sample: String) -> Schema {
        Schema(["type": "string", "pattern": JSON(pattern)], sample: JSON(sample))
    }

    // MARK: Compounds

    public static func array(_ item: Schema, _ count: ClosedRange<Int>? = nil) -> Schema {
        var schema = Schema(["type": "array", "items": item.json], sample: .array([item.sample]))
        if let count {
            schema.fields += [
                .init(name: "minItems", value: .integer(Int64(count.lowerBound))), .init(name: "maxItems", value: .integer(Int64(count.upperBound))),
            ]
        }
        return schema
    }

    /// Every field is always there unless it says ``optional``.
    public static func object(_ fields: KeyValuePairs<String, Schema>) -> Schema {
        object(properties: fields.map { (name: $0.key, schema: $0.value) })
    }

    static func object(properties: [(name: String, schema: Schema)]) -> Schema {
        var schema = Schema(["type": "object"], sample: .null)
        schema.properties = properties
        schema.sample = .object(properties.filter { !$0.schema.isOptional }.map { JSON.Field(name: $0.name, value: $0.schema.sample) })
        return schema
    }

    /// A schema that stands in the document once, by name.
    public static func of(_ component: Component) -> Schema {
        Schema(["$ref": JSON("#/components/schemas/\(component.name)")], sample: component.schema.sample)
    }

    // MARK: Refinements

    /// May be left out.
    public var optional: Schema { changed { $0.isOptional = true } }

    /// May be null.
    public var nullable: Schema {
        var schema = Schema(["anyOf": .array([json, ["type": "null"]])], sample: sample)
        schema.isOptional = isOptional
        return schema
    }

    public func described(_ text: String) -> Schema { changed { $0.fields.append(.init(name: "description", value: JSON(text))) } }
    public func example(_ value: JSON) -> Schema { changed { $0.sample = value } }

    /// The object with more fields behind its own.
    public func adding(_ more: KeyValuePairs<String, Schema>) -> Schema {
        .object(properties: properties + more.map { (name: $0.key, schema: $0.value) })
    }

    /// The object with better-known fields: what the type alone does not tell, such as the words a text may be.
    public func refining(_ better: KeyValuePairs<String, Schema>) -> Schema {
        var properties = properties
        for (name, schema) in better {
            guard let index = properties.firstIndex(where: { $0.name == name }) else {
                preconditionFailure("no field \(name) to refine")
            }
            let old = properties[index].schema
            properties[index].schema = schema.changed {
                $0.isOptional = old.isOptional || schema.isOptional
                $0.mayBeNull = old.mayBeNull
            }
        }
        return .object(properties: properties)
    }

    /// The object with fields that must be there after all, though the type that decodes it could do without.
    func requiring(_ names: [String]) -> Schema {
        .object(
            properties: properties.map { property in
                guard names.contains(property.name) else { return property }
                return (
                    property.name,
                    property.schema.changed {
                        $0.isOptional = false
                        $0.mayBeNull = false
                    }
                )
            })
    }

    private func changed(_ change: (inout Schema) -> Void) -> Schema {
        var schema = self
        change(&schema)
        return schema
    }

    /// The schema as it stands in the document.
    public var json: JSON {
        guard !mayBeNull else {
            let json = changed { $0.mayBeNull = false }.json
            return ["anyOf": [json, ["type": "null"]]]
        }
        guard fields.contains(where: { $0.name == "type" && $0.value == "object" }) else { return .object(fields) }
        var all = fields
        if !properties.isEmpty {
            all.append(.init(name: "properties", value: .object(properties.map { JSON.Field(name: $0.name, value: $0.schema.json) })))
            let required = properties.filter { !$0.schema.isOptional }.map { JSON($0.name) }
            if !required.isEmpty { all.append(.init(name: "required", value: .array(required))) }
        }
        return .object(all)
    }
}

/// A named schema of the document.
public struct Component: Sendable {
    public let name: String
    public let schema: Schema

    public init(_ name: String, _ schema: Schema) {
        self.name = name
        self.schema = schema
    }
}
