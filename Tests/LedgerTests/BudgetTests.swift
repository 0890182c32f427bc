import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `A budget of the district's service subsidy` {
    static let key = BudgetKey(fund: .districtSubsidy, year: 2026)
    static let other = Caller(role: .finance, name: "second")

    private func grant(_ world: World, _ yuan: Int64, _ key: BudgetKey = key) async throws {
        try await world.grant(key, Fen(yuan * 100))
    }

    private func level(_ world: World) async throws -> ReadBudgets.Line {
        try #require(try await ReadBudgets(world.office).all(year: 2026).first { $0.budget.key == Self.key })
    }

    private func events(_ world: World, _ type: String) async throws -> Int {
        try await world.office.read { tx in try tx.events.after(0, limit: 10_000).filter { $0.type == type }.count }
    }

    @Test(arguments: Backend.available)
    func `warns once at eighty percent, is exhausted at a hundred, and is then left out with the reason`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // Two hours of cleaning; the elder's own grant is 200 yuan a month.
            let price = try #require(try await QuoteOrder(world.office)(World.request()).split).payable
            try await grant(world, price.amount * 5 / 4 / 100)
            let first = try await world.place()
            #expect(first.selfPay == .zero)
            #expect(try await events(world, "budget.warned") == 1)
            #expect(try await level(world).level == .warned)
            let second = try await world.place(World.request(day: 3))
            let left = (price.amount * 5 / 4 / 100) * 100 - price.amount
            #expect(second.payable - second.selfPay == Fen(left))
            #expect(try await events(world, "budget.exhausted") == 1)
            let quote = try #require(try await QuoteOrder(world.office)(World.request(day: 4)).split)
            #expect(quote.selfPay == quote.payable)
            let note = try #require(quote.notes.first { $0.code == "budget_exhausted" })
            #expect(note.nextDate == LocalDate("2027-01-01"))
            #expect(quote.spoken.contains("预算已用完"))
            #expect(try await world.place(World.request(day: 4)).selfPay == price)
            #expect(try await events(world, "budget.warned") == 1)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `goes on when a second person has approved more, and only then`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await grant(world, 0)
            let asked = try await world.office.perform(
                try OverrideBudget(world.office).request(Self.key, amount: Fen(10_000), reason: "特困老人急需", by: World.finance))
            let own = await refusal {
                try await world.office.perform(try OverrideBudget(world.office).decide(asked.id, approve: true, opinion: "", by: World.finance))
            }
            #expect(own?.code == "own_request")
            #expect(try await world.place().selfPay > .zero)
            _ = try await world.office.perform(
                try OverrideBudget(world.office).decide(asked.id, approve: true, opinion: "同意", by: Self.other))
            let again = await refusal {
                try await world.office.perform(try OverrideBudget(world.office).decide(asked.id, approve: true, opinion: "", by: Self.other))
            }
            #expect(again?.code == "already_decided")
            #expect(try await world.place(World.request(day: 3)).selfPay == .zero)
            #expect(try await level(world).budget.extra == Fen(10_000))
            #expect(try await events(world, "budget.override_approved") == 1)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `follows an order through reopening, voiding and cancelling to the fen`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await grant(world, 1000)
            try await grant(world, 500, BudgetKey(fund: .districtSubsidy, year: 2026, category: "06", region: "620102001"))
            let order = try await world.order(in: .closed)
            let paid = order.payable - order.selfPay
            #expect(try await level(world).budget.posted == paid)
            _ = try await world.office.perform(ReopenOrder(world.office).prepared(order.id, reason: "x", by: World.quality))
            #expect(try await level(world).budget.reserved == paid)
            #expect(try await level(world).budget.posted == .zero)
            _ = try await CancelOrder(world.office)(order.id, reason: "x", by: World.admin)
            #expect(try await level(world).budget.balance.used == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `bears the provider's bonus with the order, reserved, posted and given back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0.replacing("      benefit: {kind: rest}", with: "      provider_bonus: \"2.00\"\n      benefit: {kind: rest}") }
            try await grant(world, 1000)
            let order = try await world.place()
            let borne = order.payable - order.selfPay + Fen(200)
            #expect(try await level(world).budget.reserved == borne)
            #expect(try await ReadBudgets(world.office).burnDown(Self.key).months.map(\.reserved) == [borne])
            let paid = try await world.order(in: .closed, World.request(World.destitute, day: 3))
            #expect(try await level(world).budget.posted == paid.payable - paid.selfPay + Fen(200))
            _ = try await CancelOrder(world.office)(order.id, reason: "x", by: World.admin)
            #expect(try await level(world).budget.reserved == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is never overspent by thirty orders at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await grant(world, 150)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for day in 1...30 {
                    group.addTask {
                        let elder = [World.minimum, World.lowIncome, World.destitute][day % 3]
                        _ = try await world.place(World.request(elder, day: day))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await level(world).budget.reserved == Fen(15_000))
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is burnt down month by month, orders and meals alike`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let meals = BudgetKey(fund: .mealSubsidy, year: 2026, category: "01")
            try await grant(world, 1000, meals)
            try await grant(world, 1000)
            let order = try await world.place()
            let noon = Instant(World.monday, minute: 700)
            world.setClock(noon)
            for elder in [World.ordinary, World.destitute] {
                _ = try await SwipeMeal(world.office)(
                    SwipeRequest(elder: elder, canteen: ProviderID("P001"), slot: .lunch, at: noon, device: "till"), by: World.desk)
            }
            let food = try await ReadBudgets(world.office).burnDown(meals)
            #expect(food.months.map(\.month) == [World.month])
            #expect(food.months.map(\.services) == [2])
            #expect(food.months.map(\.posted).total == food.line.budget.posted)
            #expect(food.line.budget.posted > .zero)
            let service = try await ReadBudgets(world.office).burnDown(Self.key)
            #expect(service.months.map(\.reserved) == [order.payable - order.selfPay])
            #expect(service.months.map(\.services) == [1])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is new or raised by two persons, and cut by one`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (set, decide) = (SetBudget(world.office), OverrideBudget(world.office))
            func propose(_ yuan: Int64, by caller: Caller = World.finance) async throws -> SetBudget.Outcome {
                try await world.office.perform(try set.prepared(Self.key, granted: Fen(yuan * 100), by: caller))
            }
            func waiting() async throws -> OverrideRepository.Stored { try #require(try await ReadBudgets(world.office).pending().first) }
            guard case .proposed(let proposal, nil) = try await propose(10) else {
                Issue.record("in force without a second person")
                return
            }
            // Not there yet: nothing is limited, and nobody is told of a budget.
            #expect(try await ReadBudgets(world.office).all(year: 2026).isEmpty)
            #expect(try await world.place().selfPay == .zero)
            #expect(await refusal { try await propose(20) }?.code == "budget_proposed")
            guard case .proposed(let same, nil) = try await propose(10) else {
                Issue.record("in force without a second person")
                return
            }
            #expect(same.id == proposal.id)
            #expect(
                await refusal { try await world.office.perform(try decide.decide(proposal.id, approve: true, opinion: "", by: World.finance)) }?.code
                    == "own_request")
            // Ten yuan are less than what was promised meanwhile.
            #expect(
                await refusal { try await world.office.perform(try decide.decide(proposal.id, approve: true, opinion: "", by: Self.other)) }?.code
                    == "budget_below_spent")
            _ = try await world.office.perform(try decide.decide(proposal.id, approve: false, opinion: "太少", by: Self.other))
            #expect(try await ReadBudgets(world.office).all(year: 2026).isEmpty)
            try await grant(world, 100)
            // Spent to eighty of a hundred or not, more is asked for by one and given by another.
            guard case .proposed(_, let present?) = try await propose(1000) else {
                Issue.record("raised by one")
                return
            }
            #expect(present.granted == Fen(10_000))
            #expect(try await level(world).budget.granted == Fen(10_000))
            _ = try await world.office.perform(try decide.decide(try await waiting().id, approve: true, opinion: "", by: Self.other))
            #expect(try await level(world).budget.granted == Fen(100_000))
            guard case .inForce(let cut) = try await propose(90) else {
                Issue.record("a cut waits")
                return
            }
            #expect(cut.granted == Fen(9_000))
            #expect(try await events(world, "budget.proposed") == 3)
            #expect(try await events(world, "budget.granted") == 3)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that is entered late bears what its year has promised, paid and eaten before`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let open = try await world.place()
            let closed = try await world.order(in: .closed, World.request(World.lowIncome, day: 3))
            let gone = try await world.place(World.request(World.destitute, day: 4))
            _ = try await CancelOrder(world.office)(gone.id, reason: "x", by: World.admin)
            let spent = [open, closed].map { $0.payable - $0.selfPay }.total
            #expect(spent > .zero)
            #expect(await refusal { try await grant(world, spent.amount / 100 - 1) }?.code == "budget_below_spent")
            let short = try #require(try await ReadBudgets(world.office).pending().first)
            _ = try await world.office.perform(try OverrideBudget(world.office).decide(short.id, approve: false, opinion: "太少", by: Self.other))
            try await grant(world, 1000)
            #expect(try await level(world).budget.balance.used == spent)
            #expect(try await level(world).budget.posted == closed.payable - closed.selfPay)
            // Of its category, of another, and of a street; what is given back later is given back to each.
            let (own, other) = (BudgetKey(fund: .districtSubsidy, year: 2026, category: "06", region: "620102001"), BudgetKey(fund: .districtSubsidy, year: 2026, category: "07"))
            let elsewhere = BudgetKey(fund: .districtSubsidy, year: 2026, region: "620102002")
            for key in [own, other, elsewhere] { try await grant(world, 1000, key) }
            func used(_ key: BudgetKey) async throws -> Fen { try await world.office.read { tx in try tx.budgets.require(key).balance.used } }
            #expect(try await used(own) == spent)
            #expect(try await used(other) == .zero)
            #expect(try await used(elsewhere) == .zero)
            _ = try await CancelOrder(world.office)(open.id, reason: "x", by: World.admin)
            #expect(try await used(own) == closed.payable - closed.selfPay)
            #expect(try await level(world).budget.reserved == .zero)

            let noon = Instant(World.monday.adding(days: 3), minute: 700)
            world.setClock(max(world.now, noon))
            var swipes: [MealSwipe] = []
            for elder in [World.ordinary, World.destitute] {
                swipes.append(
                    try await SwipeMeal(world.office)(
                        SwipeRequest(elder: elder, canteen: ProviderID("P001"), slot: .lunch, at: noon, device: "till"), by: World.desk).swipe)
            }
            let meals = BudgetKey(fund: .mealSubsidy, year: 2026, category: "01")
            try await grant(world, 100, meals)
            #expect(try await used(meals) == swipes.flatMap(\.legs).map(\.amount).total)
            _ = try await world.office.perform(try ReverseMeal(world.office).prepared(swipes[0].id, reason: "刷错", by: World.desk))
            #expect(try await used(meals) == swipes[1].legs.map(\.amount).total)
            #expect(try await world.faults() == [])
            // A meal of two funds, of which the budget bears the one.
            try await world.office.perform { [id = swipes[1].id] tx in
                _ = try tx.execute("UPDATE meal_swipe SET legs = 'meal_subsidy|A|1|2;directed|B|1|3', budgets = '' WHERE id = \(id)")
            }
            let whole = BudgetKey(fund: .mealSubsidy, year: 2026)
            try await grant(world, 100, whole)
            #expect(try await used(whole) == Fen(2))
            // Of a fund that has paid for no meal.
            let others = BudgetKey(fund: .voucher, year: 2026)
            #expect(BudgetRepository.Stored.unopened(others).balance.used == .zero)
            try await grant(world, 100, others)
            #expect(try await used(others) == .zero)
        }
    }

    @Test(arguments: Backend.available)
    func `of a street that is entered late bears those who lived there on the day`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for (elder, day) in [(World.ordinary, 0), (World.ordinary, 9), (World.lowIncome, 0), (World.lowIncome, 9)] {
                let noon = Instant(World.monday.adding(days: day), minute: 700)
                world.setClock(noon)
                if day == 9, elder == World.ordinary {
                    _ = try await world.office.perform(
                        ManageElder(world.office).update(elder, expecting: nil, by: World.desk) { $0.address.region = "620102002" })
                }
                _ = try await SwipeMeal(world.office)(
                    SwipeRequest(elder: elder, canteen: ProviderID("P001"), slot: .lunch, at: noon, device: "till"), by: World.desk)
                world.setClock(Instant(World.monday, minute: 700))
            }
            func meals(_ region: String) async throws -> Int {
                let key = BudgetKey(fund: .mealSubsidy, year: 2026, region: region)
                try await grant(world, 100, key)
                return try await world.office.read { tx in try tx.budgets.burnDown(key).map(\.services).reduce(0, +) }
            }
            #expect(try await meals("620102001") == 3)
            #expect(try await meals("620102002") == 1)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.concurrent)
    func `that is entered while orders come in misses none of them`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for day in 1...30 {
                    group.addTask {
                        let elder = [World.minimum, World.lowIncome, World.destitute][day % 3]
                        _ = try await world.place(World.request(elder, day: day))
                    }
                    if day == 15 { group.addTask { try await self.grant(world, 10_000) } }
                }
                try await group.waitForAll()
            }
            let held = try await world.office.read { tx in
                try tx.integer("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM funding_leg WHERE fund = 'district_subsidy' AND state = 'reserved'")
            }
            #expect(try await level(world).budget.reserved.amount == held)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is not cut below what is spent, and is imported whole or not at all`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await grant(world, 1000)
            _ = try await world.place()
            #expect(await refusal { try await grant(world, 10) }?.code == "budget_below_spent")
            let text = "fund,year,category,region,granted_yuan\ndistrict_subsidy,2026,,,2000.00\nmeal_subsidy,2026,01,620102001,300\n"
            let first = try await ImportBudgets(world.office)(Array(text.utf8), by: World.finance)
            #expect((first.changed, first.proposed) == (0, 2))
            let second = try await ImportBudgets(world.office)(Array(text.utf8), by: World.finance)
            #expect((second.changed, second.proposed, second.unchanged) == (0, 0, 2))
            for proposal in try await ReadBudgets(world.office).pending() {
                _ = try await world.office.perform(try OverrideBudget(world.office).decide(proposal.id, approve: true, opinion: "", by: Self.other))
            }
            let third = try await ImportBudgets(world.office)(Array(text.utf8), by: World.finance)
            #expect((third.changed, third.proposed, third.unchanged) == (0, 0, 2))
            #expect(try await level(world).budget.granted == Fen(200_000))
            for (row, words) in [
                ("lottery,2026,,,1", "没有资金来源"), ("voucher,26,,,1", "年度"), ("voucher,2026,99,,1", "没有服务类别"),
                ("voucher,2026,,110101001,1", "没有街道"), ("voucher,2026,,,一千", "不是以元为单位"), ("district_subsidy,2026,,,1.00", "超过拟下达"),
                ("voucher,2026,,", "列"),
            ] {
                let file = "fund,year,category,region,granted_yuan\nvoucher,2026,02,,5.00\n\(row)\n"
                let fault = await #expect(throws: CSV.Fault.self) { try await ImportBudgets(world.office)(Array(file.utf8), by: World.finance) }
                #expect(fault?.line == 3)
                #expect(fault?.reason.contains(words) == true, "\(fault?.reason ?? "")")
            }
            #expect(try await ReadBudgets(world.office).all(year: 2026).count == 2)
        }
    }
}
