import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

private let firm = ProviderID("P092")
private let day = World.monday.adding(days: 2)

extension World {
    /// Accepted orders of one firm for one day, one a starting minute.
    fileprivate func accepted(_ minutes: [Int]) async throws -> [Order] {
        var orders: [Order] = []
        for (index, minute) in minutes.enumerated() {
            var request = World.request([World.minimum, World.ordinary, World.lowIncome, World.destitute][index % 4], minute: minute, twin: true)
            request.preferredProvider = firm
            let order = try await accept(try await place(request))
            try #require(order.provider == firm)
            orders.append(order)
        }
        return orders
    }

    fileprivate func plan(steps: Int = 2000) async throws -> DayPlanRepository.Stored {
        let step = try await PlanDay(office, steps: steps).prepared(firm, on: day, by: World.caller(firm))
        return try await office.perform(step)
    }

    fileprivate func pin(_ order: Order, worker: WorkerID? = nil, start: Instant? = nil, by caller: Caller = World.caller(firm)) async throws
        -> ProviderDay.Assignment
    {
        try await office.perform(PinVisit(office).prepared(order.id, worker: worker, second: nil, start: start, by: caller))
    }

    /// The firm's workers with the certificates for an order.
    fileprivate func able(_ order: Order) -> [WorkerID] {
        let catalogue = office.reference.catalogue
        let needed = catalogue.credentialTypes.filter { $0.holder == .worker && catalogue.item(order.item)?.credentials.contains($0.code) == true }
        return office.reference.franchise.workers(of: firm).filter { $0.isActive && $0.holds(needed.map(\.code.text), on: day) }.map(\.id)
    }

    fileprivate func types(_ order: Order) async throws -> [String] {
        try await office.read { tx in try tx.events.about(order.id.text).map(\.type) }
    }
}

