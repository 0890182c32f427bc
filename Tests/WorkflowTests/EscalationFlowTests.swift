import Catalog
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `An order that is not on its way` {
    static func levels(_ world: World, _ order: Order) async throws -> [String] {
        try await world.office.read { tx in try tx.escalations.all(order.id).map { "\($0.level.rawValue) \($0.reason.rawValue)" } }
    }

    static func events(_ world: World, _ order: Order, _ type: String) async throws -> [Event] {
        try await world.office.read { tx in try tx.events.about(order.id.text).filter { $0.type == type } }
    }

    /// Declined by everybody who may be asked.
    static func exhausted(_ world: World, _ request: OrderRequest = World.request()) async throws -> Order {
        var order = try await world.place(request)
        while order.state == .offered {
            order = try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: try world.holder(order))
        }
        return order
    }

    @Test(arguments: Backend.available)
    func `is told to the dispatcher after two refusals, and to the shift leader half an office hour later`(backend: Backend) async throws {
        try await World.with(backend) { world in
            var order = try await world.place()
            let first = try world.holder(order)
            order = try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: first)
            #expect(try await Self.levels(world, order) == [])
            order = try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: try world.holder(order))
            #expect(try await Self.levels(world, order) == ["1 declined"])
            #expect(try await ReadEscalations(world.office)(from: .dispatcher).map(\.order.id) == [order.id])
            #expect(try await ReadEscalations(world.office)(from: .shiftLeader).isEmpty)
            world.pass(.minutes(29))
            try await WatchOffers(world.office)()
            #expect(try await Self.levels(world, order).count == 1)
            world.pass(.minutes(1))
            try await WatchOffers(world.office)()
            try await WatchOffers(world.office)()
            #expect(try await Self.levels(world, order) == ["1 declined", "2 overdue"])
            #expect(try await Self.events(world, order, "order.escalated").map(\.data) == ["{\"level\":1,\"reason\":\"declined\"}", "{\"level\":2,\"reason\":\"overdue\"}"])
            #expect(try await ReadEscalations(world.office)(from: .shiftLeader).first?.level == .shiftLeader)
            _ = try await world.accept(order)
            #expect(try await ReadEscalations(world.office)(from: .dispatcher).isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `for which nobody fits is told at once, and the lunch break does not count`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Instant(World.monday, minute: 11 * 60 + 50))
            let order = try await Self.exhausted(world)
            #expect(order.state == .received)
            #expect(try await Self.levels(world, order).first?.hasPrefix("1 ") == true)
            for minutes in [12 * 60 + 30, 13 * 60 + 59, 14 * 60 + 19] {
                world.setClock(Instant(World.monday, minute: minutes))
                try await WatchOffers(world.office)()
                #expect(try await Self.levels(world, order).count == 1)
            }
            world.setClock(Instant(World.monday, minute: 14 * 60 + 20))
            try await WatchOffers(world.office)()
            #expect(try await Self.levels(world, order).count == 2)
        }
    }

    @Test(arguments: Backend.available)
    func `because of an emergency is a person's in the same moment, whatever the provider does`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Instant(World.monday, minute: 23 * 60))
            let help = try #require(world.office.reference.catalogue.items.first { $0.tags.contains(.emergency) && $0.mode == .visit })
            var request = World.request(World.minimum, help.code)
            (request.start, request.isEmergency) = (world.now, true)
            let placed = try await PlaceOrder(world.office)(request, by: World.desk)
            let order = placed.order
            if order.state == .received {
                #expect(try await Self.levels(world, order) == ["2 emergency"])
            } else {
                #expect(try await Self.levels(world, order) == ["1 emergency"])
                let told = try await world.office.read { tx in try tx.events.of(try #require(order.provider), after: 0, limit: 9) }
                #expect(told.contains { $0.type == "order.offered" && $0.subject == order.id.text })
                world.setClock(try #require(order.timer).due)
                _ = try await RingTimers(world.office)()
                #expect(try await Self.levels(world, order) == ["1 emergency", "2 emergency"])
                // The dispatcher telephones and takes it for the provider.
                let live = try await world.find(order.id)
                if live.state == .offered { #expect(try await AcceptOffer(world.office)(order.id, by: World.desk).state == .accepted) }
            }
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is called to its provider's mind once before the offer runs out`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let attempt = try await world.office.read { tx in try #require(try tx.attempts.live(order.id)) }
            world.setClock(attempt.expiresAt - .minutes(31))
            try await WatchOffers(world.office)()
            #expect(try await Self.events(world, order, "order.offer_reminder").isEmpty)
            world.setClock(attempt.expiresAt - .minutes(30))
            for _ in 0..<3 { _ = try await RingTimers(world.office)() }
            #expect(try await Self.events(world, order, "order.offer_reminder").map(\.provider) == [order.provider])
            world.setClock(attempt.expiresAt)
            _ = try await RingTimers(world.office)()
            #expect(try await world.find(order.id).provider != order.provider)
            #expect(try await Self.events(world, order, "order.offer_reminder").count == 1)
        }
    }
}
