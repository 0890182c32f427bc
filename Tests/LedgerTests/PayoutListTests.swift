import Entitlement
import Kernel
import Registry
import Store
import Synchronization
import TestSupport
import Testing
import Workflow

/// 名单审批: what the second person has seen is what is decided on, whatever happens in between.
@Suite struct `A list of cash payments` {
    private static let (code, month, second) = ("AGED", World.month, `Money paid in cash`.second)
    private static let budget = BudgetKey(fund: .directed, year: 2026)

    /// Payments of a fen each, as many as asked.
    private static func fill(_ world: World, _ numbers: Range<Int>, by person: Caller = World.finance) async throws {
        try world.changeProgrammes { $0 + `Money paid in cash`.programmes }
        let now = world.now
        try await world.office.perform { tx in
            try tx.budgets.set(budget, granted: Fen(100_000))
            for number in numbers {
                let name = String(10_000 + number)
                let leg = FundingLeg(fund: .directed, programme: code, version: 1, amount: Fen(1), draws: [], budgets: [budget])
                let payment = CashPayment(
                    id: "p\(name)", leg: leg, month: month, elder: World.ordinary, claimant: "P001",
                    bill: Bill(number: name, item: "01001", date: World.monday, price: Fen(100)), madeBy: person.name, madeAt: now)
                guard try tx.payouts.insert(payment) else { throw StoreFault.failed(name) }
                try tx.budgets.move(.reserve, [leg], in: month)
                try tx.ledger.append(.reserve, leg, subject: payment.id, month: month, paidAs: AccountName.cash(code, month), at: now)
            }
        }
    }

    private static func line(_ world: World) async throws -> ReadPayouts.Line { try await line(ReadPayouts(world.office)) }

    private static func line(_ read: ReadPayouts) async throws -> ReadPayouts.Line {
        try #require(try await read(month).first { $0.programme.code == code })
    }

