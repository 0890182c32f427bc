import Kernel
import Notifier
import Testing

@Suite struct `After an attempt` {
    let policy = DeliveryPolicy()
    let now = Instant(milliseconds: 1_767_225_600_000)

    static let replies: [Reply] =
        [200, 204, 299, 301, 302, 400, 401, 404, 408, 410, 429, 500, 503, 599].map { .status($0, retryAfter: nil) }
        + [.status(503, retryAfter: .hours(9)), .status(429, retryAfter: .days(300))]
        + [.dns, .connect, .tls, .timeout, .tooLarge, .privateAddress, .reset, .other(2)].map { .failed($0) }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `any row of replies ends within the schedule and 120 hours and a bit`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (now, failingSince) = (now, nil as Instant?)
        for attempt in 1...policy.schedule.attempts {
            let reply = Self.replies[random.below(Self.replies.count)]
            let decision = policy.next(after: reply, attempt: attempt, now: now, jitter: random.next(), failingSince: failingSince)
            guard case .retry(let at) = decision else { return }
            #expect(at >= now)
            #expect(at - now <= .hours(27))
            failingSince = failingSince ?? now
            now = at
        }
        Issue.record("still waiting after \(policy.schedule.attempts) attempts")
    }

    @Test func `the waits are those of the standard, with up to a tenth more`() {
        let waits = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
        #expect(policy.schedule.waits == waits.map { Span.seconds($0) })
        for (index, seconds) in waits.enumerated() {
            #expect(policy.schedule.wait(before: index + 1, jitter: 0) == .seconds(seconds))
            #expect(policy.schedule.wait(before: index + 1, jitter: 1000)?.milliseconds == Int64(seconds) * 1100)
        }
        #expect(policy.schedule.wait(before: waits.count + 1, jitter: 0) == nil)
        #expect(policy.schedule.wait(before: 0, jitter: 0) == nil)
    }

    @Test func `Retry-After lengthens a wait and never shortens it`() {
        #expect(policy.schedule.wait(before: 2, retryAfter: .seconds(60), jitter: 0) == .seconds(60))
        #expect(policy.schedule.wait(before: 2, retryAfter: .seconds(1), jitter: 0) == .seconds(5))
        #expect(policy.schedule.wait(before: 2, retryAfter: .days(100), jitter: 0) == RetrySchedule.longestRetryAfter)
    }

    @Test func `410 and five days of failure stop the endpoint`() {
        #expect(policy.next(after: .status(410, retryAfter: nil), attempt: 1, now: now, jitter: 0) == .disable(.gone))
        let timeout = Reply.failed(.timeout)
        let patience = DeliveryPolicy.patience
        #expect(policy.next(after: timeout, attempt: 1, now: now, jitter: 0, failingSince: now - patience) == .disable(.failing))
        #expect(policy.next(after: timeout, attempt: 10, now: now, jitter: 0) == .dead(.exhausted(timeout)))
    }

    @Test func `what we broke off ourselves costs no attempt`() {
        #expect(policy.next(after: .failed(.cancelled), attempt: 10, now: now, jitter: 0) == .retry(at: now))
    }
}

@Suite struct `A breaker` {
    let now = Instant(milliseconds: 0)

    private func opened() -> Breaker { (1...5).reduce(Breaker()) { breaker, _ in breaker.noted(success: false, at: now) } }

    @Test func `opens at the fifth failure in a row, and a success starts the count anew`() {
        let four = (1...4).reduce(Breaker()) { breaker, _ in breaker.noted(success: false, at: now) }
        #expect(four.room(at: now) == .max)
        #expect(four.noted(success: true, at: now) == Breaker())
        #expect(opened().room(at: now) == 0)
    }

    @Test func `lets one through after its pause, and waits longer each time that fails`() {
        var breaker = opened()
        var (at, pause) = (now, Breaker.firstPause)
        for _ in 0..<8 {
            #expect(breaker.room(at: at + pause - .seconds(1)) == 0)
            #expect(breaker.room(at: at + pause) == 1)
            at = at + pause
            breaker = breaker.noted(success: false, at: at)
            pause = min(Span(milliseconds: pause.milliseconds * 2), Breaker.longestPause)
        }
        #expect(pause == Breaker.longestPause)
        #expect(breaker.noted(success: true, at: at) == Breaker())
    }

    @Test func `does not count those who were under way when it opened`() {
        #expect(opened().noted(success: false, at: now + .seconds(1)) == opened())
    }
}
