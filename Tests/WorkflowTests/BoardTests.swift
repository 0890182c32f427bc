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

/// Everything that is kept of one order.
private struct OrderRows: Sendable {
    let order: Order
    let visit: Visit?
    let callbacks: [Callback]
    let legs: [LegRepository.Stored]
    let events: [Event]
}

@Suite("The wall board")
struct BoardTests {
    /// Every figure of the board against a plain count over all orders, calls and rows, on every database.
    @Test(arguments: Backend.available)
    func `counts what a recount of every row counts`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let elders = [World.ordinary, World.lowIncome, World.minimum, World.destitute]
            for (index, state) in [OrderState.offered, .accepted, .scheduled].enumerated() {
                _ = try await world.order(in: state, World.request(elders[index], day: 3))
            }
            let running = try await world.order(in: .inService, World.request(World.destitute, day: 2))
            for (event, id) in [(CallEvent.newCall, "c1"), (.newCall, "c2"), (.hangup, "c2"), (.newCall, "c3"), (.answer, "c3")] {
                _ = try await RecordCall(world.office)(event, id: id, from: "09318000001", to: "96345", at: world.now, by: World.desk)
            }
            _ = try await world.office.perform(FileComplaint(world.office).prepared(running.id, text: "来晚了", by: World.desk))
            world.pass(.days(1))
            _ = try await RecordCall(world.office)(.newCall, id: "c4", from: "09318000002", to: "96345", at: world.now, by: World.desk)

