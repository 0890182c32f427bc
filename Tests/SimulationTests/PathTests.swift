import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Rehearsal
import Store
import Testing
import Workflow

/// One order at a time through the real workflows, at moments chosen by the test.
@Suite struct `The path of an order` {
    struct Scene {
        let district: SmallDistrict
        let stage: Stage
        let office: Office
        let desk = Caller(role: .operator, name: "desk")

        init(at start: Instant = Instant(LocalDate(2026, 3, 10)!, minute: 9 * 60)) async throws {
            district = try await SmallDistrict(elders: 60)
            stage = Stage(start: start, seed: 3)
            office = stage.office(district.database, district.shelf)
        }

        func provider(of order: Order) throws -> Caller {
            let id = try #require(order.provider)
            return Caller(role: .provider, name: id.text, provider: id)
        }

        /// An order that public money helps to pay, at home, tomorrow at ten unless told otherwise.
        func place(_ item: ItemCode = ItemCode("06001"), start: Instant? = nil, isEmergency: Bool = false) async throws -> Order {
            let elders = try await office.read { tx in try tx.elders.page(after: nil, limit: 60) }
            let start = start ?? Instant(LocalDate(2026, 3, 11)!, minute: 10 * 60)
            for elder in elders where elder.classes(on: start.localDate).contains("minimum_living") {
                let request = OrderRequest(elder: elder.id, item: item, start: start, isEmergency: isEmergency)
                let placed = try await PlaceOrder(office)(request, by: desk)
                guard placed.order.state == .offered, !placed.legs.isEmpty else { continue }
                return placed.order
            }
            throw Rejection(.missing, "nobody", "no elder with a subsidy")
        }

        func accept(_ order: Order) async throws -> Order { try await AcceptOffer(office)(order.id, by: provider(of: order)) }

        func schedule(_ order: Order) async throws -> Order {
            let provider = try #require(order.provider)
            let item = try #require(office.reference.catalogue.item(order.item))
            let types = office.reference.catalogue.credentialTypes
                .filter { $0.holder == .worker && item.credentials.contains($0.code) }.map(\.code.text)
            let worker = try #require(
                office.reference.franchise.workers(of: provider).first { $0.isActive && $0.holds(types, on: order.serviceDate) })
            return try await office.perform(
                ScheduleWorker(office).prepared(order.id, worker: worker.id, start: nil, by: self.provider(of: order)))
        }

        func checkIn(_ order: Order) async throws -> Order {
            stage.move(to: order.window.start - .minutes(20))
            let report = CheckReport(at: stage.now, method: .landline)
            return try await office.perform(CheckIn(office).prepared(order.id, report, by: provider(of: order)))
        }

        func checkOut(_ order: Order, method: CheckMethod) async throws -> Order {
            stage.move(to: order.window.end)
            let report = CheckReport(at: stage.now, method: method, code: method == .code ? order.visitCode : nil)
            return try await office.perform(CheckOut(office).prepared(order.id, report, by: provider(of: order)))
        }

