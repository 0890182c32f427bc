import Entitlement
import Kernel
import Registry
import Testing

@Suite struct `A move of promised money` {
    @Test func `knows from where and to where it goes`() {
        #expect(FundMove.allCases.map(\.from) == [nil, .reserved, .reserved, .posted, .posted, nil])
        #expect(FundMove.allCases.map(\.to) == [.reserved, .posted, .released, .released, .reserved, .posted])
    }

    @Test func `counts services in accounts of their own, in order`() {
        let keys = [BalanceKey(programme: "B", period: "2026-05"), BalanceKey(programme: "A", period: "n/2026-05"), BalanceKey(programme: "A", period: "2026-05")]
        #expect(keys.filter(\.isCount) == [keys[1]])
        #expect(keys.sorted() == [keys[2], keys[1], keys[0]])
    }

    @Test func `is spoken without a price of its own and without a share of the elder's`() {
        let leg = FundingLeg(fund: .voucher, programme: "V", version: 1, amount: Fen(300), draws: [])
        let split = FundingSplit(payable: Fen(300), legs: [leg], notes: [])
        #expect(split.listPrice == Fen(300))
        #expect(split.spoken == "应付3.00元：民政通消费券付3.00元，不用自付。")
        #expect(FundingSplit(payable: Fen(300), legs: [], notes: []).spoken == "应付3.00元：自付3.00元。")
    }

    @Test func `beyond the price is a mistake of the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = FundingSplit(payable: Fen(1), legs: [FundingLeg(fund: .voucher, programme: "V", version: 1, amount: Fen(2), draws: [])], notes: [])
        }
    }
}

@Suite struct `A change of class` {
    static let history = [
        ClassSpan(classCode: "a", span: DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-05-05")!)),
        ClassSpan(classCode: "b", span: DateSpan(from: LocalDate("2026-05-06")!)),
    ]
    static func who(_ date: LocalDate = Sample.monday) -> Beneficiary {
        Beneficiary(
            classes: history, birthday: LocalDate("1950-01-01")!, region: "620102001", abilityLevel: 0, livesAlone: false, cadre: nil, on: date)
    }

    /// Week from Monday the 4th: two days of class a at 700, five of class b at 1400.
    @Test(arguments: [(Grant.Period.week, Int64(1200)), (.day, 700)])
    func `shares a week or a day out by days`(per: Grant.Period, granted: Int64) throws {
        var version = Sample.version(.rest, grants: [Grant(per: per, byClass: ["a": 700, "b": 1400])])
        version.classChange = .proRata
        let split = try Programmes([Sample.programme("A", .directed, version)]).split(Sample.request(9000, for: Self.who()), balances: [:])
        #expect(split.paid == ["A": granted])
    }

    @Test func `of a month before counts as that month's first day saw it`() throws {
        var version = Sample.version(from: "2026-01-01", .rest, grants: [Grant(per: .month, byClass: ["a": 700, "b": 1400], unused: .carries(months: 1))])
        version.classChange = .nextMonth
        let programmes = try Programmes([Sample.programme("A", .directed, version)])
        let june = LocalDate("2026-06-02")!
        // May began in class a, June in class b.
        #expect(programmes.split(Sample.request(9000, on: june, for: Self.who(june)), balances: [:]).paid == ["A": 2100])
        #expect(version.admits(Self.who(june), on: june))
    }

    @Test func `is told with the day after the one that excludes`() throws {
        var version = Sample.version(eligibility: Eligibility(notClasses: ["a"]), .amount, 300)
        let programmes = try Programmes([Sample.programme("A", .directed, version)])
        #expect(programmes.split(Sample.request(1000, for: Self.who()), balances: [:]).notes.map(\.nextDate) == [LocalDate("2026-05-06")])
        // From the next month, when the rule looks at the first of the month.
        version.classChange = .nextMonth
        let later = try Programmes([Sample.programme("A", .directed, version)])
        #expect(later.split(Sample.request(1000, for: Self.who()), balances: [:]).notes.map(\.nextDate) == [LocalDate("2026-06-01")])
        let first = Sample.who(["a"], history: [ClassSpan(classCode: "a", span: DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-05-31")!))])
        #expect(later.split(Sample.request(1000, for: first), balances: [:]).notes.map(\.nextDate) == [LocalDate("2026-06-01")])
        let always = Sample.who(["a"], history: [ClassSpan(classCode: "a", span: DateSpan(from: LocalDate("2026-01-01")!))])
        #expect(later.split(Sample.request(1000, for: always), balances: [:]).notes.map(\.nextDate) == [nil])
    }

    @Test func `is one condition of a row beside the level of ability`() throws {
        let row = TableRow(classes: ["a"], abilityLevels: [3], value: 700)
        let version = ProgrammeVersion(version: 1, from: LocalDate("2026-01-01")!, benefit: Benefit(kind: .amount, rows: [row]))
        let programmes = try Programmes([Sample.programme("A", .directed, version)])
        #expect(programmes.split(Sample.request(9000, for: Sample.who(["a"], ability: 3)), balances: [:]).paid == ["A": 700])
        #expect(programmes.split(Sample.request(9000, for: Sample.who(["a"], ability: 2)), balances: [:]).paid == [:])
        #expect(programmes.split(Sample.request(9000, for: Sample.who(["b"], ability: 3)), balances: [:]).paid == [:])
    }

    @Test func `keeps several classes of one day in order`() {
        let both = Beneficiary(
            classes: ["z", "y"].map { ClassSpan(classCode: $0, span: DateSpan(from: LocalDate("2026-01-01")!)) }, birthday: LocalDate("1950-01-01")!,
            region: "620102001", abilityLevel: 0, livesAlone: false, cadre: .veteran, on: Sample.monday)
        #expect(both.classes == ["y", "z"])
    }

    @Test func `leaves a programme that stands beside nothing else where it is`() throws {
        var picky = Sample.version(.amount, 300)
        picky.stacksWith = ["C"]
        let programmes = try Programmes([
            Sample.programme("A", .careInsurance, picky), Sample.programme("B", .mealSubsidy, Sample.version(.amount, 200)),
            Sample.programme("C", .directed, Sample.version(.amount, 100)),
        ])
        #expect(programmes.split(Sample.request(1000), balances: [:]).paid == ["A": 300, "C": 100])
    }
}
