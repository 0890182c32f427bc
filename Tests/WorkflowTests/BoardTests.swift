import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

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
}
