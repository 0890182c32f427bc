import Kernel
import Synchronization

/// Sends what the outbox holds (推送服务): reads what is due, sends at most so many at once, writes down how it ended.
///
/// A message may go twice, when the process dies between the answer and its record, or when two processes serve one database; the receiver
/// knows it by its `webhook-id`. None is lost: what is not written down as ended is due again.
public final class DeliveryService: Sendable {
    public struct Limits: Sendable {
        /// Messages under way to one endpoint.
        public var perEndpoint = 16
        /// Messages under way to all endpoints.
        public var total = 128
        /// The longest time between two looks at the outbox when nobody rings.
        public var tick = Duration.seconds(1)
        /// How long messages under way may go on after ``DeliveryService/stop()``.
        public var grace = Span.seconds(5)
        /// The first and the longest pause after the outbox could not be written.
        public var recordPauses = Span.seconds(1)...Span.seconds(30)

        public init() {}
    }

    private struct Ended: Sendable {
        let delivery: Delivery
        let reply: Reply
        let startedAt: Instant
        let now: Instant
    }

    private struct Inbox {
        var ended: [Ended] = []
        var stopBy: Instant?
    }

    private let outbox: any Outbox
    private let transport: any Transport
    private let policy: DeliveryPolicy
    private let limits: Limits
    private let clock: @Sendable () -> Instant
    private let random: @Sendable () -> UInt64
    private let notice: @Sendable (DeliveryNotice) -> Void
    private let inbox = Mutex(Inbox())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    public init(
        outbox: any Outbox, transport: any Transport, policy: DeliveryPolicy = DeliveryPolicy(), limits: Limits = Limits(),
        clock: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> UInt64,
        notice: @escaping @Sendable (DeliveryNotice) -> Void
    ) {
        self.outbox = outbox
        self.transport = transport
        self.policy = policy
        self.limits = limits
        self.clock = clock
        self.random = random
        self.notice = notice
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be something new to send. Cheap, from anywhere, as often as one likes.
    public func nudge() { signal.yield() }

    /// Begins nothing more; ``run()`` returns when what is under way has ended and is written down, at the latest after the grace.
    public func stop() {
        inbox.withLock { $0.stopBy = $0.stopBy ?? clock() + limits.grace }
        signal.yield()
    }

    /// Works until ``stop()`` or until its task is cancelled. To be run once.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: self.limits.tick)
                    self.nudge()
                }
            }
            await self.work()
            group.cancelAll()
        }
    }

    private func work() async {
        var desk = Desk(limits: limits, policy: policy)
        var pen = Pen(pauses: limits.recordPauses)
        await withDiscardingTaskGroup { posts in
            var next = signals.makeAsyncIterator()
            var underWay = 0
            nudge()
            while await next.next() != nil {
                underWay -= note(&desk)
                await record(&desk, &pen)
                if let stopBy = inbox.withLock({ $0.stopBy }) {
                    if underWay == 0 || clock() >= stopBy { break }
                    continue
                }
                for delivery in await taken(&desk) {
                    underWay += 1
                    posts.addTask { await self.send(delivery) }
                }
            }
            posts.cancelAll()
        }
        _ = note(&desk)
        pen.retryAt = nil
        await record(&desk, &pen)
        if !desk.unrecorded.isEmpty { notice(.unrecorded(desk.unrecorded.count)) }
    }

    private func send(_ delivery: Delivery) async {
        let startedAt = clock()
        let reply = await transport.post(SignedRequest(delivery, at: startedAt))
        let ended = Ended(delivery: delivery, reply: reply, startedAt: startedAt, now: clock())
        inbox.withLock { $0.ended.append(ended) }
        nudge()
    }

    /// - Returns: How many have ended since the last look.
    private func note(_ desk: inout Desk) -> Int {
        let ended = inbox.withLock { inbox in
            defer { inbox.ended.removeAll(keepingCapacity: true) }
            return inbox.ended
        }
        for one in ended {
            let news = desk.note(one.delivery, one.reply, startedAt: one.startedAt, now: one.now, jitter: random())
            if let news { notice(news) }
        }
        return ended.count
    }

    /// When the outbox may next be written, after it could not be.
    private struct Pen {
        let pauses: ClosedRange<Span>
        var pause: Span
        var retryAt: Instant?

        init(pauses: ClosedRange<Span>) {
            self.pauses = pauses
            pause = pauses.lowerBound
        }
    }

    private func record(_ desk: inout Desk, _ pen: inout Pen) async {
        let outcomes = desk.unrecorded
        guard !outcomes.isEmpty, pen.retryAt.map({ clock() >= $0 }) ?? true else { return }
        do {
            try await outbox.record(outcomes, now: clock())
            desk.recorded(outcomes.count)
            pen = Pen(pauses: pen.pauses)
        } catch {
            notice(.recordFailed(error, waiting: outcomes.count, pause: pen.pause))
            pen.retryAt = clock() + pen.pause
            pen.pause = min(pen.pauses.upperBound, Span(milliseconds: pen.pause.milliseconds * 2))
        }
    }

    private func taken(_ desk: inout Desk) async -> [Delivery] {
        do {
            let now = clock()
            if try await outbox.gather(now: now) { nudge() }
            guard desk.room > 0 else { return [] }
            // As many again as may be held, for the outbox gives what is held a second time.
            let due = try await outbox.due(
                now: now, limit: 2 * limits.total, perEndpoint: 2 * limits.perEndpoint, skipping: desk.skipping(at: now))
            return desk.take(due, at: now)
        } catch {
            notice(.dueFailed(error))
            return []
        }
    }
}
