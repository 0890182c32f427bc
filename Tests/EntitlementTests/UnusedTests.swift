import Entitlement
import Kernel
import Registry
import Testing

@Suite struct `An unused balance` {
    /// Unused rule, day of service → months that may be drawn, oldest first.
    @Test(arguments: [
        (Grant.Unused.lapses, "2026-05-04", ["2026-05"]), (.lastsQuarter, "2026-05-04", ["2026-04", "2026-05"]),
        (.lastsQuarter, "2026-04-30", ["2026-04"]), (.lastsQuarter, "2026-12-31", ["2026-10", "2026-11", "2026-12"]),
        (.lastsYear, "2026-03-01", ["2026-01", "2026-02", "2026-03"]), (.lastsYear, "2026-01-31", ["2026-01"]),
        (.carries(months: 2), "2027-01-15", ["2026-11", "2026-12", "2027-01"]), (.carries(months: 1), "2026-01-15", ["2026-01"]),
    ])
    func `of a month is good for as long as the rule says`(unused: Grant.Unused, day: String, months: [String]) throws {
        let programmes = try GrantTests.programmes(Grant(per: .month, value: 1000, unused: unused))
        let request = Sample.request(10_000, on: LocalDate(day)!)
        #expect(programmes.balancesNeeded(for: request).map(\.period) == months)
        let split = programmes.split(request, balances: [:])
        #expect(split.legs.flatMap(\.draws).map(\.key.period) == months)
        #expect(split.paid == ["A": Int64(months.count) * 1000])
        #expect(split.notes.first?.nextDate == LocalDate(day)!.month.adding(1).first)
    }

    /// Unused rule, today → each period that is still good, and the last day of it.
    @Test(arguments: [
        (Grant.Unused.lapses, "2026-05-04", ["2026-05 2026-05-31"]), (.lastsQuarter, "2026-05-04", ["2026-04 2026-06-30", "2026-05 2026-06-30"]),
        (.lastsYear, "2026-02-28", ["2026-01 2026-12-31", "2026-02 2026-12-31"]),
        (.carries(months: 2), "2027-01-15", ["2026-11 2027-01-31", "2026-12 2027-02-28", "2027-01 2027-03-31"]),
    ])
    func `is shown with the day on which it lapses`(unused: Grant.Unused, day: String, periods: [String]) throws {
        let programmes = try GrantTests.programmes(Grant(per: .month, value: 1000, unused: unused))
        let purses = programmes.purses(of: Sample.who(), on: LocalDate(day)!) { keys in
            #expect(keys.map(\.period) == periods.map { String($0.prefix(7)) })
            return [keys[0]: Balance(granted: Fen(1000), reserved: Fen(100), posted: Fen(200))]
        }
        #expect(purses.map { "\($0.key.period) \($0.until)" } == periods)
        #expect(purses.map(\.available) == [Fen(700)] + periods.dropFirst().map { _ in Fen(1000) })
        #expect(purses.map(\.used) == [Fen(300)] + periods.dropFirst().map { _ in Fen.zero })
    }

    @Test func `is shown of whatever somebody may draw, counts among it, and no longer than its rules are in force`() throws {
        var ending = Sample.version(.rest, grants: [Grant(per: .month, value: 1000), Grant(per: .week, unit: .times, value: 5)])
        ending.until = LocalDate("2026-05-06")
        let programmes = try Programmes([
            Sample.programme("A", .directed, ending),
            Sample.programme("B", .mealSubsidy, Sample.version(eligibility: Eligibility(classes: ["poor"]), .rest, grants: [Grant(per: .day, value: 500)])),
            Sample.programme("C", .mealSubsidy, Sample.version(.rest, grants: [Grant(per: .year, byClass: ["poor": 900])])),
        ])
        func shown(_ who: Beneficiary, _ day: LocalDate) -> [String] {
            programmes.purses(of: who, on: day) { _ in [:] }.map { "\($0.key.programme) \($0.key.period) \($0.available.amount) \($0.until)" }
        }
        #expect(shown(Sample.who(), Sample.monday) == ["A 2026-05 1000 2026-05-06", "A n/2026-05-04w 5 2026-05-06"])
        #expect(shown(Sample.who(["poor"]), LocalDate("2026-05-07")!) == ["B 2026-05-07 500 2026-05-07", "C 2026 900 2026-12-31"])
    }

