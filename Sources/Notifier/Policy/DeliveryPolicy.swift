import Kernel

/// What is to be done after an attempt.
public enum Decision: Hashable, Sendable {
    /// The receiver has it.
    case done
    /// Not before that moment, once more.
    case retry(at: Instant)
    /// Never again by itself: it lies with the dead letters until someone replays it.
    case dead(DeadReason)
    /// As `dead`, and nothing more goes to this endpoint until its owner enables it again.
    case disable(DisableReason)
}

/// Why a delivery was given up.
public enum DeadReason: Hashable, Sendable {
    /// The attempts are used up; this was the last answer.
    case exhausted(Reply)
    /// The endpoint was disabled while the delivery waited.
    case disabled

    /// Stable name for the dead letters: `status_500`, `timeout`, `private_address`, `endpoint_disabled`.
    public var code: String {
        switch self {
        case .exhausted(let reply): reply.code
        case .disabled: "endpoint_disabled"
        }
    }
}

/// Why an endpoint gets nothing more.
public enum DisableReason: String, Hashable, Sendable {
    /// It answered 410: its owner has taken it down (Standard Webhooks 1.0).
    case gone
    /// Nothing went through for ``DeliveryPolicy/patience``.
    case failing

    /// For the owner's page: what happened and what to do.
    public var message: String {
        switch self {
        case .gone: "接收地址返回 410（已下线），已停止推送；如仍需接收，请确认地址后重新启用"
        case .failing: "接收地址连续 120 小时推送失败，已停止推送；请修复后重新启用，并补发未送达的消息"
        }
    }
}

/// The rule that follows an attempt. Any sequence of replies ends within the schedule's number of attempts.
public struct DeliveryPolicy: Sendable {
    public let schedule: RetrySchedule

    /// An endpoint that only fails for this long is disabled.
    public static let patience = Span.hours(120)

    public init(schedule: RetrySchedule = .standard) { self.schedule = schedule }

    /// - Parameters:
    ///   - attempt: Number of the attempt that ended, from 1.
    ///   - jitter: Random bits for the wait.
    ///   - failingSince: When the endpoint last began to do nothing but fail; nil when its last delivery went through.
    public func next(after reply: Reply, attempt: Int, now: Instant, jitter: UInt64, failingSince: Instant? = nil) -> Decision {
        if reply.isAccepted { return .done }
        if reply == .failed(.cancelled) { return .retry(at: now) }
        if case .status(410, _) = reply { return .disable(.gone) }
        if let failingSince, now - failingSince >= DeliveryPolicy.patience { return .disable(.failing) }
        var retryAfter: Span?
        if case .status(_, let asked) = reply { retryAfter = asked }
        guard let wait = schedule.wait(before: attempt + 1, retryAfter: retryAfter, jitter: jitter) else { return .dead(.exhausted(reply)) }
        return .retry(at: now + wait)
    }
}
