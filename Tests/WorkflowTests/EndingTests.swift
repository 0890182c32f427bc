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

@Suite struct `Ending an order early` {
    static let open: [OrderState] = [.offered, .accepted, .scheduled, .inService, .done]

    @Test(arguments: Backend.available, open)
    func `gives back all that was reserved, whatever its state`(backend: Backend, state: OrderState) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: state)
            #expect(try #require(try await world.subsidy()).reserved > .zero)
            let cancelled = try await CancelOrder(world.office)(order.id, reason: "elder_changed_mind", by: World.desk)
            #expect(cancelled.state == .cancelled)
            let balance = try #require(try await world.subsidy())
            #expect(balance.reserved == .zero)
            #expect(balance.posted == .zero)
            let file = try await ReadOrders(world.office).file(order.id, by: World.desk)
            #expect(file.attempts.map(\.state) == [.withdrawn])
            #expect(file.legs.allSatisfy { $0.state == .released })
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is refused without a reason, and a second time`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let bare = await refusal { try await CancelOrder(world.office)(order.id, reason: "", by: World.desk) }
            #expect(bare?.code == "reason_missing")
            _ = try await CancelOrder(world.office)(order.id, reason: "changed", by: World.desk)
            let again = await refusal { try await CancelOrder(world.office)(order.id, reason: "changed", by: World.desk) }
            #expect(again?.code == "illegal_transition")
        }
    }

    @Test(arguments: Backend.available)
    func `by two persons voiding a closed one takes the posted money back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .closed)
            #expect(try #require(try await world.subsidy()).posted > .zero)
            let forbidden = await refusal { try await VoidOrder(world.office)(order.id, reason: "fake", by: World.desk) }
            #expect(forbidden?.kind == .forbidden)
            let asked = try await VoidOrder(world.office)(order.id, reason: "fake", by: World.admin)
            #expect(asked.state == .closed)
            let alone = await refusal { try await VoidOrder(world.office)(order.id, reason: "fake", by: World.admin) }
            #expect(alone?.code == "void_needs_second_person")
            let second = Caller(role: .admin, name: "second")
            let voided = try await VoidOrder(world.office)(order.id, reason: "fake", by: second)
            #expect(voided.state == .voided)
            let balance = try #require(try await world.subsidy())
            #expect(balance.reserved == .zero)
            #expect(balance.posted == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `after its month is closed is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .closed)
            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            let settled = await refusal { try await VoidOrder(world.office)(order.id, reason: "fake", by: World.admin) }
            #expect(settled?.code == "order_settled")
        }
    }

    @Test(arguments: Backend.available)
    func `happens to every open order of an elder who dies`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = [
                try await world.place(World.request(day: 2)), try await world.place(World.request(day: 3)),
                try await world.place(World.request(World.destitute)),
            ]
            let change = ManageElder(world.office).setStatus(World.minimum, .deceased, since: World.monday, by: World.desk)
            let cancelled = try await world.office.perform(change).cancelled
            #expect(Set(cancelled) == Set(orders.prefix(2).map(\.id)))
            #expect(try await world.find(orders[0].id).state == .cancelled)
            #expect(try await world.find(orders[2].id).state == .offered)
            #expect(try #require(try await world.subsidy()).reserved == .zero)
            #expect(await refusal { try await world.place(World.request(day: 4)) }?.code == "elder_deceased")
            #expect(try await world.faults() == [])
        }
    }
}
