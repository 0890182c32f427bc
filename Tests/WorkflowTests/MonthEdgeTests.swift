import Billing
import Catalog
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// Services on both sides of the end of a month, and those that are paid later than the others of their day.
@Suite struct `At the end of a month` {
    private static let (last, next) = (World.month.last, World.month.adding(1))
    /// Days from the Monday of the tests.
    private static let lastDay = World.monday.days(to: last)

    private static func close(_ world: World, _ month: Month) async throws -> [StatementLine] {
        world.setClock(Instant(month.last.adding(days: 1), minute: 60))
        return try await CloseMonth(world.office)(month, by: World.finance).statements.flatMap(\.lines)
    }

    /// Lets the telephone of a worker tell other times than were agreed.
    private static func tell(_ world: World, _ order: Order, worker: WorkerID? = nil, from: Instant, minutes: Int) async throws {
        try await world.office.perform { tx in
            try tx.execute("UPDATE visit SET in_at_ms = \(from), out_at_ms = \(from + .minutes(minutes)) WHERE order_id = \(order.id)")
            if let worker { try tx.execute("UPDATE visit SET worker_id = \(worker) WHERE order_id = \(order.id)") }
        }
    }

    private static func codes(_ lines: [StatementLine], _ order: Order) throws -> Set<String> {
        Set(try #require(lines.first { $0.candidate.subject == order.id.text }).findings.map(\.code)).intersection(["R01", "R03", "R04", "R05", "R16"])
    }

    @Test(arguments: Backend.available)
    func `a visit past midnight is compared with those of the first morning`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Instant(Self.last.adding(days: -2), minute: 540))
            let evening = try await world.order(in: .closed, World.request(day: Self.lastDay))
            world.setClock(Instant(Self.last, minute: 1000))
            let morning = try await world.order(in: .closed, World.request(day: Self.lastDay + 1))
            let other = try await world.order(in: .closed, World.request(World.lowIncome, day: Self.lastDay + 1, minute: 840))
            let worker = try #require(evening.worker)
            try await Self.tell(world, evening, from: Instant(Self.last, minute: 1410), minutes: 60)
            try await Self.tell(world, morning, worker: WorkerID("another"), from: Instant(Self.next.first, minute: 15), minutes: 120)
            // Of the same worker, far away, a minute after the night visit.
            try await Self.tell(world, other, worker: worker, from: Instant(Self.next.first, minute: 31), minutes: 120)
            _ = try await world.office.perform { tx in
                try tx.execute("UPDATE elder SET latitude_e6 = latitude_e6 + 90000 WHERE id = \(World.lowIncome)")
            }
            let before = try await Self.close(world, World.month)
            #expect(try Self.codes(before, evening).isEmpty)
            let lines = try await Self.close(world, Self.next)
            #expect(lines.count == 2)
            #expect(try Self.codes(lines, morning).contains("R03"))
            #expect(try Self.codes(lines, other).contains("R05"))
        }
    }

    /// What is confirmed after the close of its month is paid by the next one: not beside what has been paid for the same hour.
    @Test(arguments: Backend.available)
    func `a late visit is compared with those that were paid in time`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let late = try await world.order(in: .done, World.request(day: 8))
            let paid = try await world.order(in: .closed, World.request(day: 8, minute: 840))
            let apart = try await world.order(in: .done, World.request(World.lowIncome, day: 9))
            try await Self.tell(world, late, from: paid.window.start, minutes: 120)
            let before = try await Self.close(world, World.month)
            #expect(try Self.codes(before, paid).isEmpty)
            for order in [late, apart] {
                _ = try await world.office.perform(
                    try RecordCallback(world.office).prepared(
                        order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                        by: World.desk))
            }
            let preview = try await PreviewMonth(world.office)(Self.next).flatMap(\.lines)
            let lines = try await Self.close(world, Self.next)
            for found in [preview, lines] {
                #expect(found.count == 2)
                #expect(try Self.codes(found, late).contains("R03"))
                #expect(try Self.codes(found, apart).isEmpty)
            }
        }
    }

    /// Help with dressing is paid for once a day: the second time is not because it comes late.
    @Test(arguments: Backend.available)
    func `a late visit counts with those of its day that were paid`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let dressing = ItemCode("02001")
            let late = try await world.order(in: .done, World.request(World.destitute, dressing, day: 8, hours: 1))
            let paid = try await world.order(in: .closed, World.request(World.destitute, dressing, day: 9, hours: 1))
            // Somebody moves the first to the day of the second, behind the back of every check.
            _ = try await world.office.perform { tx in
                try tx.execute(
                    """
                    UPDATE service_order SET service_date = \(paid.serviceDate), start_ms = \(paid.window.end), end_ms = \(paid.window.end + .minutes(30))
                    WHERE id = \(late.id)
                    """)
            }
            try await Self.tell(world, late, from: paid.window.end, minutes: 30)
            let line = try #require(try await Self.close(world, World.month).first { $0.candidate.subject == paid.id.text })
            try #require(line.candidate.subsidy > .zero)
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    late.id, came: true, cameAt: nil, did: "穿衣", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder", by: World.desk))
            let lines = try await Self.close(world, Self.next)
            #expect(try Self.codes(lines, late).contains("R01"))
        }
    }
}
