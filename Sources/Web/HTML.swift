import HTTPTypes
import Hummingbird
import Kernel

/// The frame of every page, and escaping. Content is built by the faces from escaped pieces.
public enum HTML {
    public static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    /// What stands in one cell of a table; always escaped.
    public enum Cell: ExpressibleByStringInterpolation {
        case text(String)
        /// Right-aligned.
        case number(String)
        case link(String, to: String)
        /// Several buttons, each a form that posts to its address with hidden fields.
        case buttons([Button])

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
            case .link(let text, let address): "<td><a href=\"\(escaped(address))\">\(escaped(text))</a></td>"
            case .buttons(let buttons): "<td class=\"b\">\(buttons.map(\.html).joined())</td>"
            }
        }
    }

    public struct Button {
        let label: String
        let address: String
        let fields: KeyValuePairs<String, String>

        public init(_ label: String, to address: String, _ fields: KeyValuePairs<String, String> = [:]) {
            self.label = label
            self.address = address
            self.fields = fields
        }

        public var html: String {
            let hidden = HTML.secretField + fields.map { "<input type=\"hidden\" name=\"\(escaped($0.key))\" value=\"\(escaped($0.value))\">" }.joined()
            return "<form method=\"post\" action=\"\(escaped(address))\">\(hidden)<button>\(escaped(label))</button></form>"
        }
    }

    /// Yuan with thousands marks: `1,234.50`.
    public static func grouped(_ fen: Fen) -> String {
        let text = fen.yuan
        let (sign, digits) = text.hasPrefix("-") ? ("-", text.dropFirst()) : ("", Substring(text))
        let parts = digits.split(separator: ".")
        var whole = ""
        for (index, digit) in parts[0].reversed().enumerated() {
            if index > 0, index % 3 == 0 { whole.append(",") }
            whole.append(digit)
        }
        return sign + String(whole.reversed()) + "." + parts[1]
    }

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

    /// Names and values, one under the other.
    public static func facts(_ pairs: [(String, String)]) -> String {
        "<dl>" + pairs.map { "<dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd>" }.joined(separator: "\n") + "</dl>"
    }

    /// What every form must carry; see ``FormSecret``.
    public static var secretField: String { "<input type=\"hidden\" name=\"csrf\" value=\"\(escaped(FormSecret.current))\">" }

    /// - Parameter body: HTML that is already safe.
    public static func page(
        _ title: String, status: HTTPResponse.Status = .ok, caller: String? = nil, _ body: String
    ) -> Response {
        let bar = caller.map {
            """
            <header><strong>虚拟养老院调度平台</strong><a href="/account">\(escaped($0))</a>\
            <form method="post" action="/logout">\(secretField)<button>退出</button></form></header>
            """
        } ?? ""
        let text = """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>\(escaped(title))</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/assets/app.css"></head><body>\(bar)<main>\(body)</main></body></html>
            """
        return Response(
            status: status,
            headers: Self.headers, body: .init(byteBuffer: ByteBuffer(string: text)))
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
