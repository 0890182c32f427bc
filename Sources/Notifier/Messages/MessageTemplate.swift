import Kernel

/// Text with places to be filled in, `{name}`: lower-case letters and underscores between braces. Any other brace stands for itself, so that a
/// template may be JSON.
public struct MessageTemplate: Hashable, Sendable {
    private enum Piece: Hashable, Sendable {
        case text(String)
        case place(String)
    }

    private let pieces: [Piece]

    public init(_ text: String) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            let name = rest[rest.index(after: open)...].prefix { $0.isASCII && ($0.isLowercase || $0 == "_") }
            if !name.isEmpty, rest[name.endIndex...].first == "}" {
                pieces += [.text(String(rest[..<open])), .place(String(name))]
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                pieces.append(.text(String(rest[...open])))
                rest = rest[rest.index(after: open)...]
            }
        }
        self.pieces = pieces + [.text(String(rest))]
    }

    /// The names it asks for, in order.
    public var places: [String] { pieces.compactMap { if case .place(let name) = $0 { name } else { nil } } }

    /// - Parameter escape: what becomes of each value, so that it cannot break out of its place.
    public func filled(_ values: [String: String], escape: (String) -> String = { $0 }) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .place(let name): escape(values[name] ?? "")
            }
        }.joined()
    }
}

/// How a value is written inside the body of a request.
public enum MessageEscape: String, Hashable, Sendable, Decodable {
    /// Inside a JSON string.
    case json
    /// In a form or a query.
    case form
    case none

    public func callAsFunction(_ value: String) -> String {
        switch self {
        case .none: return value
        case .json: return String(JSON.string(value).text.dropFirst().dropLast())
        case .form:
            let digits = Array("0123456789ABCDEF".unicodeScalars)
            var out = ""
            for byte in value.utf8 {
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.unicodeScalars.append(Unicode.Scalar(byte))
                default:
                    out += "%"
                    out.unicodeScalars.append(digits[Int(byte >> 4)])
                    out.unicodeScalars.append(digits[Int(byte & 15)])
                }
            }
            return out
        }
    }
}
