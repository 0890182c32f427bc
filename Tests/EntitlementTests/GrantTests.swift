import Catalog
import Entitlement
import Kernel
import Testing

@Suite("A grant") struct GrantTests {
    static func programmes(_ grants: Grant...) throws -> Programmes {
        try Programmes([Sample.programme("A", .directed, Sample.version(.rest, grants: grants))])
    }

    /// Period, day → the name of the account and the day of the next one.
    @Test(arguments: [
        (Grant.Period.day, "2026-02-28", "2026-02-28", "2026-03-01"), (.day, "2028-02-28", "2028-02-28", "2028-02-29"),
        (.week, "2026-05-04", "2026-05-04w", "2026-05-11"), (.week, "2026-05-10", "2026-05-04w", "2026-05-11"),
        (.week, "2026-01-01", "2025-12-29w", "2026-01-05"), (.month, "2026-05-31", "2026-05", "2026-06-01"),
        (.month, "2026-12-01", "2026-12", "2027-01-01"), (.quarter, "2026-03-31", "2026-Q1", "2026-04-01"),
        (.quarter, "2026-04-01", "2026-Q2", "2026-07-01"), (.quarter, "2026-12-31", "2026-Q4", "2027-01-01"),
        (.year, "2026-01-01", "2026", "2027-01-01"), (.year, "2026-12-31", "2026", "2027-01-01"),
    ])
    func `names the account of its period and says when there is a new one`(
        per: Grant.Period, day: String, period: String, next: String
    ) throws {
        let programmes = try Self.programmes(Grant(per: per, value: 1000))
        let request = Sample.request(3000, on: LocalDate(day)!)
        let key = BalanceKey(programme: "A", period: period)
        #expect(programmes.balancesNeeded(for: request) == [key])
        let split = programmes.split(request, balances: [:])
        #expect(split.legs.flatMap(\.draws) == [Draw(key: key, granted: Fen(1000), amount: Fen(1000))])
        #expect(split.notes.map(\.code) == ["exhausted"])
        #expect(split.notes.map(\.nextDate) == [LocalDate(next)])
    }

    @Test func `that is used up pays nothing and says when it will pay again`() throws {
        let programmes = try Self.programmes(Grant(per: .month, value: 1000))
        let key = BalanceKey(programme: "A", period: "2026-05")
        let spent = Balance(granted: Fen(1000), reserved: Fen(400), posted: Fen(600))
        let split = programmes.split(Sample.request(3000), balances: [key: spent])
        #expect(split.legs.isEmpty)
        #expect(split.selfPay == Fen(3000))
        #expect(split.notes.map(\.nextDate) == [LocalDate("2026-06-01")])
        #expect(split.notes.first?.message.contains("样例A") == true)
    }

    @Test func `pays without a note while it lasts`() throws {
        let split = try Self.programmes(Grant(per: .month, value: 3000)).split(Sample.request(3000), balances: [:])
        #expect(split.paid == ["A": 3000])
        #expect(split.notes.isEmpty)
    }

    @Test func `is held to the narrowest of several periods and draws on all`() throws {
        let programmes = try Self.programmes(Grant(per: .day, value: 900), Grant(per: .month, value: 2000), Grant(per: .year, value: 700))
        let split = programmes.split(Sample.request(3000), balances: [:])
        #expect(split.paid == ["A": 700])
        #expect(split.legs.flatMap(\.draws).map(\.amount) == [Fen(700), Fen(700), Fen(700)])
        #expect(split.legs.flatMap(\.draws).map(\.key.period) == ["2026-05-04", "2026-05", "2026"])
        #expect(split.notes.map(\.nextDate) == [LocalDate("2027-01-01")])
    }

    @Test func `keeps an open account as it was granted`() throws {
        let programmes = try Self.programmes(Grant(per: .month, value: 1000))
        let key = BalanceKey(programme: "A", period: "2026-05")
        let split = programmes.split(Sample.request(3000), balances: [key: Balance(granted: Fen(2500), reserved: .zero, posted: Fen(200))])
        #expect(split.legs.flatMap(\.draws) == [Draw(key: key, granted: Fen(2500), amount: Fen(2300))])
    }

    @Test func `gives more by class and by ability`() throws {
        let programmes = try Self.programmes(Grant(per: .month, value: 100, byClass: ["a": 300], byAbility: ["4": 500]))
        func paid(_ who: Beneficiary) -> Int64? { programmes.split(Sample.request(9000, for: who), balances: [:]).paid["A"] }
        #expect(paid(Sample.who()) == 100)
        #expect(paid(Sample.who(["a"])) == 300)
        #expect(paid(Sample.who(["a"], ability: 4)) == 500)
    }

    @Test func `never has less than nothing available`() {
        #expect(Balance(granted: Fen(100), reserved: Fen(80), posted: Fen(50)).available == .zero)
        #expect(Balance(granted: Fen(100), reserved: Fen(30), posted: Fen(50)).available == Fen(20))
    }
}