            let orders = try await world.office.read { tx in
                try tx.orders.page(state: nil, elder: nil, provider: nil, day: nil, before: nil, limit: 500)
            }
            let (now, midnight) = (world.now, Instant(world.now.localDate, minute: 0))
            let open = orders.filter { $0.timer != nil && !$0.state.isEnd }
            let wall = try await ReadWall(world.office)()
            let recount: [BoardFigure: Int] = [
                .calls: 1, .queue: 1, .abandoned: 0, .orders: orders.count { $0.createdAt >= midnight }, .open: open.count,
                .late: open.count { $0.timer.map { $0.due <= now } ?? false }, .emergencies: open.count { $0.urgency == .emergency },
                .running: open.count { $0.state == .inService }, .complaints: 1, .meals: 0, .callbacks: 0,
            ]
            for (figure, expected) in recount { #expect(wall.figures[figure] == expected, "\(figure)") }
            #expect((wall.figures[.late] ?? 0) > 0)
            for figure in BoardFigure.allCases {
                let (count, rows) = try await ReadWall(world.office).rows(figure)
                #expect(count == wall.figures[figure])
                #expect(rows.count == min(count, 300), "\(figure)")
            }
            #expect(wall.elders.values.reduce(0, +) == elders.count)
            #expect(wall.states[.offered] == orders.count { $0.state == .offered && $0.timer != nil })
        }
    }

    /// The rest of the picture: what was done today, what nobody could do, meals, answers, streets, hours and money.
    @Test(arguments: Backend.available)
    func `draws what a recount of every row draws`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let canteen = ProviderID("P001")
            // A week ago an order; today one visit in time, one late, one nobody could take, and lunches of which one is taken back.
            _ = try await world.place(World.request(World.lowIncome, day: 9))
            world.pass(.days(7))
            let day = 7
            _ = try await world.order(in: .closed, World.request(World.minimum, day: day, minute: 600, hours: 1))
            world.setClock(Instant(World.monday.adding(days: day), minute: 700))
            var swipes: [SwipeID] = []
            for elder in [World.ordinary, World.minimum, World.destitute] {
                let request = SwipeRequest(elder: elder, canteen: canteen, slot: .lunch, at: world.now, device: "till-1")
                swipes.append(try await SwipeMeal(world.office)(request, by: World.caller(canteen)).swipe.id)
            }
            _ = try await world.office.perform(
                try ReverseMeal(world.office).prepared(swipes[0], reason: "刷错了", by: World.caller(canteen)))
            let late = try await world.order(in: .scheduled, World.request(World.destitute, day: day, minute: 840, hours: 1))
            world.setClock(late.window.start + .minutes(20))
            let report = { CheckReport(at: world.now, method: .paper, reasonCode: "no_signal") }
            _ = try await world.office.perform(CheckIn(world.office).prepared(late.id, report(), by: try world.holder(late)))
            world.pass(.hours(1))
            _ = try await world.office.perform(CheckOut(world.office).prepared(late.id, report(), by: try world.holder(late)))
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    late.id, came: true, cameAt: nil, did: "", minutes: nil, paidExtra: .zero, satisfaction: 2, answeredBy: "elder", by: World.desk))
            // Offered by two, and neither has a lawyer with a licence.
            let unmet = try await world.place(World.request(World.ordinary, ItemCode("08010"), day: day + 1))
            #expect(unmet.state == .received)

            let (now, today) = (world.now, world.now.localDate)
            let midnight = Instant(today, minute: 0)
            let wall = try await ReadWall(world.office)()
            let rows = try await world.office.read { tx in
                try tx.orders.page(state: nil, elder: nil, provider: nil, day: nil, before: nil, limit: 500).map { order in
                    OrderRows(
                        order: order, visit: try tx.visits.find(order.id), callbacks: try tx.quality.callbacks(order.id),
                        legs: try tx.legs.all(order.id), events: try tx.events.about(order.id.text))
                }
            }
            let (orders, callbacks) = (rows.map(\.order), rows.flatMap(\.callbacks))
            let unmetToday = rows.count { $0.events.contains { $0.type == "order.unmet" && $0.at >= midnight } }
            let done = rows.filter { $0.order.serviceDate == today && $0.visit?.checkOut != nil }
            let recount: [BoardFigure: Int] = [
                .visits: done.count, .punctual: done.count { row in row.visit.map { $0.checkIn.at <= row.order.window.start + .minutes(15) } ?? false },
                .callbacks: callbacks.count { $0.at >= now - .days(30) }, .unmet: unmetToday, .meals: swipes.count - 1,
            ]
            for (figure, expected) in recount { #expect(wall.figures[figure] == expected && expected > 0, "\(figure)") }
            let marks = callbacks.compactMap(\.satisfaction)
            #expect(wall.satisfaction == marks.reduce(0, +) * 100 / marks.count)

            for hour in 0..<24 {
                func taken(_ date: LocalDate) -> Int { orders.count { $0.createdAt.localDate == date && $0.createdAt.minuteOfDay / 60 == hour } }
                #expect(wall.hoursToday[hour] == taken(today) && wall.hoursLastWeek[hour] == taken(today.adding(days: -7)), "\(hour)")
            }
            #expect(wall.hoursLastWeek.reduce(0, +) == 1)
            let week = orders.filter { $0.serviceDate >= today.adding(days: -7) && $0.serviceDate <= today }
            #expect(wall.demand.map(\.orders).reduce(0, +) == week.count)
            for cell in wall.demand {
                #expect(cell.orders == week.count { $0.region == cell.region && $0.item.text.hasPrefix(cell.category) })
            }
            #expect(wall.mealsToday.map(\.meals) == [swipes.count - 1] && wall.mealsToday.map(\.canteen) == [canteen.text])
            // Money by programme: what live legs and standing meals hold.
            for sum in wall.spent where sum.programme == "SERVICE" {
                func held(_ state: LegState) -> Fen {
                    rows.filter { $0.order.serviceDate.month == today.month }.flatMap(\.legs)
                        .filter { $0.leg.programme == sum.programme && $0.state == state }.map(\.leg.amount).total
                }
                #expect(sum.reserved == held(.reserved) && sum.posted == held(.posted))
            }
            #expect(wall.spent.contains { $0.programme == "SERVICE" && $0.posted > .zero })
        }
    }
}
