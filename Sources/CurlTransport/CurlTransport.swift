import CCurl
import Foundation
import Kernel
import Notifier
import Synchronization

/// The way out over libcurl: one thread of its own drives all transfers, so that no waiting for a network ever holds a shared thread.
///
/// Follows no redirect, speaks http and https only, heeds no proxy of the environment and keeps connections for the next message.
/// The address rule is asked for each socket that is opened, with the very address it would connect to: between the look and the leap there is
/// no second look-up of the name that an attacker could bend (DNS rebinding).
public final class CurlTransport: Transport {
    /// How long a transfer may take, and how much of an answer is read.
    public struct Limits: Sendable {
        public var connect: Span = .seconds(5)
        /// From the look-up of the name to the last byte of the answer.
        public var total: Span = .seconds(15)
        /// Header lines and body together.
        public var answerBytes = 64 * 1024
        /// A file of certificates (PEM) to be believed instead of the system's, for districts with an authority of their own; nil: the system's.
        public var authorities: String?

        public init() {}
    }

    private let rule: AddressRule
    private let limits: Limits
    private let loop: CurlLoop

    public init(rule: AddressRule, limits: Limits = Limits()) throws {
        self.rule = rule
        self.limits = limits
        loop = try CurlLoop()
    }

    public func post(_ request: SignedRequest) async -> Reply {
        // The rule may have become stricter since the subscription was made.
        do { try rule.check(request.url) } catch { return .failed(.privateAddress) }
        guard request.headers.allSatisfy({ CurlTransport.isSafe($0.0) && CurlTransport.isSafe($0.1) }) else {
            return .failed(.other(Int32(bitPattern: CURLE_BAD_FUNCTION_ARGUMENT.rawValue)))
        }
        let transfer = Transfer(request, rule: rule, limits: limits)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.begin(continuation)
                loop.start(transfer)
                // A cancellation that came before there was anything to cancel.
                if Task.isCancelled { loop.cancel(transfer) }
            }
        } onCancel: {
            loop.cancel(transfer)
        }
    }

    /// Breaks off what is under way and ends the thread. Later messages are answered `.failed(.cancelled)`.
    public func close() { loop.close() }

    /// No control characters: a line break in a value would smuggle in a header of its own.
    private static func isSafe(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
}
