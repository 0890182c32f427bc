import Kernel

/// Where a subscriber wants its messages (接收地址): an absolute `https` or `http` URL without user, password or fragment.
///
/// Read more strictly than RFC 3986 allows, so that no two programs can read it differently: ASCII only, no backslash, IPv4 only as four
/// decimal numbers. Whether it may be called at all is ``AddressRule``'s to say.
public struct EndpointURL: Hashable, Sendable {
    public let isSecure: Bool
    /// In lower case; an IPv6 address without its brackets.
    public let host: String
    /// 1 ... 65535; 443 or 80 when the URL names none.
    public let port: Int
    /// Path and query, at least `/`.
    public let target: String

    /// The longest URL taken, in bytes.
    public static let limit = 2000

    /// - Throws: `webhook_url_invalid`, `webhook_url_scheme`, `webhook_url_userinfo`, `webhook_url_host`, `webhook_url_port`,
    ///   `webhook_url_fragment`.
    public init(_ text: String) throws(Rejection) {
        let bytes = Array(text.utf8)
        guard (1...EndpointURL.limit).contains(bytes.count) else { throw EndpointURL.fault("invalid", "接收地址应为 1 到 2000 个字符") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !EndpointURL.unsafe.contains($0) }) else {
            throw EndpointURL.fault("invalid", "接收地址含有空格、中文或其他不能直接使用的字符，请先做百分号编码（中文域名用 punycode）")
        }
        let (secure, rest) = try EndpointURL.scheme(text)
        isSecure = secure
        if rest.contains("#") { throw EndpointURL.fault("fragment", "接收地址不能带 # 片段，请去掉 # 及其后的内容") }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        if authority.contains("@") { throw EndpointURL.fault("userinfo", "接收地址不能包含用户名或密码，签名已能证明来源") }
        (host, port) = try EndpointURL.hostAndPort(authority, standard: secure ? 443 : 80)
        let tail = rest[end...]
        guard EndpointURL.isPercentEncoded(tail) else { throw EndpointURL.fault("invalid", "接收地址中的 % 后应跟两位十六进制数字") }
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail
    }

    /// The one spelling of it.
    public var text: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return (isSecure ? "https://" : "http://") + shown + (port == (isSecure ? 443 : 80) ? "" : ":\(port)") + target
    }

    /// `"` `<` `>` `\` `^` `` ` `` `{` `|` `}`: not allowed in a URL, and read differently by different programs.
    private static let unsafe: Set<UInt8> = [0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D]

    private static func scheme(_ text: String) throws(Rejection) -> (Bool, Substring) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            throw fault("invalid", "接收地址应以 https:// 开头")
        }
        let rest = text[text.index(colon, offsetBy: 3)...]
        switch text[..<colon].lowercased() {
        case "https": return (true, rest)
        case "http": return (false, rest)
        default: throw fault("scheme", "接收地址只能使用 https（内网可用 http）")
        }
    }

    private static func hostAndPort(_ authority: Substring, standard: Int) throws(Rejection) -> (String, Int) {
        let host: Substring
        var rest: Substring
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw fault("host", "IPv6 地址的方括号没有闭合") }
            host = authority[authority.index(after: authority.startIndex)..<close]
            rest = authority[authority.index(after: close)...]
            guard case .v6(let high, let low)? = IPAddress(host) else { throw fault("host", "方括号内不是有效的 IPv6 地址") }
            return (IPAddress.v6(high: high, low: low).description, try port(rest, standard))
        }
        let colon = authority.firstIndex(of: ":") ?? authority.endIndex
        host = authority[..<colon]
        rest = authority[colon...]
        let name = host.lowercased()
        guard HostName.isValid(name) || IPAddress(name) != nil else {
            throw fault("host", "接收地址的主机名“\(name)”无效；IP 地址请写成四段十进制数字")
        }
        return (name, try port(rest, standard))
    }

    private static func port(_ rest: Substring, _ standard: Int) throws(Rejection) -> Int {
        if rest.isEmpty { return standard }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = Int(digits), (1...65_535).contains(port)
        else { throw fault("port", "接收地址的端口应为 1 到 65535") }
        return port
    }

    private static func isPercentEncoded(_ text: Substring) -> Bool {
        let isHex = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20) }
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != 0x25 || (index + 2 < bytes.count && isHex(bytes[index + 1]) && isHex(bytes[index + 2]))
        }
    }

    private static func fault(_ code: String, _ message: String) -> Rejection {
        Rejection(.invalid, "webhook_url_\(code)", message, pointer: "/url")
    }
}

/// Names of machines: letters, digits, hyphen and underscore in labels of 1 ... 63, at most 253 in all.
enum HostName {
    /// - Parameter name: In lower case. A name whose last label is a number is none: programs read such as IPv4 (`127.1`, `0x7f.1`).
    static func isValid(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(name.utf8.count), let last = labels.last, !isNumber(last) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
        }
    }

    /// As the URL standard of the browsers says: all digits, or `0x` and hexadecimal digits.
    private static func isNumber(_ label: Substring) -> Bool {
        if label.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        return label.hasPrefix("0x") && label.utf8.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
