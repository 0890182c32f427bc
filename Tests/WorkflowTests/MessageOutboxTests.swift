import Kernel
import Notifier
import Orders
import Registry
import Store
import Testing
import TestSupport
import Workflow

@Suite struct `Text messages` {
    private static func rule(_ name: String, _ event: String, _ states: [String], quiet: Bool = true, useful: Span = .hours(12)) -> MessageRule {
        MessageRule(name: name, event: event, receiver: .elder, text: "{item} {start} {visit_code}", states: states, isQuiet: quiet, useful: useful)
    }

    private static let rules = [
        rule("scheduled", "order.scheduled", ["scheduled"]), rule("cancelled", "order.cancelled", ["cancelled"], quiet: false, useful: .hours(2)),
    ]

    private func outbox(_ world: World, perHour: Int = 4) async throws -> MessageOutbox {
        var limits = MessageLimits()
        limits.perHour = perHour
        let plan = try MessagePlan(
            signature: "【试点】", rules: Self.rules, quiet: QuietHours(from: 21 * 60, until: 8 * 60), limits: limits)
        let url = try EndpointURL("https://sms.example/")
        let outbox = MessageOutbox(world.office, plan: plan, url: url) { id, _, number, text, _ in
            SignedRequest(url: url, headers: [("id", id), ("number", number)], body: Array(text.utf8))
        }
        // Begins with what comes next, not with the past.
        _ = try await outbox.gather(now: world.now)
        return outbox
    }

    private func withElder(_ world: World, _ number: String?) async throws {
        try await world.office.perform { tx in
            guard var elder = try tx.elders.find(World.minimum) else { return }
            let version = elder.version
            elder.version += 1
            elder.phones = try number.map { [Phone(number: try NormalisedPhone($0))] } ?? []
            elder.contacts = []
            try tx.elders.update(elder, expecting: version)
        }
    }

    private func rows(_ world: World) async throws -> [MessageRepository.Stored] {
        try await world.office.read { tx in try tx.messages.page(of: nil, state: nil, before: .max, limit: 50).reversed() }
    }

    private func due(_ outbox: MessageOutbox, _ world: World) async throws -> [Delivery] {
        _ = try await outbox.gather(now: world.now)
        return try await outbox.due(now: world.now, limit: 100, perEndpoint: 100, skipping: [])
    }

    private func ended(_ delivery: Delivery, _ decision: Decision, _ reply: Reply, _ world: World) -> DeliveryOutcome {
        DeliveryOutcome(
            delivery: delivery.id, subscription: "sms", attempt: delivery.attempt, decision: decision, reply: reply, startedAt: world.now,
            took: .seconds(1))
    }

    @Test(arguments: Backend.available)
    func `go to the elder once, with what is true when they are sent`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await withElder(world, "13912345678")
            let outbox = try await outbox(world)
            let claimed = try await outbox.claim(by: "a", now: world.now)
            #expect(claimed == nil, "nothing to do")
            let order = try await world.order(in: .scheduled)
            let (mine, others) = (try await outbox.claim(by: "a", now: world.now), try await outbox.claim(by: "b", now: world.now))
            #expect(mine == world.now + Lease.span && others == nil)
            let found = try await due(outbox, world)
            #expect(found.count == 1)
            let request = try #require(found.first?.prepared)
            #expect(request.headers.map(\.1) == ["sms_1", "13912345678"])
            #expect(String(decoding: request.body, as: UTF8.self).hasSuffix(order.visitCode))
            #expect(String(decoding: request.body, as: UTF8.self).hasPrefix("【试点】"))
            try await outbox.record([ended(found[0], .retry(at: world.now + .seconds(10)), .failed(.unmarked), world)], now: world.now)
            let soon = try await due(outbox, world)
            #expect(soon.isEmpty)
            world.pass(.seconds(10))
            let again = try await due(outbox, world)
            #expect(again.map(\.attempt) == [2])
            try await outbox.record([ended(again[0], .done, .status(200, retryAfter: nil), world)], now: world.now)
            let (left, kept) = (try await due(outbox, world), try await rows(world))
            #expect(left.isEmpty && kept.map(\.state) == ["delivered"] && kept.map(\.attempts) == [2])
        }
    }

    @Test(arguments: Backend.available)
    func `wait for the morning and are dropped when overtaken`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await withElder(world, "13912345678")
            let outbox = try await outbox(world)
            let order = try await world.order(in: .accepted)
            world.setClock(Instant(World.monday, minute: 22 * 60))
            _ = try await world.schedule(order)
            let atNight = try await due(outbox, world)
            #expect(atNight.isEmpty)
            _ = try await CancelOrder(world.office)(order.id, reason: "asked", by: World.desk)
            let found = try await due(outbox, world)
            #expect(found.map(\.type) == [], "the number's earlier message still waits, and goes first")
            world.setClock(Instant(World.monday.adding(days: 1), minute: 8 * 60))
            _ = try await due(outbox, world)
            let kept = try await rows(world)
            #expect(kept.map(\.lastReason) == ["overtaken", nil])
        }
    }

    @Test(arguments: Backend.available)
    func `are refused with a reason`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let outbox = try await outbox(world, perHour: 1)
            func cancelled(_ number: String?) async throws -> (state: String?, reason: String?) {
                try await withElder(world, number)
                let order = try await world.place()
                _ = try await CancelOrder(world.office)(order.id, reason: "asked", by: World.desk)
                _ = try await outbox.gather(now: world.now)
                let last = try await rows(world).last
                return (last?.state, last?.lastReason)
            }
            var found = [try await cancelled(nil), try await cancelled("0931-8412345"), try await cancelled("13912345678")]
            found.append(try await cancelled("13912345678"))
            let step = try MessageConsent(world.office).prepared(elder: World.minimum, provider: nil, isAllowed: false, by: World.desk)
            let changed = try await world.office.perform(step)
            found.append(try await cancelled("13987654321"))
            #expect(changed)
            #expect(found.map(\.state) == ["dead", "dead", "pending", "dead", "dead"])
            #expect(found.map(\.reason) == ["no_mobile", "no_mobile", nil, "number_limit", "refused_by_person"])
            // What waited too long is of no use any more.
            world.pass(.hours(3))
            _ = try await outbox.gather(now: world.now)
            let reasons = try await rows(world).map(\.lastReason)
            #expect(!reasons.contains(nil))
        }
    }

    @Test func `the published plan can be read`() throws {
        let plan = try #require(try Reference.messages(try ReferenceFiles.read(in: Shipped.root)))
        #expect(plan.rules.count >= 5 && plan.gateway == nil && plan.quiet != nil)
        #expect(Set(plan.rules.map(\.event)).isSuperset(of: ["order.scheduled", "order.cancelled", "order.offered"]))
        for rule in plan.rules { #expect(rule.states.allSatisfy { OrderState(rawValue: $0) != nil }, "\(rule.name)") }
        let nothing = try Reference.messages([:])
        #expect(nothing == nil)
    }
}
