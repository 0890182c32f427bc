import Kernel
import Synchronization

/// Sends what the outbox holds (推送服务): reads what is due, sends at most so many at once, writes down how it ended.
///
/// A message may go twice, when the process dies between the answer and its record; the receiver knows it by its `webhook-id`. None is lost:
/// what is not written down as ended is due again. Of several processes over one outbox only the one that holds its lease sends.
public final class DeliveryService: Sendable {
    public struct Limits: Sendable {
        /// Messages under way to one endpoint.
        public var perEndpoint = 16
        /// Messages under way to all endpoints.
        public var total = 128
        /// Outcomes waiting to be written; with so many nothing new is begun.
        public var unrecorded = 2048
        /// The longest time between two looks at the outbox when nobody rings.
        public var tick = Duration.seconds(1)
        /// How long messages under way may go on after ``DeliveryService/stop()``.
        public var grace = Span.seconds(5)
        /// The first and the longest pause after the outbox could not be written.
        public var recordPauses = Span.seconds(1)...Span.seconds(30)

        public init() {}
    }

    private struct State {
        var desk: Desk
        /// Until when this process alone may send.
        var lease = Instant(milliseconds: 0)
        var stopBy: Instant?
    }

    private let outbox: any Outbox
    private let transport: any Transport
    private let limits: Limits
    /// This process among those that share the outbox.
    private let holder: String
    private let clock: @Sendable () -> Instant
    private let random: @Sendable () -> UInt64
    private let notice: @Sendable (DeliveryNotice) -> Void
    private let state: Mutex<State>
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    public init(
        outbox: any Outbox, transport: any Transport, policy: DeliveryPolicy = DeliveryPolicy(), limits: Limits = Limits(),
        clock: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> UInt64,
        notice: @escaping @Sendable (DeliveryNotice) -> Void
    ) {
        self.outbox = outbox
        self.transport = transport
        self.limits = limits
        self.clock = clock
        self.random = random
        self.notice = notice
        holder = IDMaker.text(at: clock(), random: random())
        state = Mutex(State(desk: Desk(limits: limits, policy: policy)))
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be something new to send. Cheap, from anywhere, as often as one likes.
    public func nudge() { signal.yield() }

    /// Begins nothing more; ``run()`` returns when what is under way has ended and is written down, at the latest after the grace.
    public func stop() {
        state.withLock { $0.stopBy = $0.stopBy ?? clock() + limits.grace }
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
        var pen = Pen(pauses: limits.recordPauses)
        await withDiscardingTaskGroup { senders in
            var next = signals.makeAsyncIterator()
            nudge()
            while await next.next() != nil {
                await record(&pen)
                if let stopBy = state.withLock({ $0.stopBy }) {
                    if state.withLock({ $0.desk.underWay }) == 0 || clock() >= stopBy { break }
                    continue
                }
                await read()
                while let delivery = begun() { senders.addTask { await self.send(from: delivery) } }
            }
            senders.cancelAll()
        }
        pen.retryAt = nil
        await record(&pen)
        let left = state.withLock { $0.desk.unrecorded.count }
        if left > 0 { notice(.unrecorded(left)) }
        // Another process need not wait for the lease to run out.
        try? await outbox.release(by: holder)
    }

    /// Sends one message, and after it whatever comes next, until there is nothing ready.
    private func send(from first: Delivery) async {
        var current: Delivery? = first
        while let delivery = current {
            let startedAt = clock()
            let reply = await transport.post(delivery.request(at: startedAt))
            let now = clock()
            let news = state.withLock { $0.desk.note(delivery, reply, startedAt: startedAt, now: now, jitter: random()) }
            if let news { notice(news) }
            current = reply == .failed(.cancelled) ? nil : begun()
            nudge()
        }
    }

    /// The next to be sent, counted as under way; nil when stopping, or when the lease is over.
    private func begun() -> Delivery? {
        let now = clock()
        return state.withLock { state in
            state.stopBy == nil && now < state.lease ? state.desk.next(at: now) : nil
        }
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

    private func record(_ pen: inout Pen) async {
        let outcomes = state.withLock { $0.desk.unrecorded }
        guard !outcomes.isEmpty, pen.retryAt.map({ clock() >= $0 }) ?? true else { return }
        do {
            try await outbox.record(outcomes, now: clock())
            state.withLock { $0.desk.recorded(outcomes.count) }
            pen = Pen(pauses: pen.pauses)
        } catch {
            notice(.recordFailed(error, waiting: outcomes.count, pause: pen.pause))
            pen.retryAt = clock() + pen.pause
            pen.pause = min(pen.pauses.upperBound, Span(milliseconds: pen.pause.milliseconds * 2))
        }
    }

    /// Makes sure of the lease, gathers what is new, and puts what is due on the desk.
    private func read() async {
        do {
            let now = clock()
            guard try await isLeased(at: now) else { return }
            if try await outbox.gather(now: now) { nudge() }
            let (isOpen, asked, skipping) = state.withLock { ($0.desk.isOpen, $0.desk.asked, $0.desk.skipping(at: now)) }
            guard isOpen else { return }
            let due = try await outbox.due(now: now, limit: asked.total, perEndpoint: asked.perEndpoint, skipping: skipping)
            state.withLock { $0.desk.accept(due, at: now) }
        } catch {
            notice(.dueFailed(error))
        }
    }

    private func isLeased(at now: Instant) async throws -> Bool {
        let lease = state.withLock { $0.lease }
        if lease - now > Lease.renewal { return true }
        guard let longer = try await outbox.claim(by: holder, now: now) else { return now < lease }
        state.withLock { $0.lease = longer }
        return true
    }
}

/// How long one process may send alone before it must say again that it lives.
public enum Lease {
    public static let span = Span.seconds(6)
    /// Renewed when less than this is left; more than the longest pause between two looks at the outbox.
    public static let renewal = Span.seconds(3)
}
