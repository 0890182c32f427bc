import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `A provider's feed` {
    @Test(arguments: Backend.available)
    func `wakes a waiting poll when something is addressed to it, and lets it go when its time is over`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let office = world.office
            let first = try await world.place()
            let provider = try #require(first.provider)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await office.board.follow(office) { Issue.record($0) } }
                let last = try #require(try await ReadFeed(office)(provider, after: 0, limit: 500).last?.event.providerSeq)
                // Until the board is followed a poll is answered at once, so ask until one is held.
                async let news = Self.held(office, provider, after: last)
                while office.board.held == 0 { try await Task.sleep(for: .milliseconds(1)) }
                _ = try await world.accept(first)
                let entries = try await news
                #expect(entries.map(\.event.type) == ["order.accepted"])
                #expect(entries.first?.elder != nil)
                let clock = ContinuousClock()
                let began = clock.now
                #expect(await Self.news(office, provider, after: last + 1, within: .seconds(1)))
                #expect(try await ReadFeed(office)(provider, after: last + 1, limit: 10).isEmpty)
                #expect(clock.now - began >= .milliseconds(900))
                #expect(office.board.held == 0)
                group.cancelAll()
            }
        }
    }

    private static func news(_ office: Office, _ provider: ProviderID, after: Int64, within: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            _ = ReadFeed(office).news(for: provider, after: after, until: .now + within) { continuation.resume(returning: $0) }
        }
    }

    private static func held(_ office: Office, _ provider: ProviderID, after: Int64) async throws -> [FeedEntry] {
        while true {
            let entries = try await ReadFeed(office)(provider, after: after, limit: 10)
            if !entries.isEmpty { return entries }
            if await !news(office, provider, after: after, within: .seconds(20)) { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    @Test(arguments: Backend.available)
    func `knows of the elder from acceptance until a day after the end, and no other provider does`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let provider = try #require(order.provider)
            func knows(_ order: Order, _ now: Instant) -> Bool { ReadFeed.mayKnowElder(provider, order, now: now) }
            let end = order.window.end
            #expect(!knows(order, world.now))
            let accepted = try await world.accept(order)
            #expect(knows(accepted, world.now))
            #expect(!ReadFeed.mayKnowElder(ProviderID("P999"), accepted, now: world.now))
            var done = accepted
            done.state = .done
            #expect(knows(done, end + .hours(24) - .seconds(1)))
            #expect(!knows(done, end + .hours(24)))
            var closed = accepted
            closed.state = .closed
            #expect(knows(closed, end))
            #expect(!knows(closed, end + .hours(24)))
            var cancelled = accepted
            cancelled.state = .cancelled
            #expect(!knows(cancelled, world.now))
        }
    }

    @Test(arguments: Backend.available)
    func `is numbered without a gap while many write at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await withThrowingTaskGroup(of: Order.self) { group in
                for number in 0..<40 {
                    group.addTask { try await world.place(World.request(day: 2 + number % 20, minute: 540 + number, hours: 1, twin: true)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for provider in Set(orders.compactMap(\.provider)) {
                let entries = try await ReadFeed(world.office)(provider, after: 0, limit: 500)
                #expect(entries.compactMap(\.event.providerSeq) == (1...Int64(entries.count)).map(\.self))
                let next = Int64(entries.count) + 1
                #expect(await refusal { try await ReadFeed(world.office)(provider, after: next, limit: 1) }?.code == "cursor_in_future")
            }
        }
    }
}

@Suite struct `A token` {
    private func caller(_ world: World, _ token: String) async throws -> Caller? { try await ManageTokens(world.office).caller(token: token) }

    @Test(arguments: Backend.available)
    func `is rotated with an overlap, revoked at once, and its use is written down now and then`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let manage = ManageTokens(world.office)
            let old = try await manage.createToken(.init(role: .provider, provider: ProviderID("P001"), name: "till", scopes: ["provider", "meals:read"]))
            #expect(try await caller(world, old)?.mayUse("meals", toWrite: true) == false)
            let listed = try await manage.page(after: nil, limit: 10, for: World.caller(ProviderID("P001")))
            let id = try #require(listed.first?.id)
            #expect(listed.count == 1)
            #expect(listed.first?.seenAt == world.now)
            let seen = world.now
            world.pass(.minutes(3))
            _ = try await caller(world, old)
            #expect(try await manage.page(after: nil, limit: 10, for: World.admin).first?.seenAt == seen)
            world.pass(.minutes(3))
            _ = try await caller(world, old)
            #expect(try await manage.page(after: nil, limit: 10, for: World.admin).first?.seenAt == world.now)

            let strange = try manage.rotated(id, overlap: .hours(1), by: World.caller(ProviderID("P002")))
            #expect(await refusal { try await world.office.perform(strange) }?.code == "token_unknown")
            let new = try await world.office.perform(try manage.rotated(id, overlap: .hours(1), by: World.caller(ProviderID("P001"))))
            #expect(try await caller(world, old) != nil)
            #expect(try await caller(world, new.token) == caller(world, old))
            world.pass(.hours(1))
            #expect(try await caller(world, old) == nil)
            #expect(try await caller(world, new.token) != nil)
            try await world.office.perform(manage.revoked(new.stored.id, by: World.admin))
            #expect(try await caller(world, new.token) == nil)
        }
    }

    @Test(arguments: [
        ("orders", "orders", true, true), ("orders:read", "orders", true, false), ("orders:read", "orders", false, true), ("orders", "meals", false, false),
    ])
    func `does what its scopes say`(scope: String, area: String, toWrite: Bool, isAllowed: Bool) throws {
        let caller = Caller(role: .operator, name: "x", scopes: [try #require(Caller.Scope(scope))])
        #expect(caller.mayUse(area, toWrite: toWrite) == isAllowed)
    }

    @Test(arguments: ["", ":", "orders:write", "Orders", "a:read:b", " orders", "orders:"])
    func `has no scope that is not one`(text: String) { #expect(Caller.Scope(text) == nil) }
}

@Suite struct `An answer kept for a key` {
    @Test(arguments: Backend.available)
    func `is forgotten after its time, a day or a month where money moves`(backend: Backend) async throws {
        try await World.with(backend) { world in
            func ask(_ kept: Span, _ text: String) async throws -> (String, Bool) {
                let key = try IdempotencyKey(World.desk, key: "k-\(kept.milliseconds)", request: Array("same".utf8), kept: kept)
                let (answer, isReplayed) = try await world.office.perform(once: key) { _ in Answer(status: 200, body: text) }
                return (answer.body, isReplayed)
            }
            for (kept, hours) in [(IdempotencyKey.usual, 24), (IdempotencyKey.forMoney, 30 * 24)] {
                #expect(try await ask(kept, "first") == ("first", false))
                world.pass(.seconds(hours * 3600 - 1))
                #expect(try await ask(kept, "second") == ("first", true))
                world.pass(.seconds(1))
                #expect(try await ask(kept, "third") == ("third", false))
            }
            try await world.office.perform { tx in try tx.idempotency.forget(at: world.now + .days(31)) }
            #expect(try await ask(IdempotencyKey.usual, "fourth") == ("fourth", false))
        }
    }

    @Test(arguments: Backend.available)
    func `is the caller's own`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for provider in ["P001", "P002"] {
                let caller = Caller(role: .provider, name: "till", provider: ProviderID(provider))
                let key = try IdempotencyKey(caller, key: "1", request: Array(provider.utf8))
                let (answer, isReplayed) = try await world.office.perform(once: key) { _ in Answer(status: 200, body: provider) }
                #expect(answer.body == provider)
                #expect(!isReplayed)
            }
        }
    }
}
