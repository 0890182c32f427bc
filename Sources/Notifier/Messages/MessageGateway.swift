import Crypto
import Kernel

/// 短信网关: any HTTP gateway, described by templates and not by code. Places: `{number}`, `{text}`, `{id}`, `{rule}`, `{timestamp}` (Unix
/// seconds), `{signature}`, and in headers `{secret}`.
public struct MessageGateway: Hashable, Sendable {
    public struct Signature: Hashable, Sendable {
        /// What is signed: `{timestamp}{number}{text}` and the like, unescaped.
        public let over: MessageTemplate
        /// Hexadecimal or base64 of HMAC-SHA256.
        public let encoding: Encoding

        public enum Encoding: String, Hashable, Sendable, Decodable { case hex, base64 }

        public init(over: String, encoding: Encoding) {
            self.over = MessageTemplate(over)
            self.encoding = encoding
        }
    }

    public let url: EndpointURL
    /// Names and values, in the order of the names.
    public let headers: [String: MessageTemplate]
    public let body: MessageTemplate
    public let escape: MessageEscape
    public let signature: Signature?
    /// The environment variable that holds the secret; it never stands in the file.
    public let secretName: String?
    /// What the answer must contain to count as taken; nil where the status says it.
    public let mark: String?

    /// - Throws: `messages_invalid` for a place that does not exist, or a signature without a secret.
    public init(
        url: EndpointURL, headers: [String: String], body: String, escape: MessageEscape, signature: Signature? = nil, secretName: String? = nil,
        mark: String? = nil
    ) throws(Rejection) {
        self.url = url
        self.headers = headers.mapValues(MessageTemplate.init)
        self.body = MessageTemplate(body)
        self.escape = escape
        self.signature = signature
        self.secretName = secretName
        self.mark = mark
        let open: Set<String> = ["number", "text", "id", "rule", "timestamp"]
        let inHeaders = open.union(["signature", "secret"])
        let asked = self.headers.values.flatMap(\.places)
        guard asked.allSatisfy(inHeaders.contains), self.body.places.allSatisfy(open.union(["signature"]).contains),
            (signature?.over.places ?? []).allSatisfy(open.contains)
        else { throw MessagePlan.fault("gateway 中只能用 {number}、{text}、{id}、{rule}、{timestamp}、{signature}，headers 中还可用 {secret}。") }
        if asked.contains("secret") || signature != nil, secretName == nil { throw MessagePlan.fault("gateway 用到密钥，请用 secret_env 指定存放它的环境变量。") }
        if (asked + self.body.places).contains("signature"), signature == nil { throw MessagePlan.fault("gateway 用到 {signature}，请写明 signature。") }
    }

    /// The request for one message.
    public func request(id: String, rule: String, number: String, text: String, secret: String, at now: Instant) -> SignedRequest {
        var values = ["id": id, "rule": rule, "number": number, "text": text, "timestamp": String(now.milliseconds / 1000)]
        if let signature {
            let code = Array(
                HMAC<SHA256>.authenticationCode(for: Array(signature.over.filled(values).utf8), using: SymmetricKey(data: Array(secret.utf8))))
            values["signature"] = signature.encoding == .hex ? Self.hex(code) : Base64.text(code)
        }
        let body = Array(body.filled(values, escape: escape.callAsFunction).utf8)
        values["secret"] = secret
        return SignedRequest(
            url: url, headers: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value.filled(values)) }, body: body, mark: mark)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
