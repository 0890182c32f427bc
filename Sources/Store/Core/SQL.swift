import Kernel

/// A statement in the common dialect of SQLite and PostgreSQL, with its values beside it, never inside the text.
///
/// Written as a literal; `\(value)` becomes `$n`. Both drivers keep prepared statements by ``text``, so the text must not vary with the values.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    public enum Value: Sendable, Hashable {
        case integer(Int64?)
        case text(String?)
        case bytes([UInt8]?)
    }

    public let text: String
    public let values: [Value]

    public init(text: String, values: [Value] = []) {
        self.text = text
        self.values = values
    }

    public init(stringLiteral value: String) {
        text = value
        values = []
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        values = stringInterpolation.values
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var values: [Value] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
            values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        private mutating func append(_ value: Value) {
            values.append(value)
            text += "$"
            text += String(values.count)
        }

        public mutating func appendInterpolation(_ value: Int64?) { append(.integer(value)) }
        public mutating func appendInterpolation(_ value: Int?) { append(.integer(value.map(Int64.init))) }
        public mutating func appendInterpolation(_ value: Bool) { append(.integer(value ? 1 : 0)) }
        public mutating func appendInterpolation(_ value: String?) { append(.text(value)) }
        public mutating func appendInterpolation(_ value: [UInt8]?) { append(.bytes(value)) }
        public mutating func appendInterpolation(_ value: Fen?) { append(.integer(value?.amount)) }
        public mutating func appendInterpolation(_ value: Quantity) { append(.integer(value.hundredths)) }
        public mutating func appendInterpolation(_ value: Instant?) { append(.integer(value?.milliseconds)) }
        public mutating func appendInterpolation(_ value: LocalDate?) { append(.text(value?.description)) }
        public mutating func appendInterpolation(_ value: Month?) { append(.text(value?.description)) }
        public mutating func appendInterpolation<Of>(_ value: ID<Of>?) { append(.text(value?.text)) }
        public mutating func appendInterpolation(_ value: some RawRepresentable<String>) { append(.text(value.rawValue)) }

        /// A list for `IN (…)`; an empty list matches nothing.
        ///
        /// Each length is a statement of its own, so keep lists short (at most a hundred).
        public mutating func appendInterpolation(list values: [String]) {
            guard !values.isEmpty else {
                text += "NULL"
                return
            }
            for (index, value) in values.enumerated() {
                if index > 0 { text += ", " }
                append(.text(value))
            }
        }

        /// Rows for `INSERT … VALUES`: every row in parentheses, all of the same width.
        public mutating func appendInterpolation(rows: [[Value]]) {
            for (index, row) in rows.enumerated() {
                text += index > 0 ? ", (" : "("
                for (column, value) in row.enumerated() {
                    if column > 0 { text += ", " }
                    append(value)
                }
                text += ")"
            }
        }

        /// Another statement inside this one, its values renumbered.
        public mutating func appendInterpolation(nested sql: SQL) {
            let before = values.count
            var rest = sql.text[...]
            while let mark = rest.firstIndex(of: "$") {
                let digits = rest[rest.index(after: mark)...].prefix(while: \.isNumber)
                text += rest[..<mark]
                text += "$\(before + (Int(digits) ?? 0))"
                rest = rest[digits.endIndex...]
            }
            text += rest
            values += sql.values
        }

        /// A piece of SQL from this source code, such as a list of columns used by several queries. Never anything from outside.
        public mutating func appendInterpolation(sql: StaticString) { text += String(describing: sql) }
    }
}
