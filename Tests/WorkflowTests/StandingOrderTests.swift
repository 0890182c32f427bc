import Catalog
import Entitlement
import Intake
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

extension World {
    /// Two hours of cleaning from the Monday of the tests on, at ten.
    static func plan(_ rule: String = "FREQ=DAILY", from: Int = 0, minute: Int = 600, holidays: HolidayPolicy = .asUsual) throws -> StandingPlan {
        StandingPlan(
            recurrence: Recurrence(try Recurrence.Pattern(rule)), start: minute, quantity: Quantity(2), span: DateSpan(from: monday.adding(days: from)),
            holidays: holidays)
    }

    func standing(_ plan: StandingPlan, _ elder: ElderID = World.minimum, _ item: ItemCode = World.cleaning) async throws -> ChangedStandingOrder {
        try await office.perform(try ManageStandingOrders(office).create(elder, item: item, plan, by: World.desk))
    }

    func instances(_ standing: StandingOrder, days: Int = 20) async throws -> [ShownInstance] {
        try await ReadStandingOrders(office).instances(standing.id, from: now.localDate, until: now.localDate.adding(days: days))
    }

    func orders(of elder: ElderID = World.minimum) async throws -> [Order] {
        try await office.read { tx in try tx.orders.latest(of: elder, limit: 500).sorted { $0.window.start < $1.window.start } }
    }

    func away(_ elder: ElderID = World.minimum, from: Int, until: Int?) async throws -> ChangedAbsence {
        try await office.perform(
            try ManageAbsences(office).open(
                elder, .hospital, from: World.monday.adding(days: from), until: until.map { World.monday.adding(days: $0) }, note: "", by: World.desk))
    }
}