@Suite struct `Planning a provider's day` {
    @Test(arguments: Backend.available)
    func `names a worker for every accepted order and keeps the plan`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await world.accepted([540, 545, 600, 780])
            let stored = try await world.plan()
            #expect(stored.version == 1)
            #expect(Set(stored.plan.visits.map(\.order)) == Set(orders.map(\.id)))
            #expect(stored.plan.late_min == 0)
            for visit in stored.plan.visits {
                let order = try await world.find(visit.order)
                #expect(order.state == .scheduled)
                #expect(order.worker == visit.assignment.worker)
                // The promise to the elder stays; the plan begins within its tolerance.
                #expect(order.window == orders.first { $0.id == order.id }?.window)
                #expect(abs((visit.assignment.start - order.window.start).minutes) <= 15)
            }
            let read = try await ReadPlan(world.office)(firm, on: day)
            #expect(read.stored.plan.visits == stored.plan.visits)
            #expect(read.lines.allSatisfy { $0.elder != nil })
            #expect(read.missing.isEmpty)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `again after a cancellation moves nobody and says nothing new to the others`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await world.accepted([540, 600, 660, 840])
            let first = try await world.plan()
            let gone = orders[1]
            _ = try await CancelOrder(world.office)(gone.id, reason: "elder_changed_mind", by: World.desk)
            let stale = try await ReadPlan(world.office)(firm, on: day)
            #expect(stale.gone == 1 && stale.isStale)
            #expect(try await ReadPlan(world.office).stale(firm) == [day])
            // Told once, to this firm, by the numbers of its feed.
            let told = try await ReadFeed(world.office).latest(firm, limit: 10).map(\.event).filter { $0.type == "plan.stale" }
            #expect(told.map(\.data) == [#"{"order":"\#(gone.id)","version":1}"#])
            #expect(!stale.lines.contains { $0.order.id == gone.id })
            let second = try await world.plan()
            #expect(second.version == 2)
            #expect(try await ReadPlan(world.office).stale(firm) == [])
            #expect(second.plan.moved == 0)
            #expect(second.plan.visits.map(\.assignment) == first.plan.visits.filter { $0.order != gone.id }.map(\.assignment))
            for order in orders where order.id != gone.id {
                #expect(try await world.types(order).count { $0 == "order.scheduled" } == 1)
            }
            #expect(try await ReadPlan(world.office)(firm, on: day, version: 1).stored.plan.visits == first.plan.visits)
        }
    }

    @Test(arguments: Backend.available)
    func `takes in what was accepted later`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.accepted([540, 600])
            let first = try await world.plan()
            let late = try await world.accepted([570])[0]
            #expect(try await ReadPlan(world.office)(firm, on: day).missing.map(\.id) == [late.id])
            let second = try await world.plan()
            #expect(second.plan.moved == 0)
            #expect(second.plan.visits.count == first.plan.visits.count + 1)
            #expect(try await world.find(late.id).state == .scheduled)
        }
    }

    @Test(arguments: Backend.available)
    func `keeps a pin until it is taken out`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.accepted([600, 605])[0]
            let planned = try #require(try await world.plan().plan.visits.first { $0.order == order.id }).assignment
            let other = try #require(world.able(order).last { $0 != planned.worker })
            let start = order.window.start + .minutes(30)
            #expect(try await world.pin(order, worker: other, start: start) == .init(worker: other, start: start))
            for _ in 0..<2 {
                let visit = try #require(try await world.plan().plan.visits.first { $0.order == order.id })
                #expect(visit.assignment == .init(worker: other, start: start))
                #expect(visit.isPinned)
                #expect(try await world.find(order.id).worker == other)
            }
            try await world.office.perform(UnpinVisit(world.office).prepared(order.id, by: World.caller(firm)))
            let visit = try #require(try await world.plan().plan.visits.first { $0.order == order.id })
            #expect(!visit.isPinned)
            let none = await refusal { try await world.office.perform(UnpinVisit(world.office).prepared(order.id, by: World.caller(firm))) }
            #expect(none?.code == "pin_unknown")
        }
    }

    @Test(arguments: Backend.available)
    func `leaves out who is absent and keeps to entered hours`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.accepted([600, 605, 610])
            let before = try await world.plan()
            let absent = try #require(before.plan.visits.first).assignment.worker
            for worker in world.office.reference.franchise.workers(of: firm) where worker.isActive {
                let shift = DayPlanRepository.Shift(
                    worker: worker.id, isAbsent: worker.id == absent, from: 540, until: 1080, pause: 840..<900)
                try await world.office.perform(try SetShift(world.office).prepared(shift, of: firm, on: day, by: World.caller(firm)))
            }
            let after = try await world.plan()
            #expect(!after.plan.visits.contains { $0.assignment.worker == absent })
            #expect(after.plan.visits.count == 3)
            // Nobody who stayed was moved.
            let kept = before.plan.visits.filter { $0.assignment.worker != absent }.map(\.assignment)
            #expect(Set(after.plan.visits.map(\.assignment)).isSuperset(of: kept))
            // A break that meets a promised visit makes it come earlier rather than an hour late.
            for worker in world.office.reference.franchise.workers(of: firm) where worker.isActive {
                let shift = DayPlanRepository.Shift(worker: worker.id, isAbsent: false, from: 540, until: 1080, pause: 720..<780)
                try await world.office.perform(try SetShift(world.office).prepared(shift, of: firm, on: day, by: World.caller(firm)))
            }
            let lunch = TimeWindow(start: Instant(day, minute: 720), lasting: .hours(1))
            let fed = try await world.plan()
            #expect(fed.plan.late_min == 0)
            #expect(!fed.plan.visits.contains { TimeWindow(start: $0.assignment.start, end: $0.end)?.overlaps(lunch) ?? true })
        }
    }

    @Test(arguments: Backend.available)
    func `is refused when the day has changed meanwhile`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.accepted([600])[0]
            let step = try await PlanDay(world.office, steps: 100).prepared(firm, on: day, by: World.caller(firm))
            _ = try await CancelOrder(world.office)(order.id, reason: "changed", by: World.desk)
            #expect(await refusal { try await world.office.perform(step) }?.code == "plan_overtaken")
            #expect(await refusal { try await ReadPlan(world.office)(firm, on: day) }?.code == "plan_unknown")
        }
    }

    @Test(arguments: Backend.available)
    func `is nobody else's business`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.accepted([600])[0]
            _ = try await world.plan()
            let stranger = World.caller(ProviderID("P093"))
            #expect(await refusal { try await ReadPlan(world.office)(ProviderID("P093"), on: day) }?.code == "plan_unknown")
            #expect(await refusal { try await world.pin(order, by: stranger) }?.code == "order_unknown")
            let step = UnpinVisit(world.office).prepared(order.id, by: stranger)
            #expect(await refusal { try await world.office.perform(step) }?.code == "order_unknown")
            let theirs = try await PlanDay(world.office, steps: 100).prepared(ProviderID("P093"), on: day, by: stranger)
            #expect(try await world.office.perform(theirs).plan.visits.isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `leaves a visit under way where it is`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await world.accepted([600, 780])
            let first = try await world.plan()
            let begun = try await world.checkIn(try await world.find(orders[0].id))
            let again = try await world.plan()
            let visit = try #require(again.plan.visits.first { $0.order == begun.id })
            #expect(visit.assignment.worker == first.plan.visits.first { $0.order == begun.id }?.assignment.worker)
            #expect(visit.isPinned)
            #expect(try await world.find(begun.id).state == .inService)
            #expect(await refusal { try await world.pin(begun) }?.code == "pin_order_state")
        }
    }
}

