import Crypto
import Kernel

/// The seal of one message: HMAC-SHA256 over `id.timestamp.body`, written `v1,BASE64` (Standard Webhooks 1.0, symmetric scheme).
public struct Signature: Hashable, Sendable {
    /// `v1,` and base64 of 32 bytes.
    public let text: String

    /// - Parameter seconds: Unix time as it stands in `webhook-timestamp`.
    public init(id: String, seconds: Int64, body: [UInt8], secret: Secret) {
        var hmac = HMAC<SHA256>(key: SymmetricKey(data: secret.bytes))
        hmac.update(data: Signature.opening(id: id, seconds: seconds))
        hmac.update(data: body)
        text = Signature.version + "," + Base64.text(Array(hmac.finalize()))
    }

    static let version = "v1"

    /// What stands before the body in the signed bytes.
    static func opening(id: String, seconds: Int64) -> [UInt8] { Array("\(id).\(seconds).".utf8) }
}

/// The three headers that make a message a Standard Webhook.
public struct SignatureHeaders: Hashable, Sendable {
    /// `webhook-id`: the event's id, the same at each attempt, by which a receiver knows a repetition.
    public let id: String
    /// `webhook-timestamp`: Unix seconds of this attempt.
    public let timestamp: String
    /// `webhook-signature`: one signature for each active secret, separated by spaces.
    public let signature: String

    public init(id: String, timestamp: String, signature: String) {
        self.id = id
        self.timestamp = timestamp
        self.signature = signature
    }

    /// Signs a body with each of `secrets`.
    public init(signing body: [UInt8], id: String, at now: Instant, secrets: [Secret]) {
        let seconds = now.milliseconds / 1000
        self.id = id
        timestamp = String(seconds)
        signature = secrets.map { Signature(id: id, seconds: seconds, body: body, secret: $0).text }.joined(separator: " ")
    }

    /// Names (in lower case, as HTTP/2 wants them) and values.
    public var pairs: [(String, String)] {
        [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)]
    }
}
