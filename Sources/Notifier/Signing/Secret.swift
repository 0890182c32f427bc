import Kernel

/// A signing secret (签名密钥) as Standard Webhooks 1.0 writes it: `whsec_` and base64 of 24 ... 64 bytes.
///
/// Printed, interpolated or reflected it shows only its prefix; ``text`` is the one way to the whole of it.
public struct Secret: Hashable, Sendable {
    /// The key of the HMAC.
    public let bytes: [UInt8]

    /// The lengths that the standard allows, in bytes.
    public static let lengths = 24...64
    public static let prefix = "whsec_"

    /// A secret of random bytes that the caller drew.
    /// - Precondition: ``lengths`` contains their number.
    public init(random bytes: [UInt8]) {
        precondition(Secret.lengths.contains(bytes.count), "a signing secret has 24 to 64 bytes")
        self.bytes = bytes
    }

    /// Reads `whsec_…`.
    /// - Throws: `webhook_secret_invalid` for another prefix, wrong base64 or a length outside ``lengths``.
    public init(_ text: some StringProtocol) throws(Rejection) {
        guard text.hasPrefix(Secret.prefix), let bytes = Base64.bytes(text.dropFirst(Secret.prefix.count)) else {
            throw Rejection(.invalid, "webhook_secret_invalid", "签名密钥应为 whsec_ 加标准 base64，请完整复制", pointer: "/secret")
        }
        guard Secret.lengths.contains(bytes.count) else {
            throw Rejection(.invalid, "webhook_secret_invalid", "签名密钥解码后应为 24 到 64 字节，现为 \(bytes.count) 字节", pointer: "/secret")
        }
        self.bytes = bytes
    }

    /// The whole secret, to be shown once to its owner and stored.
    public var text: String { Secret.prefix + Base64.text(bytes) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { Secret.prefix + "…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
