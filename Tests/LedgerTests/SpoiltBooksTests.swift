import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// Somebody was at the tables with other tools, or the disk went bad: an examination names what is wrong, and what cannot be read is not guessed.
@Suite struct `Books that were spoilt` {
    private static let next = World.month.adding(1)
    private static let canteen = ProviderID("P001")

    /// A visit and a meal, paid by a month that is closed, and an order of the month after that waits for its visit.
    private static func kept(_ world: World) async throws -> (visit: Order, meal: MealSwipe, order: Order) {
        let visit = try await world.order(in: .closed)
        let noon = Instant(World.monday.adding(days: 5), minute: 700)
        world.setClock(noon)
        let swipe = SwipeRequest(elder: World.ordinary, canteen: canteen, slot: .lunch, at: noon, device: "till-1")
        let meal = try await SwipeMeal(world.office)(swipe, by: World.caller(canteen)).swipe
        world.setClock(Instant(next.first, minute: 60))
        let lines = try await CloseMonth(world.office)(World.month, by: World.finance).statements.flatMap(\.lines)
        try #require(lines.map(\.verdict) == [.paid, .paid])
        return (visit, meal, try await world.place(World.request(day: World.monday.days(to: next.first) + 3)))
    }

    /// Undoes what was spoilt, with what was seen meanwhile.
    private struct Seen: Error { let faults: [String] }

    private static func faults(
        _ world: World, of read: @escaping @Sendable (AuditRepository) throws -> [String], after spoil: @escaping @Sendable (any Transaction) throws -> Void
    ) async throws -> [String] {
        do {
            try await world.office.perform { tx in
                try spoil(tx)
                throw Seen(faults: try read(tx.audit))
            }
            return ["was kept"]
        } catch let seen as Seen { return seen.faults }
    }

    @Test(arguments: Backend.available)
    func `are named by an examination`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (visit, _, order) = try await Self.kept(world)
            let promised = order.payable - order.selfPay
            try #require(promised > .zero)
            #expect(try await world.faults() == [])
            #expect(try await Self.faults(world, of: { try $0.openCalls() }, after: { _ in }) == [])

            #expect(try await Self.faults(world, of: { try $0.paidWithoutVisit() }) { tx in
                try tx.execute("UPDATE visit SET out_at_ms = NULL WHERE order_id = \(visit.id)")
            } == [visit.number])
            #expect(try await Self.faults(world, of: { try $0.paidTwice() }) { tx in
                try tx.execute("DROP INDEX statement_line_subject")
                try tx.execute("UPDATE statement_line SET subject = \(visit.id)")
            } == [visit.id.text])
            #expect(try await Self.faults(world, of: { try $0.overdrawn() }) { tx in
                switch tx.dialect {
                case .sqlite: try tx.execute("PRAGMA ignore_check_constraints = 1")
                case .postgres: try tx.execute("ALTER TABLE entitlement DROP CONSTRAINT entitlement_check")
                }
                try tx.execute("UPDATE entitlement SET posted_fen = granted_fen + 1 WHERE programme = 'SERVICE' AND period = \(World.month)")
                if tx.dialect == .sqlite { try tx.execute("PRAGMA ignore_check_constraints = 0") }
            } == ["\(visit.elder) SERVICE \(World.month)"])
            #expect(try await Self.faults(world, of: { try $0.unexplained() }) { tx in
                try tx.execute("UPDATE account SET debit_fen = debit_fen + 100 WHERE name = \("reserved/SERVICE/\(Self.next)")")
            } == ["预占科目 \(promised + Fen(100))，工单预占 \(promised)"])
            #expect(try await Self.faults(world, of: { try $0.unexplained() }) { tx in
                try tx.execute("INSERT INTO account (name, debit_fen, credit_fen) VALUES ('cash/AGED/2026-03', 100, 0)")
            } == ["现金科目 \(Fen(100))，已发放 \(Fen.zero)"])
            #expect(try await Self.faults(world, of: { try $0.unexplained() }) { tx in
                try tx.execute("UPDATE entitlement SET reserved_fen = 0")
            } == ["老人预占 \(Fen.zero)，工单预占 \(promised)"])
            let now = world.now
            #expect(try await Self.faults(world, of: { try $0.openCalls() }) { tx in
                try tx.calls.ring("c-1", from: "09318000001", to: "12349", at: now)
            } == ["c-1"])
            #expect(try await world.faults() == [])
        }
    }

    /// The orders of a day are read beside their legs: one whose visit is gone is no line, and its money is nobody else's.
    @Test(arguments: Backend.available)
    func `pay a visit no money of another that is lost`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let lost = try await world.order(in: .closed, World.request(day: 8))
            let kept = try await world.order(in: .closed, World.request(World.lowIncome, day: 8, minute: 840, hours: 3))
            let (lostMoney, money) = (lost.payable - lost.selfPay, kept.payable - kept.selfPay)
            try #require(lostMoney > .zero && money > .zero && lostMoney != money)
            func lines() async throws -> [String: Fen] {
                let lines = try await PreviewMonth(world.office)(World.month).flatMap(\.lines)
                return Dictionary(uniqueKeysWithValues: lines.map { ($0.candidate.subject, $0.candidate.subsidy) })
            }
            #expect(try await lines() == [lost.id.text: lostMoney, kept.id.text: money])
            _ = try await world.office.perform { tx in try tx.execute("DELETE FROM visit WHERE order_id = \(lost.id)") }
            #expect(try await lines() == [kept.id.text: money])
        }
    }

    /// What nobody can have written is refused as damage, with nothing in its place.
    @Test(arguments: Backend.available)
    func `are not read by guessing`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (visit, meal, _) = try await Self.kept(world)
            let line: @Sendable (any Transaction) throws -> Void = { tx in _ = try tx.settlements.line(World.month, visit.id.text) }
            let cases: [(spoil: SQL, read: @Sendable (any Transaction) throws -> Void)] = [
                ("UPDATE meal_swipe SET legs = 'nonsense'", { tx in _ = try tx.meals.find(meal.id) }),
                ("UPDATE statement_line SET funding = 'nonsense'", line),
                ("UPDATE statement_line SET evidence = 9", line),
                ("UPDATE statement_line SET findings = 'nonsense'", line),
                ("UPDATE statement_line SET findings = 'R01:sometimes:重复'", line),
                ("UPDATE elder SET streets = 'nonsense'", { tx in _ = try tx.settlements.recipients(World.month, all: true) }),
                ("UPDATE elder SET streets = '620102001|never'", { tx in _ = try tx.settlements.recipients(World.month, all: true) }),
            ]
            for (spoil, read) in cases {
                try await world.office.read { tx in try read(tx) }
                let refused = await refusal {
                    try await world.office.perform { tx in
                        try tx.execute(spoil)
                        try read(tx)
                    }
                }
                #expect(refused?.code == "database_corrupt", "\(spoil.text)")
            }
        }
    }
}
