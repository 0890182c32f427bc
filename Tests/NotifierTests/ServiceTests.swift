import Kernel
import Synchronization
import Testing

@testable import Notifier

/// An outbox in memory, with the promises of the real one.
final class MemoryOutbox: Outbox {
    struct State {
        var waiting: [Int64: Delivery] = [:]
        var outcomes: [DeliveryOutcome] = []
        var failures = 0
        var lease: String?
    }

    let state: Mutex<State>

    init(_ deliveries: [Delivery], failures: Int = 0) {
        state = Mutex(State(waiting: Dictionary(uniqueKeysWithValues: deliveries.map { ($0.id, $0) }), failures: failures))
    }

    var outcomes: [DeliveryOutcome] { state.withLock { $0.outcomes } }
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    func claim(by holder: String, now: Instant) async throws -> Instant? {
        state.withLock { state in
            guard state.lease == nil || state.lease == holder else { return nil }
            state.lease = holder
            return now + Lease.span
        }
    }

    func release(by holder: String) async throws { state.withLock { if $0.lease == holder { $0.lease = nil } } }

    func gather(now: Instant) async throws -> Bool { false }

    func due(now: Instant, limit: Int, perEndpoint: Int, skipping: Set<String>) async throws -> [Delivery] {
        state.withLock { state in
            var lines: Set<String> = []
            let heads = state.waiting.values.sorted { $0.id < $1.id }.filter {
                !skipping.contains($0.subscription.id) && lines.insert($0.subscription.id + "/" + $0.subject).inserted
            }
            return Array(heads.prefix(limit))
        }
    }

    func record(_ outcomes: [DeliveryOutcome], now: Instant) async throws {
        try state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                throw Rejection(.unavailable, "disk_full", "")
            }
            state.outcomes += outcomes
            for outcome in outcomes { state.waiting[outcome.delivery] = nil }
        }
    }
}

/// Notes who is under way together, and answers with what it is told.
final class StubTransport: Transport {
    struct State {
        var underWay: [String: Int] = [:]
        var most: [String: Int] = [:]
        var sent: [String] = []
    }

    let state = Mutex(State())
    let reply: @Sendable (SignedRequest) -> Reply
    init(_ reply: @escaping @Sendable (SignedRequest) -> Reply = { _ in .status(200, retryAfter: nil) }) { self.reply = reply }

    func post(_ request: SignedRequest) async -> Reply {
        state.withLock { state in
            state.underWay[request.url.host, default: 0] += 1
            state.most[request.url.host] = max(state.most[request.url.host] ?? 0, state.underWay[request.url.host] ?? 0)
            state.sent.append(request.headers.first { $0.0 == "webhook-id" }?.1 ?? "")
        }
        await Task.yield()
        state.withLock { $0.underWay[request.url.host, default: 1] -= 1 }
        return reply(request)
    }
}

enum Sample {
    static func subscription(_ id: String) throws -> Subscription {
        Subscription(
            id: id, provider: nil, url: try EndpointURL("https://\(id).example/"), events: .everything,
            secrets: SecretRing(Secret(random: Array(repeating: 1, count: 32))))
    }

    static func delivery(_ id: Int64, to subscription: Subscription, subject: String, attempt: Int = 1) -> Delivery {
        Delivery(
            id: id, eventID: "evt_\(id)", eventSeq: id, subject: subject, subscription: subscription, type: "order.offered", body: [],
            attempt: attempt)
    }

    static func service(_ outbox: any Outbox, _ transport: any Transport, _ change: (inout DeliveryService.Limits) -> Void = { _ in }) -> DeliveryService {
        var limits = DeliveryService.Limits()
        limits.tick = .milliseconds(5)
        change(&limits)
        let clock = ContinuousClock()
        let start = clock.now
        return DeliveryService(
            outbox: outbox, transport: transport, limits: limits,
            clock: { Instant(milliseconds: Int64((clock.now - start) / .milliseconds(1))) }, random: { UInt64.random(in: .min ... .max) }, notice: { _ in })
    }
}

