import Kernel

/// A circuit breaker (熔断) for one endpoint: after five failures in a row nothing is sent for a while, then one message as a probe.
///
/// It saves the receiver, our connections and the deliveries' attempts; the schedule of each delivery is untouched by it.
public struct Breaker: Hashable, Sendable {
    public enum State: Hashable, Sendable {
        /// Everything goes; so many failures in a row so far.
        case closed(failures: Int)
        /// Nothing goes before that moment; from then on a single probe (half open).
        case open(until: Instant, pause: Span)
    }

    public private(set) var state: State = .closed(failures: 0)

    /// Failures in a row that open it.
    public static let threshold = 5
    /// The first pause; each failed probe doubles it up to ``longestPause``.
    public static let firstPause = Span.seconds(30)
    public static let longestPause = Span.minutes(10)

    public init() {}

    /// How many messages may be under way at `now`: all, none, or the one probe.
    public func room(at now: Instant) -> Int {
        switch state {
        case .closed: .max
        case .open(let until, _): now < until ? 0 : 1
        }
    }

    /// After a message ended. Failures of messages sent before it opened change nothing.
    public func noted(success: Bool, at now: Instant) -> Breaker {
        var breaker = self
        switch state {
        case _ where success:
            breaker.state = .closed(failures: 0)
        case .closed(let failures) where failures + 1 < Breaker.threshold:
            breaker.state = .closed(failures: failures + 1)
        case .closed:
            breaker.state = .open(until: now + Breaker.firstPause, pause: Breaker.firstPause)
        case .open(let until, let pause):
            guard now >= until else { break }
            let longer = Span(milliseconds: min(pause.milliseconds * 2, Breaker.longestPause.milliseconds))
            breaker.state = .open(until: now + longer, pause: longer)
        }
        return breaker
    }
}