@Suite struct `A standing order` {
    @Test(arguments: Backend.available)
    func `is made two weeks ahead as ordinary orders, once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let taken = try await world.standing(try World.plan("FREQ=WEEKLY;BYDAY=MO,TH"))
            #expect(taken.report.made == 5)
            let orders = try await world.orders()
            #expect(orders.map { $0.serviceDate.days(to: World.monday) } == [0, -3, -7, -10, -14])
            #expect(orders.allSatisfy { $0.source == "standing" && $0.state == .offered && $0.quantity == Quantity(2) })
            // Answered by the day before, not within two hours of the night in which they are made.
            #expect(orders.last?.timer?.due == orders.last.map { $0.window.start - .hours(24) })
            #expect(try #require(try await world.subsidy()).reserved > .zero)
            for _ in 0..<2 { #expect(try await MakeInstances(world.office)() == InstanceReport(plans: 1)) }
            #expect(try await world.orders().count == 5)
            let file = try await ReadOrders(world.office).file(try #require(orders.first).id, by: World.desk)
            #expect(file.attempts.count == 1)
            #expect(file.events.map(\.type) == ["order.received", "order.offered"])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `decides, pays and records as an order by telephone does`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let placed = try await PlaceOrder(world.office)(World.request(), by: World.desk)
            let first = try await ReadOrders(world.office).file(placed.order.id, by: World.desk)
            _ = try await CancelOrder(world.office)(placed.order.id, reason: "test", by: World.desk)
            let taken = try await world.standing(try World.plan("FREQ=DAILY;COUNT=1", from: 2))
            #expect(taken.report.made == 1)
            let order = try #require(try await world.orders().first { $0.source == "standing" })
            let second = try await ReadOrders(world.office).file(order.id, by: World.desk)
            #expect(second.attempts.map(\.decision) == first.attempts.map(\.decision))
            #expect(second.legs.map(\.leg) == first.legs.map(\.leg))
            #expect((order.provider, order.payable, order.selfPay, order.window) == (first.order.provider, first.order.payable, first.order.selfPay, first.order.window))
            #expect(second.attempts.map(\.slotOpens) == first.attempts.map(\.slotOpens))
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `goes on day by day and loses no day when nobody ran it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let taken = try await world.standing(try World.plan())
            #expect(taken.report.made == 15)
            world.pass(.days(1))
            #expect(try await MakeInstances(world.office)().made == 1)
            // Four weeks without a run: the days in between cannot be made any more, and that is told.
            world.setClock(Instant(World.monday.adding(days: 29), minute: 12 * 60))
            let report = try await MakeInstances(world.office)()
            #expect(report.made == 14)
            #expect(report.refused == 14)
            let missed = try await ReadStandingOrders(world.office).instances(
                taken.order.id, from: World.monday.adding(days: 16), until: World.monday.adding(days: 29))
            #expect(missed.allSatisfy { $0.state == .refused && $0.code == "missed" })
            #expect(missed.count == 14)
        }
    }

    @Test(arguments: Backend.available)
    func `that cannot be made says why, and is made once the reason is gone`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let twin = try await world.place(World.request(day: 3))
            let taken = try await world.standing(try World.plan())
            #expect(taken.report.made == 14)
            #expect(taken.report.refused == 1)
            let refused = try #require(try await world.instances(taken.order).first { $0.state == .refused })
            #expect(refused.code == "order_twin")
            #expect(refused.day == World.monday.adding(days: 3))
            #expect(try await ReadStandingOrders(world.office).refused(limit: 10).map(\.code) == ["order_twin"])
            #expect(try await MakeInstances(world.office)() == InstanceReport(plans: 1))
            _ = try await CancelOrder(world.office)(twin.id, reason: "test", by: World.desk)
            #expect(try await MakeInstances(world.office)().made == 1)
            #expect(try await ReadStandingOrders(world.office).refused(limit: 10).isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `that the books refuse is noted and ends no run`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // The books take one order of this elder, whatever the rules say.
            try await world.office.database.writeAlone { tx in
                _ = try tx.execute("CREATE UNIQUE INDEX one_order ON service_order (elder_id) WHERE elder_id = 'e-low-income'")
            }
            let stopped = try await world.standing(try World.plan(), World.lowIncome)
            let others = try await world.standing(try World.plan(minute: 900), World.ordinary)
            #expect(stopped.report == InstanceReport(plans: 1, made: 1, refused: 14) && others.report.made == 15)
            let day = try #require(try await world.instances(stopped.order).first { $0.state == .refused })
            #expect(day.code == "constraint")
            // The next night both are ahead by a day, and nothing is told twice.
            world.setClock(world.now + .days(1))
            #expect(try await MakeInstances(world.office)() == InstanceReport(plans: 2, made: 1, refused: 1))
            #expect(try await world.orders(of: World.lowIncome).count == 1)
            #expect(try await world.faults() == [])
            try await world.office.database.writeAlone { tx in _ = try tx.execute("DROP INDEX one_order") }
            #expect(try await MakeInstances(world.office)().made >= 13)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `whose day a person has cancelled is not made again`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.standing(try World.plan())
            let order = try #require(try await world.orders().last)
            _ = try await CancelOrder(world.office)(order.id, reason: "elder_wish", by: World.desk)
            #expect(try await MakeInstances(world.office)().made == 0)
        }
    }

    @Test(arguments: Backend.available)
    func `that is changed moves only what is ahead and different`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let taken = try await world.standing(try World.plan("FREQ=WEEKLY;BYDAY=MO,TH"))
            let before = try await world.orders()
            let begun = try await world.checkIn(try await world.schedule(try await world.accept(before[0])))
            let change = ManageStandingOrders(world.office).change(taken.order.id, expecting: 1, by: World.desk) {
                $0.recurrence.pattern = try Recurrence.Pattern("FREQ=WEEKLY;BYDAY=TU,TH")
            }
            let changed = try await world.office.perform(change)
            #expect(changed.order.version == 2)
            #expect(changed.report.withdrawn == 2)
            #expect(changed.report.made == 2)
            #expect(try await world.find(begun.id).state == .inService)
            for kept in [before[1], before[3]] { #expect(try await world.find(kept.id).state == .offered) }
            for gone in [before[2], before[4]] { #expect(try await world.find(gone.id).state == .cancelled) }
            #expect(await refusal { try await world.office.perform(change) }?.code == "standing_order_changed")
            let later = ManageStandingOrders(world.office).change(taken.order.id, expecting: nil, by: World.desk) { $0.start = 660 }
            let moved = try await world.office.perform(later)
            #expect(moved.report.withdrawn == 4)
            #expect(moved.report.made == 4)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that is suspended or ended takes its orders back and gives the entitlement back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let manage = ManageStandingOrders(world.office)
            let id = try await world.standing(try World.plan("FREQ=WEEKLY;BYDAY=TH")).order.id
            let reserved = try #require(try await world.subsidy()).reserved
            #expect(reserved > .zero)
            #expect(await refusal { try await world.office.perform(try manage.suspend(id, reason: "", by: World.desk)) }?.code == "reason_missing")
            let suspended = try await world.office.perform(try manage.suspend(id, reason: "elder_wish", by: World.desk))
            #expect(suspended.report.withdrawn == 2)
            #expect(try #require(try await world.subsidy()).reserved == .zero)
            #expect(try await MakeInstances(world.office)().made == 0)
            #expect(try await world.instances(suspended.order).allSatisfy { $0.state == .suspended })
            let resumed = try await world.office.perform(try manage.resume(id, by: World.desk))
            #expect(resumed.report.made == 2)
            #expect(try #require(try await world.subsidy()).reserved == reserved)
            #expect(try await world.office.perform(try manage.end(id, reason: "done", by: World.desk)).report.withdrawn == 2)
            #expect(await refusal { try await world.office.perform(try manage.resume(id, by: World.desk)) }?.code == "standing_order_state")
            let change = manage.change(id, expecting: nil, by: World.desk) { $0.note = "x" }
            #expect(await refusal { try await world.office.perform(change) }?.code == "standing_order_ended")
            #expect(try #require(try await world.subsidy()).reserved == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `for which nobody can be found is an unmet order like any other`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await world.office.perform { tx in
                var elder = try #require(try tx.elders.find(World.minimum))
                elder.blockedProviders = world.office.reference.franchise.providers.map(\.id)
                try tx.elders.update(elder, expecting: elder.version)
            }
            let taken = try await world.standing(try World.plan("FREQ=DAILY;COUNT=3", from: 1))
            #expect(taken.report.made == 3)
            #expect(taken.report.unmet == 3)
            let order = try #require(try await world.orders().first)
            #expect(order.state == .received)
            #expect(try await ReadOrders(world.office).file(order.id, by: World.desk).unmet != nil)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `of many elders is made in parts, and never twice by two runs at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let elders = try (10..<110).map { try world.elder(ElderID("e\($0)"), class: "minimum_living", order: $0 % 10) }
            let plan = try World.plan("FREQ=WEEKLY;BYDAY=TU,FR")
            try await world.office.perform { tx in
                for (index, elder) in elders.enumerated() {
                    var elder = elder
                    (elder.number, elder.idNumber) = ("LZ9\(index)", nil)
                    try tx.elders.insert(elder)
                    try tx.standingOrders.insert(
                        StandingOrder(
                            id: StandingOrderID("s\(1000 + index)"), elder: elder.id, item: World.cleaning, plan: plan,
                            createdAt: Instant(milliseconds: 0), createdBy: "test"))
                }
            }
            async let one = MakeInstances(world.office)()
            async let two = MakeInstances(world.office)()
            let made = try await one.made + two.made
            #expect(made == 400)
            let count = try await world.office.read { tx in try tx.orders.counts().values.reduce(0, +) }
            #expect(count == 400)
            #expect(try await world.faults() == [])
        }
    }
}
