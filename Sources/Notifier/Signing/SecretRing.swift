import Kernel

/// The secrets of one subscription: the newest, and those it replaced while their overlap lasts.
///
/// Every message is signed with each of them, so that a receiver may change over at any moment of the overlap
/// (Standard Webhooks 1.0, "zero downtime secret rotation").
public struct SecretRing: Hashable, Sendable {
    /// A secret and the moment from which nothing is signed with it any more; nil for the newest.
    public struct Entry: Hashable, Sendable {
        public let secret: Secret
        public let until: Instant?

        public init(secret: Secret, until: Instant?) {
            self.secret = secret
            self.until = until
        }
    }

    /// Newest first; never empty.
    public let entries: [Entry]

    /// At most this many sign at once, so that the signature header stays short.
    public static let limit = 3
    /// How long a replaced secret goes on signing unless told otherwise.
    public static let overlap = Span.hours(24)

    public init(_ secret: Secret) { entries = [Entry(secret: secret, until: nil)] }

    private init(entries: [Entry]) { self.entries = entries }

    /// The secrets to sign with, newest first; never empty, for the newest has no end.
    public func active(at now: Instant) -> [Secret] {
        entries.filter { $0.until.map { now < $0 } ?? true }.map(\.secret)
    }

    /// With a new secret in front; the one before signs on for `overlap`, older ones keep their own end.
    public func rotated(to secret: Secret, at now: Instant, overlap: Span = SecretRing.overlap) -> SecretRing {
        let kept = entries.map { Entry(secret: $0.secret, until: $0.until ?? now + overlap) }
            .filter { $0.secret != secret && now < $0.until! }
        return SecretRing(entries: [Entry(secret: secret, until: nil)] + kept.prefix(SecretRing.limit - 1))
    }
}

extension SecretRing {
    /// The form in which the store keeps it: `whsec_… whsec_…@END`, END in milliseconds since 1970.
    public var text: String {
        entries.map { $0.secret.text + ($0.until.map { "@\($0.milliseconds)" } ?? "") }.joined(separator: " ")
    }

    /// Reads what ``text`` wrote.
    /// - Throws: `webhook_secret_invalid` when it is not that.
    public init(text: String) throws(Rejection) {
        var entries: [Entry] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            let end = halves.count == 2 ? Int64(halves[1]) : nil
            guard halves.count == 1 || end != nil, entries.isEmpty == (end == nil) else {
                throw Rejection(.invalid, "webhook_secret_invalid", "存储的签名密钥已损坏，请重新轮换密钥")
            }
            entries.append(Entry(secret: try Secret(halves[0]), until: end.map(Instant.init(milliseconds:))))
        }
        self.init(entries: entries)
    }
}
