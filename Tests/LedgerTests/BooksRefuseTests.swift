import Billing
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

/// What the tables themselves refuse, whatever the code above them believes; and what an audit finds when somebody was at the tables.
@Suite struct `The books on the database` {
    static let key = BudgetKey(fund: .districtSubsidy, year: 2026)

    private func refused(_ world: World, _ body: @escaping @Sendable (any Transaction) throws -> Void) async -> String? {
        await refusal { try await world.office.perform { tx in try body(tx) } }?.code
    }

    @Test(arguments: Backend.available)
    func `pay no fen more than is granted`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await world.grant(Self.key, Fen(1000))
            let leg = FundingLeg(fund: .districtSubsidy, programme: "A", version: 1, amount: Fen(1001), draws: [], budgets: [Self.key])
            #expect(await refused(world) { tx in try tx.budgets.move(.reserve, [leg], in: World.month) } == "budget_exhausted")
            #expect(await refused(world) { tx in _ = try tx.budgets.require(BudgetKey(fund: .voucher, year: 2026)) } == "budget_unknown")
            #expect(await refused(world) { tx in _ = try tx.funds.require(ID("nowhere")) } == "fund_unknown")
            let draw = Draw(key: BalanceKey(programme: "A", period: "2026-03"), granted: Fen(100), amount: Fen(60))
            try await world.office.perform { tx in try tx.entitlements.move(.reserve, draw, for: World.ordinary) }
            #expect(await refused(world) { tx in try tx.entitlements.move(.spend, draw, for: World.ordinary) } == "entitlement_exhausted")
            // Nothing can be confirmed of an account that was never opened.
            await #expect(throws: StoreFault.self) { try await world.office.perform { tx in try tx.entitlements.move(.post, draw, for: World.destitute) } }
            #expect(try await world.office.read { tx in try tx.entitlements.all(of: World.ordinary).map(\.balance.reserved) } == [Fen(60)])
        }
    }

    @Test(arguments: Backend.available)
    func `list what waits for a second person`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await world.grant(Self.key, Fen(1000))
            _ = try await world.office.perform(
                try OverrideBudget(world.office).request(Self.key, amount: Fen(500), reason: "急需", by: World.finance))
            #expect(try await ReadBudgets(world.office).pending().map(\.amount) == [Fen(500)])
            let opening = ManageFunds.Opening(
                kind: .office, holder: "局", year: 2026, granted: Fen(1000), monthly: .zero, firstMonth: nil, lastMonth: nil)
            let fund = try await world.office.perform(try ManageFunds(world.office).open(opening, by: World.finance)).id
            _ = try await world.office.perform(
                try PayFunds(world.office).request(fund, amount: Fen(10), person: nil, reason: "办公", by: World.finance))
            #expect(try await ReadFunds(world.office).requested().map(\.amount) == [Fen(10)])
        }
    }

    /// A hand at the tables → what an audit names.
    @Test(arguments: Backend.available)
    func `tell when somebody was at them`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await world.grant(Self.key, Fen(100_000))
            let order = try await world.place()
            #expect(order.selfPay == .zero)
            #expect(try await world.faults() == [])
            let opening = ManageFunds.Opening(
                kind: .office, holder: "局", year: 2026, granted: Fen(1000), monthly: .zero, firstMonth: nil, lastMonth: nil)
            let fund = try await world.office.perform(try ManageFunds(world.office).open(opening, by: World.finance)).id
            try await world.office.perform { tx in
                try tx.execute("UPDATE budget SET posted_fen = posted_fen + 1")
                try tx.execute("UPDATE fund_account SET drawn_fen = 1")
                try tx.execute("UPDATE account SET debit_fen = debit_fen + 1 WHERE name LIKE 'reserved/%'")
            }
            let (budgets, funds, balance) = try await world.office.read { tx in
                (try tx.budgets.faults(), try tx.funds.faults(), try tx.ledger.trialBalance())
            }
            #expect(budgets == [Self.key.text])
            #expect(funds == [fund.text])
            #expect(balance.difference == Fen(1))
            #expect(balance.wrongAccounts.count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `are not read when a column cannot be understood`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await world.grant(Self.key, Fen(100_000))
            let order = try await world.place()
            let asked = try await world.office.perform(
                try OverrideBudget(world.office).request(Self.key, amount: Fen(500), reason: "急需", by: World.finance))
            try await world.office.perform { tx in
                try tx.execute("UPDATE budget_override SET budget = 'nonsense'")
                try tx.execute("UPDATE funding_leg SET budgets = 'nonsense'")
            }
            await #expect(throws: StoreFault.self) { try await world.office.read { tx in try tx.overrides.find(asked.id) } }
            await #expect(throws: StoreFault.self) { try await world.office.read { tx in try tx.legs.all(order.id) } }
            _ = try await world.office.perform { tx in try tx.execute("UPDATE funding_leg SET budgets = '', draws = 'A|2026-03|x|1'") }
            await #expect(throws: StoreFault.self) { try await world.office.read { tx in try tx.legs.all(order.id) } }
        }
    }

    /// Counts and amounts, of several legs: what is read is what was written, and the budgets of each leg hold its amount.
    @Test(arguments: Backend.available)
    func `read a meal of several legs as it was written`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let meals = BudgetKey(fund: .mealSubsidy, year: 2026)
            let (day, week) = (BalanceKey(programme: "LUNCH", period: "2026-03-02"), BalanceKey(programme: "LUNCH", period: "n/2026-03-02w"))
            let draws = [Draw(key: day, granted: Fen(1500), amount: Fen(700)), Draw(key: week, granted: Fen(5), amount: Fen(1))]
            let lunch = FundingLeg(fund: .mealSubsidy, programme: "LUNCH", version: 1, amount: Fen(700), draws: draws, budgets: [meals])
            let gift = FundingLeg(fund: .directed, programme: "GIFT", version: 2, amount: Fen(100), draws: Array(draws.suffix(1)))
            func swipe(_ id: String, _ legs: [FundingLeg]) -> MealSwipe {
                MealSwipe(
                    id: SwipeID(id), elder: id == "a" ? World.ordinary : World.destitute, canteen: ProviderID("P001"), item: World.lunch, date: World.monday,
                    slot: .lunch, device: "t", deviceSwipe: nil, deviceAt: world.now, receivedAt: world.now, classCode: "ordinary", priceVersion: "1",
                    payable: Fen(1500), selfPay: Fen(1500) - legs.map(\.amount).total, legs: legs)
            }
            let swipes = [swipe("a", [gift, lunch]), swipe("b", [lunch])]
            try await world.grant(meals, Fen(5000))
            for swipe in swipes {
                try await world.office.perform { tx in
                    _ = try tx.meals.insert(swipe)
                    try tx.budgets.move(.spend, swipe.legs, in: World.month)
                }
                // What the meals of the month itself hold is not what others have left of it.
                #expect(try await world.office.read { tx in try tx.budgets.left(for: World.month) } == [meals: Fen(5000)])
            }
            for swipe in swipes { #expect(try await world.office.read { tx in try tx.meals.find(swipe.id) } == swipe) }
            #expect(try await world.office.read { tx in try tx.budgets.left(for: Month(2026, 4)) } == [meals: Fen(3600)])
            #expect(try await world.office.read { tx in try tx.budgets.faults() } == [])
            let kept = try await world.office.read { tx in try tx.budgets.burnDown(meals) }
            #expect(kept.map(\.posted) == [Fen(1400)] && kept.map(\.services) == [2])
            // A month that was kept wrong is found out.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE budget_month SET posted_fen = posted_fen + 1") }
            #expect(try await world.office.read { tx in try tx.budgets.faults() } == [meals.text])
            _ = try await world.office.perform { tx in try tx.execute("UPDATE budget_month SET posted_fen = posted_fen - 1") }
            // A swipe from before budgets were kept has legs that draw on none.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE meal_swipe SET draws = '', budgets = '' WHERE id = 'a'") }
            let old = try await world.office.read { tx in try tx.meals.find(SwipeID("a")) }
            #expect(old?.legs.map(\.amount) == [Fen(100), Fen(700)] && old?.legs.allSatisfy { $0.draws.isEmpty && $0.budgets.isEmpty } == true)
            let order = try await world.place()
            #expect(order.selfPay == .zero)
            let district = BudgetKey(fund: .districtSubsidy, year: 2026)
            try await world.grant(district, Fen(100_000))
            let next = try await world.place(World.request(day: 3))
            #expect(try await world.office.read { tx in try tx.budgets.burnDown(district).map(\.reserved) } == [order.payable + next.payable - next.selfPay])
        }
    }

    // MARK: One truth

    /// Services promised and paid before there was a budget are borne by it all the same.
    @Test(arguments: Backend.available)
    func `spend nothing of a budget that was used up before it was granted`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let before = try await world.order(in: .closed)
            let cost = before.payable
            #expect(before.selfPay == .zero)
            let key = BudgetKey(fund: .districtSubsidy, year: 2026, category: "06")
            try await world.grant(key, cost)
            let after = try await world.order(in: .closed, World.request(World.lowIncome, day: 3))
            #expect(after.selfPay == after.payable)
            let left = try await world.office.read { tx in try tx.budgets.left(for: World.month) }
            #expect(left == [key: cost])
            #expect(try await world.office.read { tx in try tx.budgets.left(for: Month(2026, 4)) }[key] == .zero)
            #expect(try await world.office.read { tx in try tx.budgets.left(for: Month(2027, 1)) }.isEmpty)
            let lines = try await PreviewMonth(world.office)(World.month).flatMap(\.lines)
            func codes(_ order: Order) -> [String] { lines.first { $0.candidate.subject == order.id.text }?.findings.map(\.code).filter { $0 == "R25" } ?? ["none"] }
            #expect(codes(before) == [] && codes(after) == [])
            #expect(try await world.faults() == [])
        }
    }

    /// R07: a status is an absence, and an absence is what the settlement looks at.
    @Test(arguments: Backend.available)
    func `know from the absences of the register who was not at home`(backend: Backend) async throws {
        try await World.with(backend) { world in
            func become(_ status: ElderStatus, on day: Int) async throws {
                world.setClock(Instant(World.monday.adding(days: day), minute: 540))
                _ = try await world.office.perform(
                    ManageElder(world.office).setStatus(World.minimum, status, since: World.monday.adding(days: day), by: World.desk))
            }
            func absences() async throws -> [String] {
                try await world.office.read { tx in
                    try tx.absences.of(World.minimum).map { "\($0.kind) \($0.from) \($0.until.map(\.description) ?? "") \($0.endedAt != nil)" }
                }
            }
            try await become(.hospital, on: 0)
            #expect(try await absences() == ["hospital 2026-03-02  false"])
            try await become(.hospital, on: 1)
            try await become(.active, on: 4)
            #expect(try await absences() == ["hospital 2026-03-02 2026-03-05 true"])
            try await become(.away, on: 5)
            try await become(.institution, on: 6)
            try await become(.active, on: 6)
            #expect(try await absences() == ["institution 2026-03-08 2026-03-07 true", "travel 2026-03-07 2026-03-07 true", "hospital 2026-03-02 2026-03-05 true"])
            let stays = try await world.office.read { tx in
                try tx.settlements.recipients(World.month).stays(of: World.minimum)
            }
            #expect(stays.map(\.span.from.day) == [2, 7, 8])
        }
    }
}