@Suite(.timeLimit(.minutes(5))) struct `The delivery service` {
    private func run(_ service: DeliveryService, until isDone: @escaping @Sendable () -> Bool) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            // One whose time is over ends instead of holding a thread from all others: a cancelled task no longer sleeps.
            while !isDone(), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(2)) }
            service.stop()
            await group.waitForAll()
        }
    }

    @Test func `sends each once, each order's in the order of the log`() async throws {
        let hooks = try ["a", "b", "c"].map(Sample.subscription)
        let deliveries = (1...300).map { Sample.delivery($0, to: hooks[Int($0) % 3], subject: "o\($0 % 11)") }
        let (outbox, transport) = (MemoryOutbox(deliveries), StubTransport())
        await run(Sample.service(outbox, transport) { $0.perEndpoint = 4 }) { outbox.isEmpty }
        let sent = transport.state.withLock { $0.sent }
        #expect(sent.sorted() == deliveries.map(\.eventID).sorted())
        for line in Dictionary(grouping: deliveries, by: { $0.subscription.id + $0.subject }).values {
            let expected = line.map(\.eventID)
            let wanted = Set(expected)
            #expect(sent.filter { wanted.contains($0) } == expected)
        }
        #expect(transport.state.withLock { $0.most.values.max() ?? 0 } <= 4)
    }

    @Test func `keeps outcomes that could not be written and writes them later`() async throws {
        let hook = try Sample.subscription("a")
        let outbox = MemoryOutbox((1...5).map { Sample.delivery($0, to: hook, subject: "o\($0)") }, failures: 2)
        let transport = StubTransport()
        await run(Sample.service(outbox, transport) { $0.recordPauses = .seconds(0)...(.seconds(0)) }) { outbox.isEmpty }
        #expect(transport.state.withLock { $0.sent.count } == 5)
        #expect(outbox.outcomes.count == 5)
    }

    @Test func `leaves the work to the process that holds the lease`() async throws {
        let hook = try Sample.subscription("a")
        let outbox = MemoryOutbox((1...50).map { Sample.delivery($0, to: hook, subject: "o\($0)") })
        let transports = [StubTransport(), StubTransport()]
        let services = transports.map { Sample.service(outbox, $0) }
        await withTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { await service.run() } }
            while !outbox.isEmpty, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(2)) }
            for service in services { service.stop() }
        }
        let sent = transports.map { transport in transport.state.withLock { $0.sent.count } }
        #expect(sent.sorted() == [0, 50])
        #expect(outbox.state.withLock { $0.lease } == nil)
    }

    @Test func `pauses an endpoint that fails and none of its neighbours`() async throws {
        let (bad, good) = (try Sample.subscription("bad"), try Sample.subscription("good"))
        let deliveries =
            (1...100).map { Sample.delivery($0, to: bad, subject: "o\($0)") } + (101...200).map { Sample.delivery($0, to: good, subject: "o\($0)") }
        let outbox = MemoryOutbox(deliveries)
        let transport = StubTransport { .status($0.url.host == "bad.example" ? 503 : 200, retryAfter: nil) }
        await run(Sample.service(outbox, transport) { $0.perEndpoint = 4 }) { outbox.outcomes.filter { $0.subscription == "good" }.count == 100 }
        // Five open the breaker; those of the same handful may have been under way, and on a crowded machine a probe or two comes due.
        #expect((5...12).contains(outbox.outcomes.filter { $0.subscription == "bad" }.count))
    }
}

extension Desk {
    /// What would be sent now.
    mutating func take(_ due: [Delivery], at now: Instant) -> [Delivery] {
        accept(due, at: now)
        var taken: [Delivery] = []
        while let delivery = next(at: now) { taken.append(delivery) }
        return taken
    }
}

@Suite struct `The desk` {
    private let now = Instant(milliseconds: 0)

    @Test func `takes a line's next only when the one before is written down`() throws {
        var desk = Desk(limits: .init(), policy: DeliveryPolicy())
        let hook = try Sample.subscription("a")
        let (first, second) = (Sample.delivery(1, to: hook, subject: "o"), Sample.delivery(2, to: hook, subject: "o"))
        #expect(desk.take([first, first, second], at: now).map(\.id) == [1])
        _ = desk.note(first, .status(200, retryAfter: nil), startedAt: now, now: now, jitter: 0)
        #expect(desk.take([first, second], at: now).isEmpty)
        desk.recorded(1)
        #expect(desk.take([second], at: now).map(\.id) == [2])
    }

