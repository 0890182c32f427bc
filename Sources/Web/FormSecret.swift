import HTTPTypes
import Hummingbird
import Kernel
import Workflow

/// CSRF: what every form and script of a page sends back, so that a request is known to come from a page that this session was shown.
///
/// Field `csrf` of a form, header `X-CSRF-Token` of a script. Stands beside the check of where a request comes from (``Request/isSameOrigin``), as
/// OWASP advises: one of the two is enough, and browsers have lost one or the other before.
public enum FormSecret {
    /// The one of the session that is being answered; empty for tokens and for nobody.
    @TaskLocal public static var current = ""
    /// The login that the session belongs to.
    @TaskLocal public static var login = ""

    /// The largest form: a published file of the reference, percent-encoded.
    static let formLimit = 16 * 1024 * 1024

    /// Holds a request that changes something to the secret, and gives it on with its body unread.
    ///
    /// - Throws: `csrf_invalid`, with what was typed when it was a form, so that the page of the refusal can offer it again.
    static func checked(_ request: Request, against secret: String) async throws -> Request {
        guard !request.isSafe else { return request }
        if let header = request.headers[.csrfToken] {
            guard isSame(header, secret) else { throw StaleForm(fields: nil) }
            return request
        }
        guard request.isForm else { throw StaleForm(fields: nil) }
        var request = request
        let form = try await request.body.collect(upTo: formLimit)
        request.body = RequestBody(buffer: form)
        let fields = FormFields(String(buffer: form))
        guard isSame(fields["csrf"] ?? "", secret) else { throw StaleForm(fields: fields) }
        return request
    }

    /// Every byte is looked at, so that the time taken tells nothing.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        let (a, b) = (a.utf8, b.utf8)
        return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// A form whose page belongs to an earlier session, or to none.
struct StaleForm: Rejecting {
    /// What was typed; nil when it was no form.
    let fields: FormFields?

    var rejection: Rejection {
        Rejection(.forbidden, "csrf_invalid", "页面已过期（可能重新登录过），没有保存。请刷新页面后再提交。")
    }
}

/// The names and values of a form, in their order.
struct FormFields {
    let pairs: [(name: String, value: String)]

    init(_ body: String) {
        pairs = body.split(separator: "&").compactMap { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]) else { return nil }
            return (name, halves.count > 1 ? Self.decoded(halves[1]) ?? "" : "")
        }
    }

    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Never shown again and never sent back by a page.
    private static let secrets: Set<String> = ["csrf", "password", "old", "again", "code", "challenge"]

    /// What may be shown and sent again.
    var kept: [(name: String, value: String)] { pairs.filter { !Self.secrets.contains($0.name) } }

    /// Percent-encoded, for the query of an address.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                String(UnicodeScalar(byte))
            default: "%" + [byte].hex.uppercased()
            }
        }.joined()
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension Request {
    var isForm: Bool { headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false }
}

extension HTTPField.Name {
    static let csrfToken = HTTPField.Name("X-CSRF-Token")!
}
