import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// 冲正的资金: a correction draws on entitlements and budgets as the line did, and is owed by the month that pays it.
@Suite struct `A correction of a closed line` {
    private static let street = Caller(role: .operator, name: "street")
    private static let (treasurer, cashier) = (Caller(role: .finance, name: "treasurer"), Caller(role: .finance, name: "cashier"))
    private static let next = World.month.adding(1)
    private static let budget = BudgetKey(fund: .districtSubsidy, year: World.month.year)

    /// What a visit takes of the elder, what the budget bears, and what the ledger owes under the month of the service and the next.
    private struct Books: Equatable {
        var posted: Fen
        var borne: Fen
        var services: Int
        var owed: Fen
        var next: Fen
        var waiting: Fen
    }

    private static func books(_ world: World, _ order: Order) async throws -> Books {
        let provider = try #require(order.provider).text
        let balance = try #require(try await world.subsidy())
        #expect(balance.reserved == .zero)
        return try await world.office.read { tx in
            func account(_ name: String) throws -> Fen {
                Fen(try tx.integer("SELECT debit_fen - credit_fen FROM account WHERE name = \(name)") ?? 0)
            }
            let stored = try tx.budgets.require(budget)
            #expect(stored.reserved == .zero)
            return Books(
                posted: balance.posted, borne: stored.posted, services: try tx.budgets.burnDown(budget).map(\.services).reduce(0, +),
                owed: try account(AccountName.payable(provider, World.month)), next: try account(AccountName.payable(provider, next)),
                waiting: try account(AccountName.correction(World.month)))
        }
    }