    @Test func `sends one probe after a pause`() throws {
        var desk = Desk(limits: .init(), policy: DeliveryPolicy())
        let hook = try Sample.subscription("a")
        let due = (1...20).map { Sample.delivery($0, to: hook, subject: "o\($0)") }
        for delivery in desk.take(Array(due.prefix(5)), at: now) {
            _ = desk.note(delivery, .failed(.timeout), startedAt: now, now: now, jitter: 0)
        }
        desk.recorded(5)
        #expect(desk.skipping(at: now) == ["a"])
        #expect(desk.take(due, at: now).isEmpty)
        let later = now + Breaker.firstPause
        #expect(desk.take(due, at: later).count == 1)
        #expect(desk.skipping(at: later) == ["a"])
    }

    @Test func `goes on sending while outcomes wait to be written`() throws {
        var limits = DeliveryService.Limits()
        (limits.perEndpoint, limits.unrecorded) = (1, 3)
        var desk = Desk(limits: limits, policy: DeliveryPolicy())
        let hook = try Sample.subscription("a")
        desk.accept((1...5).map { Sample.delivery($0, to: hook, subject: "o\($0)") }, at: now)
        for id in 1...3 as ClosedRange<Int64> {
            let next = desk.next(at: now)
            let delivery = try #require(next)
            #expect(delivery.id == id)
            let more = desk.next(at: now)
            #expect(more?.id == nil)
            _ = desk.note(delivery, .status(200, retryAfter: nil), startedAt: now, now: now, jitter: 0)
        }
        // So many may be lost with the process, so no more are begun.
        let stopped = desk.next(at: now)
        desk.recorded(3)
        let fourth = desk.next(at: now)
        #expect(stopped?.id == nil && fourth?.id == 4)
    }

    @Test func `serves endpoints in turn`() throws {
        var limits = DeliveryService.Limits()
        limits.total = 4
        var desk = Desk(limits: limits, policy: DeliveryPolicy())
        let hooks = try ["a", "b"].map(Sample.subscription)
        let due = (1...8).map { Sample.delivery($0, to: hooks[$0 <= 6 ? 0 : 1], subject: "o\($0)") }
        #expect(desk.take(due, at: now).map(\.subscription.id) == ["a", "b", "a", "b"])
    }

    @Test func `forgets what was ready too long`() throws {
        var limits = DeliveryService.Limits()
        limits.total = 1
        var desk = Desk(limits: limits, policy: DeliveryPolicy())
        let hook = try Sample.subscription("a")
        let due = (1...3).map { Sample.delivery($0, to: hook, subject: "o\($0)") }
        let first = desk.take(due, at: now)
        #expect(first.map(\.id) == [1])
        let later = now + Desk.freshness + .seconds(1)
        _ = desk.note(first[0], .status(200, retryAfter: nil), startedAt: now, now: later, jitter: 0)
        let stale = desk.next(at: later)
        let fresh = desk.take(due, at: later)
        #expect(stale?.id == nil && fresh.map(\.id) == [2])
    }

    @Test func `sends nothing more to an endpoint that has gone`() throws {
        var limits = DeliveryService.Limits()
        limits.perEndpoint = 1
        var desk = Desk(limits: limits, policy: DeliveryPolicy())
        let hook = try Sample.subscription("a")
        let due = (1...3).map { Sample.delivery($0, to: hook, subject: "o\($0)") }
        let first = desk.take(due, at: now)[0]
        _ = desk.note(first, .status(410, retryAfter: nil), startedAt: now, now: now, jitter: 0)
        let next = desk.next(at: now)
        let taken = desk.take(due, at: now)
        #expect(next?.id == nil && taken.isEmpty)
        #expect(desk.skipping(at: now) == ["a"])
    }

    @Test func `gives back what was broken off`() throws {
        var desk = Desk(limits: .init(), policy: DeliveryPolicy())
        let delivery = Sample.delivery(1, to: try Sample.subscription("a"), subject: "o")
        #expect(desk.take([delivery], at: now).count == 1)
        _ = desk.note(delivery, .failed(.cancelled), startedAt: now, now: now, jitter: 0)
        #expect(desk.unrecorded.isEmpty)
        #expect(desk.take([delivery], at: now).count == 1)
    }
}
