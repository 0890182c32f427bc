/// Where a database is: `sqlite:PATH`, `sqlite::memory:` or `postgres://user[:password]@host[:port]/name[?schema=x]`.
public enum DatabaseURL: Hashable, Sendable {
    case sqlite(path: String)
    case memory
    case postgres(conninfo: String, schema: String?)

    /// - Throws: ``StoreFault/badURL(_:)``, with a password blotted out.
    public init(_ text: String) throws(StoreFault) {
        if text == "sqlite::memory:" {
            self = .memory
        } else if text.hasPrefix("sqlite:"), text.utf8.count > 7 {
            self = .sqlite(path: String(text.dropFirst(7)))
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            let parts = text.split(separator: "?", maxSplits: 1).map(String.init)
            var schema: String?
            for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") where pair.hasPrefix("schema=") {
                schema = String(pair.dropFirst(7))
            }
            let isPlain = schema?.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F } ?? true
            guard parts[0].split(separator: "/", omittingEmptySubsequences: true).count >= 3, isPlain else {
                throw .badURL(DatabaseURL.blotted(text))
            }
            self = .postgres(conninfo: parts[0], schema: schema)
        } else {
            throw .badURL(DatabaseURL.blotted(text))
        }
    }

    private static func blotted(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@"), let colon = text[..<at].lastIndex(of: ":"), text[..<colon].contains("/") else { return text }
        return text[...colon] + "***" + text[at...]
    }
}
