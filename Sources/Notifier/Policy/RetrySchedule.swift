import Kernel

/// When a delivery is tried again (重试计划): ten attempts over 75 hours, the example schedule of Standard Webhooks 1.0.
public struct RetrySchedule: Sendable {
    /// The wait before each attempt, counted from the end of the one before.
    public let waits: [Span]

    public static let standard = RetrySchedule(waits: [
        .seconds(0), .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(14), .hours(20), .hours(24),
    ])

    /// The longest `Retry-After` that is honoured: a receiver may put us off, but not for days.
    public static let longestRetryAfter = Span.hours(10)

    /// - Precondition: there is at least one attempt.
    public init(waits: [Span]) {
        precondition(!waits.isEmpty)
        self.waits = waits
    }

    /// How often a delivery is tried before it is dead.
    public var attempts: Int { waits.count }

    /// The wait before attempt number `attempt` (1 is the first), or nil when there is none left.
    ///
    /// The schedule's wait grows by a jitter of 0 ... 10 %, so that the deliveries a broken receiver missed do not all come back at once.
    /// A `Retry-After` makes it longer, never shorter.
    /// - Parameter jitter: Random bits; the same bits give the same wait.
    public func wait(before attempt: Int, retryAfter: Span? = nil, jitter: UInt64) -> Span? {
        guard attempt >= 1, attempt <= waits.count else { return nil }
        let planned = waits[attempt - 1].milliseconds
        let jittered = planned + planned * Int64(jitter % 1001) / 10_000
        let asked = min(retryAfter?.milliseconds ?? 0, RetrySchedule.longestRetryAfter.milliseconds)
        return Span(milliseconds: max(jittered, asked))
    }
}