        /// What elders have reserved and spent, and how many places are taken.
        func held(_ order: Order) async throws -> (money: [Fen], places: Int) {
            try await office.read { tx in
                let balances = try tx.entitlements.all(of: order.elder).flatMap { [$0.balance.reserved, $0.balance.posted] }
                let taken = try tx.loads.taken(
                    from: order.serviceDate, until: order.serviceDate, by: office.reference.franchise.providers.map(\.id))
                return (balances.filter { $0 != .zero }, taken.map(\.count).reduce(0, +))
            }
        }
    }

    @Test(arguments: [OrderState.offered, .accepted, .scheduled, .inService, .done, .closed])
    func `gives back money and place when it is ended at any state`(state: OrderState) async throws {
        let scene = try await Scene()
        var order = try await scene.place()
        #expect(try await !scene.held(order).money.isEmpty)
        let steps: [(OrderState, (Order) async throws -> Order)] = [
            (.accepted, scene.accept), (.scheduled, scene.schedule), (.inService, scene.checkIn),
            (.done, { try await scene.checkOut($0, method: .landline) }),
            (.closed, { order in
                let told = try RecordCallback(scene.office).prepared(
                    order.id, came: true, cameAt: nil, did: "", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                    by: scene.desk)
                return try await scene.office.perform(told)
            }),
        ]
        for (reached, step) in steps where order.state != state {
            order = try await step(order)
            #expect(order.state == reached)
        }
        let admin = Caller(role: .admin, name: "admin")
        if state == .closed { _ = try await VoidOrder(scene.office)(order.id, reason: "fake", by: Caller(role: .admin, name: "first")) }
        let ended =
            state == .closed
            ? try await VoidOrder(scene.office)(order.id, reason: "fake", by: admin)
            : try await CancelOrder(scene.office)(order.id, reason: "elder", by: admin)
        #expect(ended.state == (state == .closed ? .voided : .cancelled))
        let held = try await scene.held(order)
        #expect(held.money == [] && held.places == 0)
        #expect(try await Examine(scene.office.database)(now: scene.stage.now).isSound)
    }

    @Test func `goes from one provider to the next and ends as unmet demand, never twice to the same`() async throws {
        let scene = try await Scene()
        var order = try await scene.place()
        var asked: [ProviderID] = []
        while order.state == .offered {
            let provider = try #require(order.provider)
            #expect(!asked.contains(provider))
            asked.append(provider)
            if asked.count % 2 == 0 {
                order = try await DeclineOffer(scene.office)(order.id, reason: "busy", by: scene.provider(of: order))
            } else {
                scene.stage.move(to: try #require(order.timer?.due))
                let late = await #expect(throws: OrderRejection.self) { try await AcceptOffer(scene.office)(order.id, by: scene.provider(of: order)) }
                #expect(late?.rejection.code == "offer_expired")
                _ = try await RingTimers(scene.office)()
                let id = order.id
                order = try await scene.office.read { tx in try tx.orders.require(id) }
            }
        }
        #expect(order.state == .received)
        #expect(asked.count > 1)
        let id = order.id
        #expect(try await scene.office.read { tx in try tx.unmet.latest(id) } != nil)
        let held = try await scene.held(order)
        #expect(held.money == [] && held.places == 0)
    }

    @Test(arguments: [true, false])
    func `that is wanted at once is still offered to the next after its start`(isEmergency: Bool) async throws {
        let scene = try await Scene()
        let order = try await scene.place(start: scene.stage.now + .minutes(3), isEmergency: isEmergency)
        #expect(order.urgency == (isEmergency ? .emergency : .urgent))
        scene.stage.move(to: order.window.start + .minutes(2))
        #expect(try await RingTimers(scene.office)() == 1)
        let next = try await scene.office.read { tx in try tx.orders.require(order.id) }
        #expect(next.state == .offered)
        #expect(next.provider != order.provider)
    }

    @Test func `that was booked waits as unmet when nobody has answered by its start`() async throws {
        let scene = try await Scene()
        let order = try await scene.place()
        scene.stage.move(to: order.window.start)
        #expect(try await RingTimers(scene.office)() == 1)
        let late = try await scene.office.read { tx in try tx.orders.require(order.id) }
        #expect(late.state == .received && late.serviceLevel == .overdue)
        #expect(try await scene.office.read { tx in try tx.unmet.latest(order.id)?.summary } == "到服务时间仍无人接单。")
        // Nobody waits for ever: after its end the order rings no more.
        scene.stage.move(to: order.window.end + .hours(1))
        for _ in 0..<3 { _ = try await RingTimers(scene.office)() }
        #expect(try await scene.office.read { tx in try tx.orders.require(order.id).timer } == nil)
    }

    @Test func `that failed on the doorstep can be dispatched and visited again`() async throws {
        let scene = try await Scene()
        var order = try await scene.checkIn(scene.schedule(scene.accept(scene.place())))
        order = try await FailOrder(scene.office)(order.id, reason: "not_home", by: scene.desk)
        order = try await scene.office.perform(ReopenOrder(scene.office).prepared(order.id, reason: "is_back", by: scene.desk))
        order = try await scene.checkIn(scene.schedule(scene.accept(order)))
        order = try await scene.checkOut(order, method: .code)
        #expect(order.state == .closed)
        let id = order.id
        let visit = try #require(try await scene.office.read { tx in try tx.visits.find(id) })
        #expect(visit.provider == order.provider && visit.confirmedBy == "elder")
    }

    @Test func `is watched after nobody has named a worker in time`() async throws {
        let scene = try await Scene()
        let order = try await scene.accept(scene.place())
        #expect(order.timer?.kind == .scheduleOverdue)
        scene.stage.move(to: try #require(order.timer?.due))
        _ = try await RingTimers(scene.office)()
        let rung = try await scene.office.read { tx in try tx.orders.require(order.id) }
        #expect(rung.serviceLevel == .overdue && rung.timer?.kind == .noShow)
        #expect(try #require(rung.timer?.due) > order.window.start)
    }

    @Test func `cannot be moved to another day by its provider`() async throws {
        let evening = Instant(LocalDate(2026, 3, 31)!, minute: 20 * 60 + 15)
        let scene = try await Scene(at: evening - .hours(5))
        let order = try await scene.schedule(scene.accept(scene.place(ItemCode("05029"), start: evening)))
        let worker = try #require(order.worker)
        for (hours, isAllowed) in [(1, true), (4, false)] {
            let move = ScheduleWorker(scene.office).prepared(
                order.id, worker: worker, start: evening + .hours(hours), by: try scene.provider(of: order))
            if isAllowed {
                #expect(try await scene.office.perform(move).window.start == evening + .hours(1))
            } else {
                let refusal = await #expect(throws: Rejection.self) { try await scene.office.perform(move) }
                #expect(refusal?.code == "time_not_agreed")
            }
        }
    }
}
