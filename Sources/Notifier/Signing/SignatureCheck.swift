import Crypto
import Kernel

/// The receiver's side of Standard Webhooks 1.0: what a provider's machine does with what it gets.
///
/// Used by our own tests and the conformance kit, so that what we send is checked by the rule and not by the code that signs.
public struct SignatureCheck: Sendable {
    /// Why a message is not to be believed.
    public enum Fault: Error, Hashable, Sendable {
        /// `webhook-id` is empty.
        case missingID
        /// `webhook-timestamp` is not a whole number of seconds.
        case malformedTimestamp
        /// Signed longer ago than the tolerance: perhaps recorded and played again.
        case tooOld
        /// Signed further in the future than the tolerance.
        case tooNew
        /// No `v1` signature fits any of the secrets.
        case noMatch
    }

    public let secrets: [Secret]
    /// How far the timestamp may lie from the receiver's clock, either way.
    public let tolerance: Span

    public init(secrets: [Secret], tolerance: Span = .minutes(5)) {
        self.secrets = secrets
        self.tolerance = tolerance
    }

    /// - Throws: ``Fault``; the time is checked before the signature, as the standard's own libraries do.
    public func verify(_ headers: SignatureHeaders, body: [UInt8], now: Instant) throws(Fault) {
        guard !headers.id.isEmpty else { throw .missingID }
        guard let seconds = SignatureCheck.seconds(headers.timestamp) else { throw .malformedTimestamp }
        let age = now.milliseconds / 1000 - seconds
        guard age <= tolerance.milliseconds / 1000 else { throw .tooOld }
        guard age >= -tolerance.milliseconds / 1000 else { throw .tooNew }
        let message = Signature.opening(id: headers.id, seconds: seconds) + body
        for candidate in headers.signature.split(separator: " ") {
            let parts = candidate.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == Signature.version, let code = Base64.bytes(parts[1]) else { continue }
            // Compares in constant time, so that a forger learns nothing from how long a refusal takes.
            if secrets.contains(where: {
                HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: SymmetricKey(data: $0.bytes))
            }) { return }
        }
        throw .noMatch
    }

    private static func seconds(_ text: String) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int64(text)
    }
}
