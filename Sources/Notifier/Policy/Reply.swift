import Kernel

/// What came back from a receiver. A network that fails is a value and not an error: the policy must see it.
public enum Reply: Hashable, Sendable {
    /// An HTTP status, and how long the receiver asks us to wait (`Retry-After`), if it does.
    case status(Int, retryAfter: Span?)
    /// No whole answer came.
    case failed(FailureReason)

    /// Taken by the receiver: 200 ... 299. A redirect is not: it is never followed.
    public var isAccepted: Bool {
        if case .status(let status, _) = self { (200...299).contains(status) } else { false }
    }

    /// Whether it speaks of an endpoint in trouble (silent, overloaded, broken) and not of one message it will not have.
    public var isTrouble: Bool {
        switch self {
        case .status(let status, _): status >= 500 || status == 429 || status == 408
        case .failed(let reason): reason != .cancelled
        }
    }

    /// Stable name for the delivery log: `status_500`, `timeout`.
    public var code: String {
        switch self {
        case .status(let status, _): "status_\(status)"
        case .failed(let reason): reason.code
        }
    }
}

/// Why no whole answer came.
public enum FailureReason: Error, Hashable, Sendable {
    /// The host's name has no address.
    case dns
    /// Nobody listens there, or the way is closed.
    case connect
    /// The certificate or the handshake is not in order.
    case tls
    /// No connection in time, or no whole answer in time.
    case timeout
    /// The answer was longer than we read.
    case tooLarge
    /// The address rule refuses the host, its scheme, or every address its name stands for.
    case privateAddress
    /// The connection broke off before the answer was whole.
    case reset
    /// We broke off ourselves; the receiver is not to blame and no attempt is counted.
    case cancelled
    /// The status was good, but the answer did not say what it must.
    case unmarked
    /// Anything else, as libcurl numbers it.
    case other(Int32)

    /// Stable name, in `snake_case`.
    public var code: String {
        switch self {
        case .dns: "dns"
        case .connect: "connect"
        case .tls: "tls"
        case .timeout: "timeout"
        case .tooLarge: "too_large"
        case .privateAddress: "private_address"
        case .reset: "reset"
        case .cancelled: "cancelled"
        case .unmarked: "answer_refused"
        case .other(let number): "curl_\(number)"
        }
    }
}
