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

    func filled(_ pattern: String) -> String {
        parts.enumerated().reduce(pattern) { $0.replacing("{\($1.offset + 1)}", with: $1.element) }
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
