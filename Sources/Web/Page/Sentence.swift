/// A sentence that stands in code: in Chinese, with what changes in it. `localized("还有 \(days) 天")`.
///
/// In another language it is looked up in the catalogue by its Chinese, `还有 {1} 天`; the translation may put the parts in another order.
public struct Sentence: ExpressibleByStringInterpolation, Sendable {
    let pattern: String
    let parts: [String]

    public init(stringLiteral value: String) { (pattern, parts) = (value, []) }
    public init(stringInterpolation: StringInterpolation) { (pattern, parts) = (stringInterpolation.pattern, stringInterpolation.parts) }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pattern = ""
        fileprivate var parts: [String] = []

        public init(literalCapacity: Int, interpolationCount: Int) {}
        public mutating func appendLiteral(_ literal: String) { pattern += literal }
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            parts.append(value.description)
            pattern += "{\(parts.count)}"
        }
    }

    /// In one pass, so that what a part says is never taken for a place.
    func filled(_ pattern: String) -> String {
        guard !parts.isEmpty else { return pattern }
        var result = ""
        var rest = Substring(pattern)
        while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")), let close = rest[open...].utf8.firstIndex(of: UInt8(ascii: "}")) {
            let end = rest.utf8.index(after: close)
            let number = Int(rest[rest.utf8.index(after: open)..<close]) ?? 0
            result += rest[..<open]
            result += (1...parts.count).contains(number) ? parts[number - 1] : String(rest[open..<end])
            rest = rest[end...]
        }
        return result + rest
    }
}

/// The language in which the present request is answered. Goes along with its task, as the secret of its forms does.
enum Telling {
    /// Nil for Chinese: told as written.
    @TaskLocal static var messages: Messages?
}

/// The sentence in the language of the page that is being made; as it is written where nobody has translated it, which a test notices.
public func localized(_ sentence: Sentence) -> String {
    sentence.filled(Telling.messages?.english(sentence.pattern) ?? sentence.pattern)
}

/// The same for a word that comes from elsewhere: the name of a state, of a step, of a kind.
public func localized(term: String) -> String { Telling.messages?.english(term) ?? term }
