import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `A check by the elder's landline` {
    /// The line of ``World/minimum``.
    static let line = "0931-8000002"

    static func ring(_ world: World, from number: String = line, at moment: Instant, id: String = "c1") async throws {
        for event in CallEvent.allCases { _ = try await RecordCall(world.office)(event, id: id, from: number, to: "96000", at: moment, by: World.desk) }
    }

    static func check(_ world: World, _ order: Order, out: Bool = false) async throws -> Order {
        world.setClock(out ? order.window.end : order.window.start)
        let report = CheckReport(at: world.now, method: .landline)
        let caller = try world.holder(order)
        return try await world.office.perform(
            out ? CheckOut(world.office).prepared(order.id, report, by: caller) : CheckIn(world.office).prepared(order.id, report, by: caller))
    }

    static func visit(_ world: World, _ order: Order) async throws -> Visit {
        try #require(try await world.office.read { tx in try tx.visits.find(order.id) })
    }

    static func confirm(_ world: World, _ order: Order) async throws -> Order {
        try await world.office.perform(
            try RecordCallback(world.office).prepared(
                order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder", by: World.desk))
    }

    /// Minutes from the check to the ring → believed.
    @Test(arguments: Backend.available, [(-11, false), (-10, true), (0, true), (10, true), (11, false)])
    func `is believed when the platform heard that line within ten minutes`(backend: Backend, ring: (minutes: Int, isHeard: Bool)) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .scheduled)
            try await Self.ring(world, at: order.window.start + .minutes(ring.minutes))
            _ = try await Self.check(world, order)
            #expect(try await Self.visit(world, order).checkIn.method == (ring.isHeard ? .landline : .landlineUnheard))
        }
    }

    @Test(arguments: Backend.available)
    func `is not believed for another line, a mobile or a number marked as wrong`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .scheduled)
            let mobile = try NormalisedPhone("13812345678")
            let wrong = Phone(number: try NormalisedPhone("0931-8000009"), isWrong: true)
            try await world.office.perform { tx in
                var elder = try #require(try tx.elders.find(order.elder))
                elder.phones += [Phone(number: mobile), wrong]
                try tx.elders.update(elder, expecting: elder.version)
            }
            for (id, number) in ["a": "0931-8000003", "b": mobile.text, "c": wrong.number.text] {
                try await Self.ring(world, from: number, at: order.window.start, id: id)
            }
            _ = try await Self.check(world, order)
            #expect(try await Self.visit(world, order).checkIn.method == .landlineUnheard)
        }
    }

    /// 预约挂号代办, done on the telephone from anywhere.
    @Test(arguments: Backend.available)
    func `is believed from the elder's mobile where the service has no place`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .scheduled, World.request(World.minimum, ItemCode("03036"), hours: 1))
            #expect(order.mode == .phone)
            let mobile = try NormalisedPhone("13812345678")
            try await world.office.perform { tx in
                var elder = try #require(try tx.elders.find(order.elder))
                elder.phones.append(Phone(number: mobile))
                try tx.elders.update(elder, expecting: elder.version)
            }
            try await Self.ring(world, from: mobile.text, at: order.window.start)
            _ = try await Self.check(world, order)
            #expect(try await Self.visit(world, order).checkIn.method == .landline)
        }
    }

    @Test(arguments: Backend.available)
    func `is believed at the next step when the event of the call came late`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .scheduled)
            let started = try await Self.check(world, order)
            #expect(try await Self.visit(world, order).checkIn.method == .landlineUnheard)
            try await Self.ring(world, at: order.window.start + .minutes(3))
            let done = try await Self.check(world, started, out: true)
            #expect(try await Self.visit(world, order).checkIn.method == .landline)
            #expect(try await Self.visit(world, order).checkOut?.method == .landlineUnheard)
            try await Self.ring(world, at: order.window.end - .minutes(1), id: "c2")
            #expect(try await Self.confirm(world, done).verification == .verified)
            #expect(try await Self.visit(world, order).checkOut?.method == .landline)
        }
    }

    @Test(arguments: Backend.available)
    func `without a call is the weakest evidence, and public money waits for a person`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .scheduled)
            let done = try await Self.check(world, try await Self.check(world, order), out: true)
            let closed = try await Self.confirm(world, done)
            let visit = try await Self.visit(world, order)
            #expect(visit.isManual)
            #expect(visit.evidence(EvidencePolicy()) == .slip)
            #expect(closed.verification == .held)
            #expect(closed.settlement == .notReady)
            #expect(try #require(try await world.subsidy()).posted == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `says what the call was, so that nobody rings back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .scheduled)
            try await Self.ring(world, at: order.window.start)
            let duties = { try await world.office.read { tx in try tx.calls.undone(since: Instant(World.monday), limit: 10).map(\.id) } }
            #expect(try await duties() == ["c1"])
            _ = try await Self.check(world, order)
            #expect(try await duties() == [])
            let call = try #require(try await world.office.read { tx in try tx.calls.find("c1") })
            #expect(call.outcome == "visit_check")
            #expect(call.elder == order.elder)
        }
    }
}
