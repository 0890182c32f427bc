import Entitlement
import Kernel
import Testing

@Suite struct `A budget` {
    static let programmes = try! Programmes([Sample.programme("A", .districtSubsidy, Sample.version(.amount, 300)),
        Sample.programme("B", .mealSubsidy, Sample.version(.amount, 200))])

    private func split(_ budgets: [(BudgetKey, Int64, Int64)]) -> FundingSplit {
        let all = Dictionary(uniqueKeysWithValues: budgets.map { ($0.0, Balance(granted: Fen($0.1), reserved: .zero, posted: Fen($0.2))) })
        return Self.programmes.split(Sample.request(1000), balances: [:], budgets: all)
    }

    @Test func `bears a leg with every other that covers it`() {
        let all = BudgetKey(fund: .districtSubsidy, year: 2026)
        let street = BudgetKey(fund: .districtSubsidy, year: 2026, category: "02", region: "620102001")
        let others = [
            BudgetKey(fund: .districtSubsidy, year: 2025), BudgetKey(fund: .districtSubsidy, year: 2026, category: "06"),
            BudgetKey(fund: .districtSubsidy, year: 2026, region: "620102009"), BudgetKey(fund: .voucher, year: 2026),
        ]
        let split = split([(all, 1000, 0), (street, 1000, 0)] + others.map { ($0, 0, 0) })
        #expect(split.paid == ["A": 300, "B": 200])
        #expect(split.legs.map(\.budgets) == [[street, all].sorted(), []])
    }

    @Test(arguments: [(1000, 700, 300), (1000, 701, 299), (1000, 1000, 0), (1000, 999, 1)] as [(Int64, Int64, Int64)])
    func `pays to the last fen and then leaves its fund out, with the reason and the day`(granted: Int64, posted: Int64, pays: Int64) {
        let split = split([(BudgetKey(fund: .districtSubsidy, year: 2026), granted, posted)])
        #expect(split.paid["A"] ?? 0 == pays)
        #expect(split.paid["B"] == 200)
        guard pays < 300 else { return }
        let note = split.notes.first { $0.code == "budget_exhausted" }
        #expect(note?.nextDate == LocalDate("2027-01-01"))
        #expect(note?.isWorthSaying == true)
    }

    /// What is left in the budget → what is paid of five yuan, with three for the provider beside the price, and what the budget bears.
    @Test(arguments: [(800, 500, 800), (799, 499, 799), (301, 1, 301), (300, 0, 0), (0, 0, 0)] as [(Int64, Int64, Int64)])
    func `bears what the provider gets beside the price, or pays nothing`(left: Int64, pays: Int64, borne: Int64) throws {
        let version = ProgrammeVersion(
            version: 1, from: LocalDate(2026, 1, 1)!, benefit: Benefit(kind: .amount, value: 500), providerBonus: Fen(300))
        let programmes = try Programmes([Sample.programme("C", .mealSubsidy, version)])
        let budget = BudgetKey(fund: .mealSubsidy, year: 2026)
        let split = programmes.split(
            Sample.request(1000), balances: [:], budgets: [budget: Balance(granted: Fen(left + 50), reserved: Fen(20), posted: Fen(30))])
        #expect(split.paid["C"] ?? 0 == pays)
        #expect(split.selfPay == Fen(1000 - pays))
        #expect(split.legs.map(\.borne).total == Fen(borne))
        #expect(split.notes.contains { $0.code == "budget_exhausted" } == (left < 800))
    }

    /// Two programmes of one fund pay for the same service: the second finds what the first has left.
    @Test(arguments: [(1000, 300, 400), (700, 300, 400), (699, 300, 399), (300, 300, 0), (200, 200, 0)] as [(Int64, Int64, Int64)])
    func `is shared by two programmes of its fund`(granted: Int64, first: Int64, second: Int64) throws {
        let programmes = try Programmes([
            Sample.programme("A", .districtSubsidy, Sample.version(.amount, 300)), Sample.programme("B", .districtSubsidy, Sample.version(.amount, 400)),
        ])
        let budgets = [
            BudgetKey(fund: .districtSubsidy, year: 2026): Balance(granted: Fen(granted), reserved: .zero, posted: .zero),
            BudgetKey(fund: .districtSubsidy, year: 2026, category: "02"): Balance(granted: Fen(5000), reserved: .zero, posted: .zero),
        ]
        let split = programmes.split(Sample.request(1000), balances: [:], budgets: budgets)
        #expect(split.paid["A"] ?? 0 == first)
        #expect(split.paid["B"] ?? 0 == second)
        #expect(split.selfPay == Fen(1000 - first - second))
    }

    @Test(arguments: ["district_subsidy:2026:all:all", "meal_subsidy:2026:01:620102001", "voucher:2026:all:620102001"])
    func `is known by its text`(text: String) { #expect(BudgetKey(text)?.text == text) }

    @Test(arguments: ["", "x:2026:all:all", "voucher:26:all:all", "voucher:2026:99:all", "voucher:2026:all:", "voucher:2026:all", "voucher:2026:all:all:all"])
    func `is not known by another`(text: String) { #expect(BudgetKey(text) == nil) }

    @Test(arguments: [(799, BudgetLevel.open), (800, .warned), (999, .warned), (1000, .exhausted)] as [(Int64, BudgetLevel)])
    func `warns at eighty percent and ends at a hundred`(used: Int64, level: BudgetLevel) {
        #expect(BudgetLevel(Balance(granted: Fen(1000), reserved: Fen(used - 300), posted: Fen(300)), warnPercent: 80) == level)
    }
}

@Suite struct `A move of money` {
    @Test(arguments: FundMove.allCases)
    func `debits one account and credits another`(move: FundMove) {
        let (debit, credit) = move.accounts("P", Month(2026, 5), provider: "P001")
        #expect(debit != credit)
    }

    /// What two moves in a row leave: nothing, when the second is the first taken back.
    @Test(arguments: [(FundMove.reserve, FundMove.release), (.spend, .reverse), (.post, .reopen)])
    func `is undone by its opposite`(move: FundMove, back: FundMove) {
        #expect(move.reserved + back.reserved == 0)
        #expect(move.posted + back.posted == 0)
        let (there, again) = (move.accounts("P", Month(2026, 5), provider: "X"), back.accounts("P", Month(2026, 5), provider: "X"))
        #expect(there.debit == again.credit)
        #expect(there.credit == again.debit)
    }

    @Test func `never leaves an account below zero or above its grant`() {
        let balance = Balance(granted: Fen(100), reserved: Fen(30), posted: Fen(50))
        #expect(balance.after(.reserve, Fen(20))?.used == Fen(100))
        #expect(balance.after(.reserve, Fen(21)) == nil)
        #expect(balance.after(.reserve, Fen(21), granted: Fen(101))?.granted == Fen(101))
        #expect(balance.after(.release, Fen(31)) == nil)
        #expect(balance.after(.reverse, Fen(51)) == nil)
        #expect(balance.after(.post, Fen(30))?.posted == Fen(80))
    }
}
