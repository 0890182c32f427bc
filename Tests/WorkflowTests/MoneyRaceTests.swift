import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `Twenty orders at once against one grant` {
    @Test(arguments: Backend.available)
    func `never spend more than was granted`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await withThrowingTaskGroup(of: Order.self) { group in
                for day in 1...20 { group.addTask { try await world.place(World.request(day: day)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(orders.map(\.number)).count == 20)
            let balance = try #require(try await world.subsidy())
            #expect(balance.granted == Fen(20_000))
            #expect(balance.reserved == balance.granted)
            let paid = orders.map { $0.payable - $0.selfPay }.total
            #expect(paid == balance.reserved)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `and when half are cancelled, exactly their part comes back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            var kept = Fen.zero
            for day in 1...6 {
                let order = try await world.place(World.request(day: day))
                if day % 2 == 0 {
                    _ = try await CancelOrder(world.office)(order.id, reason: "x", by: World.desk)
                } else {
                    kept += order.payable - order.selfPay
                }
            }
            #expect(try await world.subsidy()?.reserved == kept)
            #expect(try await world.faults() == [])
        }
    }
}

@Suite struct `The same request sent twice` {
    private func answer(_ world: World, _ key: String, _ body: String) async throws -> (answer: Answer, isReplayed: Bool) {
        let place = try PlaceOrder(world.office).prepared(World.request(twin: true), by: World.desk)
        return try await world.office.perform(once: try IdempotencyKey(caller: "desk", key: key, request: body.utf8)) { tx in
            Answer(status: 201, body: try place(tx).order.id.text)
        }
    }

    @Test(arguments: Backend.available)
    func `under one key is done once and answered alike`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await answer(world, "k1", "body")
            let second = try await answer(world, "k1", "body")
            #expect(!first.isReplayed)
            #expect(second.isReplayed)
            #expect(second.answer.body == first.answer.body)
            #expect(try await ReadOrders(world.office).counts() == [.offered: 1])
        }
    }

    @Test(arguments: Backend.available)
    func `under one key with another body is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await answer(world, "k1", "body")
            let other = await refusal { try await answer(world, "k1", "other") }
            #expect(other?.code == "idempotency_key_reused")
            #expect(other?.kind == .refused)
            #expect(try await ReadOrders(world.office).counts() == [.offered: 1])
        }
    }

    @Test(arguments: Backend.available)
    func `by twenty clients at once is done once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await answer(world, "k1", "body").answer.body } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(bodies.count == 1)
            #expect(try await ReadOrders(world.office).counts() == [.offered: 1])
        }
    }

    @Test(arguments: ["", String(repeating: "k", count: 256), "a b", "键", "a\u{7F}"])
    func `needs a key of visible ASCII`(key: String) async {
        #expect(await refusal { try IdempotencyKey(caller: "desk", key: key, request: []) }?.code == "idempotency_key_invalid")
    }
}
