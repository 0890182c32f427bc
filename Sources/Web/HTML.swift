import HTTPTypes
import Hummingbird
import Kernel

/// Escaping, long tables, and what every page says to the browser beside itself.
public enum HTML {
    public static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { mark($0) != nil }) else { return text }
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same at the end of a long text. What has to be escaped is ASCII, which stands in UTF-8 for nothing else; most texts have none of it.
    static func append(_ text: String, to html: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &html) }
    }

    /// A tag, as it is.
    static func append(tag: StaticString, to html: inout [UInt8]) {
        tag.withUTF8Buffer { html.append(contentsOf: $0) }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to html: inout [UInt8]) {
        var start = 0
        for place in text.indices {
            guard let mark = mark(text[place]) else { continue }
            html += UnsafeBufferPointer(rebasing: text[start..<place])
            mark.withUTF8Buffer { html += $0 }
            start = place + 1
        }
        html += UnsafeBufferPointer(rebasing: text[start...])
    }

    private static func mark(_ byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }

    /// What stands in one cell of a table; always escaped.
    public enum Cell: ExpressibleByStringInterpolation {
        case text(String)
        /// Right-aligned.
        case number(String)

        public init(stringLiteral value: String) { self = .text(value) }
        public static func amount(_ fen: Fen) -> Cell { .number(grouped(fen)) }

        var isNumeric: Bool {
            if case .number = self { return true }
            return false
        }

        /// Longer texts may wrap; shorter ones stay on one line so that columns can be read down.
        private static let short = 24

        var html: String {
            switch self {
            case .text(let text): "<td\(text.count > Self.short ? " class=\"w\"" : "")>\(escaped(text))</td>"
            case .number(let text): "<td class=\"n\">\(escaped(text))</td>"
            }
        }
    }

    /// Yuan with thousands marks: `1,234.50`.
    public static func grouped(_ fen: Fen) -> String { fen.grouped }

    /// A table with a caption; says so when it is empty.
    public static func table(_ caption: String, header: [String], rows: [[Cell]]) -> String {
        let head = header.enumerated().map { column, name in
            let isNumeric = rows.first.map { column < $0.count && $0[column].isNumeric } ?? false
            return "<th scope=\"col\"\(isNumeric ? " class=\"n\"" : "")>\(escaped(name))</th>"
        }.joined()
        let body =
            rows.isEmpty
            ? "<tr><td colspan=\"\(header.count)\" class=\"empty\">暂时没有</td></tr>"
            : rows.map { "<tr>\($0.map(\.html).joined())</tr>" }.joined(separator: "\n")
        return """
            <div class="wide" tabindex="0"><table><caption>\(escaped(caption))</caption><thead><tr>\(head)</tr></thead><tbody>
            \(body)
            </tbody></table></div>
            """
    }

    /// Scripts and styles come from this site's files alone; nothing inside a page is ever run as one.
    static let headers: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        .contentSecurityPolicy: """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; \
        worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """,
        .referrerPolicy: "same-origin",
    ]
}

extension HTTPField.Name {
    static let xContentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
