import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// The same money asked for twice by two roads, each of which is right by itself.
@Suite struct `A line that is held` {
    private static let street = Caller(role: .operator, name: "street")
    private static let district = Caller(role: .finance, name: "district")
    private static let (treasurer, cashier) = (Caller(role: .finance, name: "treasurer"), Caller(role: .finance, name: "cashier"))

    /// Closed visits on paper, frozen; nobody of the provider has to confirm any more.
    private static func frozen(_ world: World, _ count: Int) async throws -> [Order] {
        var orders: [Order] = []
        for day in 0..<count {
            var order = try await world.order(in: .scheduled, World.request(day: 2 + day))
            let paper = { CheckReport(at: world.now, method: .paper, reasonCode: "no_signal") }
            world.setClock(order.window.start)
            order = try await world.office.perform(CheckIn(world.office).prepared(order.id, paper(), by: try world.holder(order)))
            world.setClock(order.window.end)
            order = try await world.office.perform(CheckOut(world.office).prepared(order.id, paper(), by: try world.holder(order)))
            orders.append(
                try await world.office.perform(
                    try RecordCallback(world.office).prepared(
                        order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                        by: World.desk)))
        }
        world.setClock(Instant(World.month.last.adding(days: 20), minute: 600))
        _ = try await CloseMonth(world.office)(World.month, by: World.finance)
        for (right, caller) in [(CloseRight.street, street), (.district, district)] {
            try await world.office.perform(try ManageRoster(world.office).grant(right, to: caller.name, street: "all", by: World.admin))
        }
        return orders
    }

    private static func sign(_ world: World, _ callers: Caller..., action: CloseAction = .approve) async throws {
        for caller in callers {
            _ = try await world.office.perform(try SignMonth(world.office).prepared(World.month, action, opinion: "核对", by: caller))
        }
    }

    private static func release(_ world: World, _ order: Order, _ kind: LineDecision.Kind = .release) async throws {
        _ = try await world.office.perform(
            try DecideLine(world.office).prepared(World.month, order.id.text, kind, reason: "已核实", by: World.quality))
    }

    private static func statement(_ world: World) async throws -> Statement {
        try #require(try await ReadStatements(world.office)(World.month).statements.first)
    }

    @Test(arguments: Backend.available)
    func `and was paid by a correction is not released when the batch comes back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await Self.frozen(world, 2)
            func enter(_ order: Order) async throws -> Adjustment {
                try await world.office.perform(
                    try AdjustLine(world.office).enter(World.month, order.id.text, amount: nil, reason: "核实有服务", by: Self.treasurer))
            }
            func approve(_ entry: Adjustment) async throws {
                _ = try await world.office.perform(AdjustLine(world.office).approve(entry.id, by: Self.cashier))
            }
            try await Self.sign(world, World.desk, Self.street)
            let entries = [try await enter(orders[0]), try await enter(orders[1])]
            try await approve(entries[0])
            // Returned, step by step.
            try await Self.sign(world, Self.district, Self.street, action: .reject)
            #expect(await refusal { try await approve(entries[1]) }?.code == "batch_open")
            #expect(await refusal { try await Self.release(world, orders[0]) }?.code == "line_adjusted")
            try await Self.release(world, orders[1])
            try await Self.sign(world, World.desk, Self.street)
            #expect(await refusal { try await approve(entries[1]) }?.code == "amount_out_of_range")
            // Each is paid once: one by its own month, the other with the next.
            let subsidy = orders[0].payable - orders[0].selfPay
            #expect(try await Self.statement(world).due == subsidy)
            #expect(try await PreviewMonth(world.office)(World.month.adding(1)).map(\.due) == [subsidy])
            #expect(try await world.faults() == [])
        }
    }

    /// Whichever comes first, the score and what is decided on the lines.
    @Test(arguments: Backend.available)
    func `is paid the share that the score leaves, however late it is released`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = try await Self.frozen(world, 2)
            let subsidy = orders[0].payable - orders[0].selfPay
            let provider = try #require(orders[0].provider)
            func due() async throws -> Fen { try await Self.statement(world).due }
            let scored = try await world.office.perform(
                try ScoreProvider(world.office).prepared(World.month, provider, score: 75, by: World.quality))
            #expect(scored.percent == 90 && scored.deduction == nil)
            try await Self.release(world, orders[0])
            #expect(try await due() == subsidy.share(90, of: 100))
            try await Self.release(world, orders[1], .refuse)
            #expect(try await due() == subsidy.share(90, of: 100))
            #expect(try await Self.statement(world).adjustments.map(\.basis) == ["75"])
            // What is taken back later is what was paid.
            try await Self.sign(world, World.desk, Self.street)
            func enter(_ amount: Fen?) async throws -> Adjustment {
                try await world.office.perform(
                    try AdjustLine(world.office).enter(World.month, orders[0].id.text, amount: amount, reason: "未上门", by: Self.treasurer))
            }
            #expect(await refusal { try await enter(-subsidy) }?.code == "amount_out_of_range")
            let slip = try await enter(Fen(-1))
            #expect(await refusal { try await enter(Fen(-1)) }?.code == "adjustment_known")
            // Nobody has approved the slip of the pen: the right amount takes its place.
            let entry = try await enter(nil)
            #expect(entry.amount == -subsidy.share(90, of: 100))
            func approve(_ id: String) async throws { _ = try await world.office.perform(AdjustLine(world.office).approve(id, by: Self.cashier)) }
            #expect(await refusal { try await approve(slip.id) }?.code == "adjustment_unknown")
            try await approve(entry.id)
            #expect(await refusal { try await enter(Fen(-1)) }?.code == "adjustment_known")
            #expect(try await world.faults() == [])
        }
    }
}