    /// A closed visit that the district pays, refused by the close since a budget for it stands at nothing, or held as its worker was on leave.
    private static func locked(_ world: World, isHeld: Bool = false, isRefused: Bool = false) async throws -> (order: Order, subsidy: Fen) {
        try await world.office.perform { tx in try tx.budgets.set(budget, granted: Fen(100_000)) }
        let order = try await world.order(in: .closed)
        let subsidy = order.payable - order.selfPay
        try #require(subsidy > Fen(1_000))
        if isHeld {
            let (provider, worker) = (try #require(order.provider), try #require(order.worker))
            try await world.office.perform(
                try ManageRoster(world.office).leave(worker, from: order.serviceDate, until: order.serviceDate, by: World.caller(provider)))
        }
        world.setClock(Instant(World.month.last.adding(days: 20), minute: 600))
        let closed = try await CloseMonth(world.office)(World.month, by: World.finance)
        #expect(closed.statements.flatMap(\.lines).map(\.verdict) == [isHeld ? .held : .paid])
        if isRefused {
            let provider = try #require(order.provider)
            try await world.office.perform { tx in
                try tx.close.insert([(provider, Sample(subject: order.id.text, reason: .random))], World.month, at: world.now)
                try tx.execute("UPDATE sample SET result = NULL WHERE subject = \(order.id)")
            }
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, order.id.text, .failed, note: "未上门", by: World.quality))
        }
        try await world.office.perform(try ManageRoster(world.office).grant(.street, to: street.name, street: CloseEntry.allStreets, by: World.admin))
        for caller in [World.desk, street] {
            _ = try await world.office.perform(try SignMonth(world.office).prepared(World.month, .approve, opinion: "同意", by: caller))
        }
        return (order, subsidy)
    }

    private static func enter(_ world: World, _ order: Order, _ amount: Fen? = nil) async throws -> Adjustment {
        try await world.office.perform(
            try AdjustLine(world.office).enter(World.month, order.id.text, amount: amount, reason: "复查", by: treasurer))
    }

    private static func approve(_ world: World, _ entry: Adjustment) async throws {
        _ = try await world.office.perform(AdjustLine(world.office).approve(entry.id, by: cashier))
    }

    /// The month after, in which nothing else was served.
    private static func closeNext(_ world: World) async throws -> [Statement] {
        world.setClock(Instant(next.last.adding(days: 20), minute: 600))
        return try await CloseMonth(world.office)(next, by: World.finance).statements
    }

    @Test(arguments: Backend.available)
    func `that pays a refused line takes its money anew, and is owed by the month that pays it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world, isRefused: true)
            let refused = Books(posted: .zero, borne: .zero, services: 0, owed: .zero, next: .zero, waiting: .zero)
            #expect(try await Self.books(world, order) == refused)
            try await Self.approve(world, try await Self.enter(world, order))
            var books = Books(posted: subsidy, borne: subsidy, services: 1, owed: .zero, next: .zero, waiting: subsidy)
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
            let entries = try await world.office.read { tx in try tx.ledger.of(order.id.text) }
            #expect(entries.last?.kind == .post && entries.last?.credit.hasPrefix("budget/SERVICE/") == true)
            #expect(try await Self.closeNext(world).map(\.due) == [subsidy])
            (books.next, books.waiting) = (subsidy, .zero)
            #expect(try await Self.books(world, order) == books)
            for month in [World.month, Self.next] {
                #expect(try await ReadPapers(world.office)(month).document(.differences).notes == ["全部相符。"])
            }
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `counts in a budget that is entered after it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world, isRefused: true)
            try await Self.approve(world, try await Self.enter(world, order))
            let category = BudgetKey(fund: .districtSubsidy, year: World.month.year, category: String(order.item.text.prefix(2)))
            let other = BudgetKey(fund: .districtSubsidy, year: World.month.year, category: order.item.text.hasPrefix("01") ? "02" : "01")
            for key in [category, other] { try await world.grant(key, Fen(100_000)) }
            let posted = try await world.office.read { tx in try [category, other].map { try tx.budgets.require($0).posted } }
            #expect(posted == [subsidy, .zero])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `pays a refused line only within what the elder and the budgets still have`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world, isRefused: true)
            let entry = try await Self.enter(world, order)
            // The elder has used the grant otherwise, but for five yuan.
            let draw = try #require(try await world.office.read { tx in try tx.legs.all(order.id) }.first?.leg.draws.first)
            let left = Draw(key: draw.key, granted: draw.granted, amount: draw.granted - Fen(500))
            try await world.office.perform { tx in try tx.entitlements.move(.spend, left, for: order.elder) }
            let short = await refusal { try await Self.approve(world, entry) }
            #expect(short?.code == "entitlement_exhausted" && short?.message.contains("减少冲正金额") == true)
            #expect(try await world.office.read { tx in try tx.close.adjustment(entry.id)?.approvedBy } == nil)
            let part = try await Self.enter(world, order, Fen(500))
            // Nor has the district.
            try await world.office.perform { tx in try tx.budgets.set(Self.budget, granted: Fen(300)) }
            let over = await refusal { try await Self.approve(world, part) }
            #expect(over?.code == "budget_exhausted" && over?.message.contains("超支特批") == true)
            let more = try await world.office.perform(
                try OverrideBudget(world.office).request(Self.budget, amount: Fen(200), reason: "补付", by: World.finance))
            _ = try await world.office.perform(try OverrideBudget(world.office).decide(more.id, approve: true, opinion: "", by: World.admin))
            try await Self.approve(world, part)
            #expect(subsidy > Fen(500))
            #expect(
                try await Self.books(world, order)
                    == Books(posted: draw.granted, borne: Fen(500), services: 1, owed: .zero, next: .zero, waiting: Fen(500)))
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that takes back of a paid line gives as much back to elder and budget`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world)
            try await Self.approve(world, try await Self.enter(world, order, Fen(-400)))
            var books = Books(posted: subsidy - Fen(400), borne: subsidy - Fen(400), services: 1, owed: subsidy, next: .zero, waiting: Fen(-400))
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
            #expect(try await Self.closeNext(world).map(\.carried) == [Fen(400)])
            (books.next, books.waiting) = (Fen(-400), .zero)
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that takes back a whole line leaves nothing of it with the elder`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world)
            try await Self.approve(world, try await Self.enter(world, order))
            let books = Books(posted: .zero, borne: .zero, services: 0, owed: subsidy, next: .zero, waiting: .zero - subsidy)
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
        }
    }

    /// Its debt stood under the month of the service: it moves, and what is not paid of it goes back.
    @Test(arguments: Backend.available, [nil, Fen(600)])
    func `that pays a held line moves its debt instead of owing it twice`(backend: Backend, amount: Fen?) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world, isHeld: true)
            let paid = amount ?? subsidy
            var books = Books(posted: subsidy, borne: subsidy, services: 1, owed: subsidy, next: .zero, waiting: .zero)
            #expect(try await Self.books(world, order) == books)
            try await Self.approve(world, try await Self.enter(world, order, amount))
            (books.posted, books.borne, books.owed, books.waiting) = (paid, paid, .zero, paid)
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
            #expect(try await Self.closeNext(world).map(\.due) == [paid])
            (books.next, books.waiting) = (paid, .zero)
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
        }
    }

    /// A score of 75 pays nine tenths: the rest is held back of what is paid later as well.
    @Test(arguments: Backend.available)
    func `moves the whole of the line with what its score leaves`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world, isRefused: true)
            _ = try await world.office.perform { tx in
                try tx.events.append(
                    "provider.scored", subject: "\(World.month)/\(order.provider?.text ?? "")", subjectSeq: 99, to: order.provider, by: "q",
                    at: world.now, data: "{\"score\":75,\"deducted_fen\":0}")
            }
            let entry = try await Self.enter(world, order)
            #expect(entry.amount == subsidy.share(90, of: 100))
            try await Self.approve(world, entry)
            let books = Books(posted: subsidy, borne: subsidy, services: 1, owed: .zero, next: .zero, waiting: entry.amount)
            #expect(try await Self.books(world, order) == books)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `of a visit that was opened again is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, _) = try await Self.locked(world, isRefused: true)
            let entry = try await Self.enter(world, order)
            _ = try await world.office.perform { tx in
                try tx.execute("UPDATE service_order SET state = 'done' WHERE id = \(order.id)")
            }
            #expect(await refusal { try await Self.approve(world, entry) }?.code == "line_reopened")
        }
    }

    /// What `vnh doctor` says of books that owe a provider something else than statements, corrections and payments do.
    @Test(arguments: Backend.available)
    func `that stands twice in the books is found by whoever examines them`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.locked(world, isHeld: true)
            let provider = try #require(order.provider).text
            try await world.office.perform { tx in
                try tx.ledger.append(
                    [
                        Ledger.Posting(
                            .reverse, subject: order.id.text, debit: AccountName.payable(provider, Self.next),
                            credit: AccountName.correction(World.month), amount: subsidy)
                    ], at: world.now)
            }
            let found = try await world.faults().joined()
            #expect(found.contains("payable/\(provider)/\(Self.next) 账面比应有多 \(subsidy)") && found.contains("correction/\(World.month) 账面比应有少"))
            // A line that is paid without money posted for it.
            try await world.office.perform { tx in
                try tx.close.insert(
                    LineDecision(kind: .refuse, reason: "x", by: "x", at: world.now), on: order.id.text, World.month, ProviderID(provider))
            }
            #expect(try await world.faults().contains("异常  应付明细与确认的补贴一致：\(order.number)"))
        }
    }
}