    @Test func `is drawn oldest first and only as far as needed`() throws {
        let programmes = try GrantTests.programmes(Grant(per: .month, value: 1000, unused: .carries(months: 2)))
        let april = BalanceKey(programme: "A", period: "2026-04")
        let split = programmes.split(
            Sample.request(1300), balances: [april: Balance(granted: Fen(1000), reserved: Fen(300), posted: Fen(500))])
        #expect(split.legs.flatMap(\.draws).map(\.key.period) == ["2026-03", "2026-04", "2026-05"])
        #expect(split.legs.flatMap(\.draws).map(\.amount) == [Fen(1000), Fen(200), Fen(100)])
        #expect(split.notes.isEmpty)
    }

    @Test func `of a month without the class is nothing`() throws {
        let version = Sample.version(
            eligibility: Eligibility(classes: ["a"]), .rest, grants: [Grant(per: .month, value: 1000, unused: .carries(months: 2))])
        let programmes = try Programmes([Sample.programme("A", .directed, version)])
        let who = Sample.who(["a"], history: [ClassSpan(classCode: "a", span: DateSpan(from: LocalDate("2026-04-10")!))])
        #expect(programmes.split(Sample.request(9000, for: who), balances: [:]).paid == ["A": 2000])
    }
}

@Suite struct `A change of class within a month` {
    /// Low until the 15th of June (30 days), high from the 16th on.
    static let raised = [
        ClassSpan(classCode: "low", span: DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-06-15")!)),
        ClassSpan(classCode: "high", span: DateSpan(from: LocalDate("2026-06-16")!)),
    ]

    private func split(_ change: ClassChange, on day: String, balances: [BalanceKey: Balance] = [:]) throws -> FundingSplit {
        var version = Sample.version(
            eligibility: Eligibility(classes: ["low", "high"]), .rest, grants: [Grant(per: .month, byClass: ["low": 10_000, "high": 30_000])])
        version.classChange = change
        let programmes = try Programmes([Sample.programme("A", .districtSubsidy, version)])
        let date = LocalDate(day)!
        let classes = Self.raised.filter { $0.span.contains(date) }.map(\.classCode)
        return programmes.split(Sample.request(50_000, on: date, for: Sample.who(classes, history: Self.raised)), balances: balances)
    }

    @Test(arguments: [
        (ClassChange.immediate, "2026-06-10", 10_000), (.immediate, "2026-06-20", 30_000), (.nextMonth, "2026-06-20", 10_000),
        (.nextMonth, "2026-07-01", 30_000), (.proRata, "2026-06-10", 20_000), (.proRata, "2026-06-20", 20_000), (.proRata, "2026-07-01", 30_000),
        (.proRata, "2026-05-31", 10_000),
    ])
    func `counts at once, from the next month or by days`(change: ClassChange, day: String, pays: Int64) throws {
        #expect(try split(change, on: day).paid == ["A": pays])
    }

    @Test func `raises an account that is open`() throws {
        let key = BalanceKey(programme: "A", period: "2026-06")
        let open = [key: Balance(granted: Fen(10_000), reserved: .zero, posted: Fen(10_000))]
        #expect(try split(.immediate, on: "2026-06-20", balances: open).legs.first?.draws == [Draw(key: key, granted: Fen(30_000), amount: Fen(20_000))])
        #expect(try split(.proRata, on: "2026-06-20", balances: open).paid == ["A": 10_000])
        #expect(try split(.nextMonth, on: "2026-06-20", balances: open).paid == [:])
    }

    @Test func `takes nothing back that was promised`() throws {
        let key = BalanceKey(programme: "A", period: "2026-06")
        let open = [key: Balance(granted: Fen(30_000), reserved: Fen(25_000), posted: .zero)]
        #expect(try split(.proRata, on: "2026-06-10", balances: open).paid == [:])
        #expect(try split(.immediate, on: "2026-06-10", balances: open).paid == ["A": 5000])
    }

    @Test(arguments: [("2028-02-10", 29), ("2026-02-10", 28)])
    func `by days knows how long the month is`(day: String, length: Int64) throws {
        var version = Sample.version(from: "2020-01-01", .rest, grants: [Grant(per: .month, byClass: ["a": 29_000])])
        version.classChange = .proRata
        let programmes = try Programmes([Sample.programme("A", .districtSubsidy, version)])
        let date = LocalDate(day)!
        let spans = [ClassSpan(classCode: "a", span: DateSpan(from: date))]
        let days = length - 9
        #expect(
            programmes.split(Sample.request(90_000, on: date, for: Sample.who(["a"], history: spans)), balances: [:]).paid
                == ["A": (29_000 * days + length / 2) / length])
    }
}

@Suite struct `The operator hears` {
    private func note(_ eligibility: Eligibility, _ who: Beneficiary, on date: LocalDate = Sample.monday, change: ClassChange = .immediate) throws -> FundingNote? {
        var version = Sample.version(eligibility: eligibility, .amount, 300)
        version.classChange = change
        return try Programmes([Sample.programme("A", .directed, version)]).split(Sample.request(1000, on: date, for: who), balances: [:]).notes.first
    }