@Suite struct `What a day plan refuses` {
    @Test func `a day that is over, a firm that is not there, a worker of another firm`() async throws {
        try await World.with(.memory) { world in
            let caller = World.caller(firm)
            let past = await refusal { try await PlanDay(world.office).prepared(firm, on: World.monday.adding(days: -1), by: caller) }
            #expect(past?.code == "plan_day_past")
            let nobody = ProviderID("P999")
            #expect(await refusal { try await PlanDay(world.office).prepared(nobody, on: day, by: caller) }?.code == "provider_unknown")
            let order = try await world.accepted([600])[0]
            #expect(await refusal { try await world.pin(order) }?.code == "pin_worker_missing")
            let foreign = try #require(world.office.reference.franchise.workers(of: ProviderID("P093")).first).id
            #expect(await refusal { try await world.pin(order, worker: foreign) }?.code == "worker_unknown")
            let own = try #require(world.office.reference.franchise.workers(of: firm).first { $0.isActive }).id
            let far = order.window.start + .hours(5)
            #expect(await refusal { try await world.pin(order, worker: own, start: far) }?.code == "time_not_agreed")
        }
    }

    @Test(arguments: [
        (600, 600, nil, "shift_invalid"), (-1, 600, nil, "shift_invalid"), (600, 1441, nil, "shift_invalid"), (480, 1020, 720..<720, "shift_break_invalid"),
        (480, 1020, 1000..<1030, "shift_break_invalid"), (480, 1020, 470..<500, "shift_break_invalid"),
    ] as [(Int, Int, Range<Int>?, String)])
    func `a shift that is turned round or not of one day`(from: Int, until: Int, pause: Range<Int>?, code: String) async throws {
        try await World.with(.memory) { world in
            let own = try #require(world.office.reference.franchise.workers(of: firm).first { $0.isActive }).id
            let shift = DayPlanRepository.Shift(worker: own, isAbsent: false, from: from, until: until, pause: pause)
            #expect(await refusal { try SetShift(world.office).prepared(shift, of: firm, on: day, by: World.caller(firm)) }?.code == code)
        }
    }
}