    /// Whoever looks again sees what is there now, though a list that has not changed is not read again.
    @Test(arguments: Backend.available)
    func `looks the same to whoever has looked before as to whoever has not`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let read = ReadPayouts(world.office)
            func isSame() async throws -> Bool {
                let (kept, fresh) = (try await Self.line(read).waiting, try await Self.line(world).waiting)
                return kept.sha256 == fresh.sha256 && (kept.count, kept.amount, kept.makers) == (fresh.count, fresh.amount, fresh.makers)
            }
            try await Self.fill(world, 5..<8)
            #expect(try await Self.line(read).waiting.count == 3)
            #expect(try await isSame())
            // One that has a lower number than those that wait, and one that has a higher one.
            for number in [2, 9] {
                try await Self.fill(world, number..<(number + 1))
                #expect(try await isSame())
            }
            _ = try await Self.decide(world.office, try await Self.line(read).waiting.sha256)
            #expect(try await Self.line(read).waiting.count == 0)
            try await Self.fill(world, 20..<25)
            #expect(try await isSame())
        }
    }

    private static func decide(_ office: Office, _ list: String?, approve: Bool = true, by caller: Caller = second) async throws -> PayoutDecision {
        try await DecidePayouts(office)(code, month, list: list, approve: approve, opinion: "核对无误", by: caller)
    }

    @Test(arguments: Backend.available)
    func `is decided as it was seen, and not at all when it has changed`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.fill(world, 0..<3)
            let seen = try await Self.line(world).waiting
            #expect(seen.count == 3 && seen.amount == Fen(3) && seen.sha256.count == 64)
            for nothing in [nil, ""] as [String?] {
                let refused = await refusal { try await Self.decide(world.office, nothing) }
                #expect(refused?.code == "list_missing" && refused?.message.contains("list_sha256") == true)
            }
            try await Self.fill(world, 3..<4)
            let refused = await refusal { try await Self.decide(world.office, seen.sha256) }
            #expect(refused?.code == "payout_list_changed" && refused?.kind == .conflict && refused?.message.contains("4 笔、共 0.04 元") == true)
            #expect(try await world.office.read { tx in try tx.payouts.all(Self.month).allSatisfy { $0.state == .reserved } })
            // Nothing but the list decides: the same one again is the same again.
            let now = try await Self.line(world).waiting
            #expect(now.sha256 != seen.sha256 && now.amount == Fen(4))
            let decided = try await Self.decide(world.office, now.sha256)
            #expect(decided.count == 4 && decided.by == "second")
            world.pass(.minutes(1))
            #expect(try await Self.decide(world.office, now.sha256) == decided)
            #expect(await refusal { try await Self.decide(world.office, now.sha256, approve: false) }?.code == "already_decided")
            let events = try await world.office.read { tx in try tx.events.about("\(Self.code)/\(Self.month)").filter { $0.type == "payout.paid" } }
            #expect(events.map(\.actor) == ["second"] && events.map(\.note) == ["核对无误"])
            #expect(events.first?.data.contains("\"list_sha256\":\"\(now.sha256)\"") == true && events.first?.data.contains("\"list_fen\":4") == true)
            #expect(await refusal { try await Self.decide(world.office, seen.sha256) }?.code == "nothing_due")
            #expect(try await world.faults() == [])
        }
    }

    /// The plug is pulled after the first of three parts; what is drawn up meanwhile waits; the same decision sent again ends it.
    @Test(arguments: Backend.available, [true, false])
    func `that was interrupted is finished by the same decision, and by nothing else`(backend: Backend, approve: Bool) async throws {
        try await World.with(backend) { world in
            try await Self.fill(world, 0..<600)
            let seen = try await Self.line(world).waiting
            let plug = Office(
                database: Unplugged(world.office.database, after: 1), shelf: world.office.shelf, clock: world.office.clock, random: world.office.random)
            await #expect(throws: Unplugged.Pulled.self) { try await Self.decide(plug, seen.sha256, approve: approve) }
            func states() async throws -> [LegState: Int] {
                try await world.office.read { tx in
                    var counts: [LegState: Int] = [:]
                    for id in 0..<601 { if let payment = try tx.payouts.find("p\(10_000 + id)") { counts[payment.state, default: 0] += 1 } }
                    return counts
                }
            }
            let done: LegState = approve ? .posted : .released
            #expect(try await states() == [done: 256, .reserved: 344])
            #expect(try await world.faults() == [])
            try await Self.fill(world, 600..<601)
            let line = try await Self.line(world)
            #expect(line.waiting.count == 1 && line.unfinished.map(\.list) == [seen.sha256] && line.unfinished.map(\.count) == [600])
            // What is told to be paid is what has been, also while a decision is half carried out.
            func counted() async throws -> [Int] {
                let all = try await world.office.read { tx in try tx.payouts.all(Self.month).filter { $0.state == .posted } }
                return [all.count, Int(all.map(\.leg.amount).total.amount)]
            }
            #expect(try await counted() == [line.paid.count, Int(line.paid.amount.amount)] && line.paid.count == (approve ? 256 : 0))
            // Neither the opposite nor the other list goes on with it.
            #expect(await refusal { try await Self.decide(world.office, seen.sha256, approve: !approve) }?.code == "already_decided")
            world.pass(.hours(20))
            let decided = try await Self.decide(world.office, seen.sha256, approve: approve, by: World.admin)
            #expect(decided.by == "second" && decided.count == 600)
            #expect(try await states() == [done: 600, .reserved: 1])
            let last = try await world.office.read { tx in try tx.payouts.find("p10599") }
            #expect(last?.decidedBy == "second")
            let after = try await Self.line(world)
            #expect(after.unfinished.isEmpty && after.paid.count == (approve ? 600 : 0))
            #expect(try await counted() == [after.paid.count, Int(after.paid.amount.amount)])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is paid once when two persons approve it at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.fill(world, 0..<300)
            let seen = try await Self.line(world).waiting.sha256
            let decisions = try await withThrowingTaskGroup(of: PayoutDecision.self) { group in
                for caller in [Self.second, World.admin, Self.second, World.admin] {
                    group.addTask { try await Self.decide(world.office, seen, by: caller) }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(decisions.count == 1)
            let budget = try await world.office.read { tx in try tx.budgets.require(Self.budget) }
            #expect(budget.posted == Fen(300) && budget.reserved == .zero)
            #expect(try await world.faults() == [])
        }
    }
}

/// A database whose plug is pulled after some writes.
private final class Unplugged: Database {
    struct Pulled: Error {}

    private let base: any Database
    private let left: Mutex<Int>

    init(_ base: any Database, after writes: Int) {
        self.base = base
        left = Mutex(writes)
    }

    private func spend() throws {
        try left.withLock { left in
            guard left > 0 else { throw Pulled() }
            left -= 1
        }
    }

    var dialect: Dialect { base.dialect }
    var isBusy: Bool { base.isBusy }

    func write<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try spend()
        return try await base.write(body)
    }
    func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try spend()
        return try await base.writeAlone(body)
    }
    func writeRepeatable<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try spend()
        return try await base.writeRepeatable(body)
    }
    func read<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T { try await base.read(body) }
    func backup(to path: String) async throws { try await base.backup(to: path) }
    func analyze() async throws { try await base.analyze() }
    func integrityFaults() async throws -> [String] { try await base.integrityFaults() }
    func close() async { await base.close() }
}