    @Test func `from which birthday somebody is paid for`() throws {
        let note = try #require(try note(Eligibility(minimumAge: 60), Sample.who(age: 59, birthday: LocalDate("1966-08-20")!)))
        #expect(note.nextDate == LocalDate("2026-08-20"))
        #expect(note.message.contains("2026 年 8 月 20 日"))
        let leap = try #require(try self.note(Eligibility(minimumAge: 61), Sample.who(age: 59, birthday: LocalDate("1968-02-29")!)))
        #expect(leap.nextDate == LocalDate("2029-03-01"))
    }

    @Test func `from when a class that has been approved counts`() throws {
        let later = Sample.who(["b"], history: [ClassSpan(classCode: "a", span: DateSpan(from: LocalDate("2026-05-20")!))])
        #expect(try note(Eligibility(classes: ["a"]), later)?.nextDate == LocalDate("2026-05-20"))
        #expect(try note(Eligibility(classes: ["a"]), later, change: .nextMonth)?.nextDate == LocalDate("2026-06-01"))
        let begun = Sample.who(["a"], history: [ClassSpan(classCode: "a", span: DateSpan(from: LocalDate("2026-05-02")!))])
        #expect(try note(Eligibility(classes: ["a"]), begun, change: .nextMonth)?.nextDate == LocalDate("2026-06-01"))
        #expect(try note(Eligibility(classes: ["c"]), later)?.nextDate == nil)
        #expect(try note(Eligibility(classes: ["c"]), later)?.message.contains("批准后") == true)
    }

    @Test func `when a programme begins and at what hour it pays`() throws {
        let begins = try Programmes([Sample.programme("A", .directed, Sample.version(from: "2026-07-01", .amount, 300))])
        #expect(begins.split(Sample.request(1000), balances: [:]).notes.map(\.nextDate) == [LocalDate("2026-07-01")])
        let hours = try Programmes([Sample.programme("A", .directed, Sample.version(scope: Scope(fromMinute: 660, untilMinute: 810), .amount, 300))])
        func note(_ minute: Int) -> FundingNote? { hours.split(Sample.request(1000, minute: minute), balances: [:]).notes.first }
        #expect(note(540)?.nextDate == Sample.monday)
        #expect(note(900)?.nextDate == Sample.monday.adding(days: 1))
        #expect(note(900)?.message.contains("11:00 至 13:30") == true)
        #expect(note(700) == nil)
    }

    @Test func `one sentence with the discount, the shares and what is not paid now`() throws {
        let programmes = try Programmes([
            Sample.programme("VOUCHER", .voucher, Sample.version(.share, 5000, grants: [Grant(per: .month, value: 5000)])),
        ])
        let request = FundingRequest(
            item: Sample.bath, date: Sample.monday, minuteOfDay: 720, listPrice: Fen(15_000), payable: Fen(13_500), beneficiary: Sample.who())
        let split = programmes.split(request, balances: [:])
        #expect(split.discount == Fen(1500))
        #expect(
            split.spoken
                == "原价150.00元，企业让利15.00元，应付135.00元：民政通消费券付50.00元，自付85.00元。样例VOUCHER：本期额度已用完或不足，6 月 1 日起有新额度。")
    }
}

@Suite struct `Programmes side by side` {
    private func paid(_ a: ProgrammeVersion, _ b: ProgrammeVersion) throws -> [String: Int64] {
        try Programmes([Sample.programme("A", .directed, a), Sample.programme("B", .mealSubsidy, b)]).split(Sample.request(1000), balances: [:]).paid
    }

    @Test func `exclude each other whichever of them says so`() throws {
        #expect(try paid(Sample.version(.amount, 300, excludes: ["B"]), Sample.version(.amount, 200)) == ["A": 300])
        #expect(try paid(Sample.version(.amount, 300), Sample.version(.amount, 200, excludes: ["A"])) == ["A": 300])
    }

    @Test func `stack only with those they name`() throws {
        var picky = Sample.version(.amount, 200)
        picky.stacksWith = ["C"]
        let programmes = try Programmes([
            Sample.programme("A", .directed, Sample.version(.amount, 300)), Sample.programme("B", .mealSubsidy, picky),
            Sample.programme("C", .careInsurance, Sample.version(scope: Scope(items: ["01001"]), .amount, 100)),
        ])
        #expect(programmes.split(Sample.request(1000), balances: [:]).paid == ["A": 300])
        picky.stacksWith = ["A"]
        #expect(try paid(Sample.version(.amount, 300), picky) == ["A": 300, "B": 200])
    }
}
