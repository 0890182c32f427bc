import Entitlement
import Foundation
import Kernel
import Registry
import Testing
import Yams

@Suite struct `A programme that pays in cash` {
    static func allowance(_ change: (inout ProgrammeVersion) -> Void = { _ in }) -> Programme {
        var version = Sample.version(eligibility: Eligibility(minimumAge: 80), .amount, 6_000)
        version.payout = .monthly
        change(&version)
        return Sample.programme("AGE", .districtSubsidy, version)
    }

    @Test(arguments: [
        ("payout: monthly", Payout.monthly), ("payout: service", .service), ("source: y", .service),
        ("payout: claim, claim_per: quarter, claim_months: 1", .claim(per: .quarter, months: 1)),
    ])
    func `says so in its file`(words: String, payout: Payout) throws {
        let file = try YAMLDecoder().decode(ProgrammeFile.self, from: Self.file(words))
        #expect(file.programmes.first?.versions.map(\.payout) == [payout], "\(file.faults)")
        #expect(words.hasPrefix("payout: \(payout.kind)") || payout.kind == .service)
    }

    @Test(arguments: ["payout: daily", "payout: claim", "payout: claim, claim_per: quarter", "claim_months: 1", "payout: monthly, claim_months: 1"])
    func `says it wholly or not at all`(words: String) throws {
        let file = try YAMLDecoder().decode(ProgrammeFile.self, from: Self.file(words))
        #expect(file.programmes.isEmpty && file.faults.first?.message.contains("payout 应为 service、monthly，或 claim") == true)
    }

    private static func file(_ words: String) -> String {
        let source = words.hasPrefix("source") ? "" : "source: x, "
        return "- {code: A, name: 甲, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, \(source)\(words), benefit: {kind: amount, value: \"1\"}}]}"
    }

    @Test func `states by the month only whom it pays how much, and a claim a period that is one`() throws {
        func fault(_ change: @escaping (inout ProgrammeVersion) -> Void) -> String? {
            ProgrammeLint.faults([Self.allowance(change)]).first.map { String($0.message.prefix(6)) }
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.benefit = Benefit(kind: .share, value: 1) } == "按月发放的津")
        #expect(fault { $0.scope = Scope(items: ["01001"]) } == "按月发放的津")
        #expect(fault { $0.grants = [Grant(per: .month, value: 1)] } == "按月发放的津")
        #expect(fault { $0.minimumPayable = Fen(1) } == "按月发放的津")
        #expect(fault { $0.providerBonus = Fen(1) } == "按月发放的津")
        #expect(fault { $0.payout = .claim(per: .quarter, months: 1) } == nil)
        #expect(fault { $0.payout = .claim(per: .day, months: 1) } == "报销期应为 ")
        #expect(fault { $0.payout = .claim(per: .week, months: 1) } == "报销期应为 ")
        #expect(fault { $0.payout = .claim(per: .year, months: 13) } == "报销期后可报")
    }

    @Test func `draws on every budget of all categories that covers the street, whole or not at all`() throws {
        let programmes = try Programmes([Self.allowance()])
        let programme = try #require(programmes.paidOut.first)
        let who = Sample.who(age: 80)
        func budget(_ region: String? = nil, category: String? = nil, year: Int = 2026) -> BudgetKey {
            BudgetKey(fund: .districtSubsidy, year: year, category: category, region: region)
        }
        func paid(_ left: Int64) -> Programmes.Allowance? {
            let balance = Balance(granted: Fen(left), reserved: .zero, posted: .zero)
            let nothing = Balance(granted: .zero, reserved: .zero, posted: .zero)
            return programmes.allowance(
                programme, of: who, in: Sample.monday.month,
                budgets: [
                    budget(): balance, budget("620102001"): balance, budget("620102002"): nothing, budget(category: "01"): nothing,
                    budget(year: 2025): nothing,
                ])
        }
        #expect(paid(6_000)?.leg.budgets == [budget("620102001"), budget()] && paid(6_000)?.short == nil)
        #expect(paid(5_999)?.short != nil)
        #expect(paid(6_000)?.leg.borne == Fen(6_000))
        // Nothing is due to whoever gets nothing by the table.
        let free = try Programmes([Self.allowance { $0.benefit = Benefit(kind: .amount, byAge: ["90": 100]) }])
        #expect(free.allowance(free.paidOut[0], of: who, in: Sample.monday.month, budgets: [:]) == nil)
        #expect(free.allowance(free.paidOut[0], of: Sample.who(age: 79), in: Sample.monday.month, budgets: [:]) == nil)
    }

    @Test func `is asked for bills only where it takes them`() throws {
        let programmes = try Programmes([Self.allowance()])
        let claims = programmes.claims(of: programmes.paidOut[0])
        #expect(!claims.mayPay(for: Sample.request(100, for: Sample.who(age: 80))) && !programmes.mayPay(for: Sample.request(100)))
    }

    @Test func `moves from what is granted over what is promised to what is paid`() {
        let (month, cash) = (Month(2026, 5), AccountName.cash("AGE", Month(2026, 5)))
        #expect(cash == "cash/AGE/2026-05")
        #expect(FundMove.post.accounts("AGE", month, owed: cash) == (cash, AccountName.reserved("AGE", month)))
        #expect(FundMove.release.accounts("AGE", month, owed: cash) == (AccountName.budget("AGE", month), AccountName.reserved("AGE", month)))
    }
}

@Suite struct `A balance that lapses` {
    /// Grant, month → the periods whose balances lapse in it.
    @Test(arguments: [
        (Grant(per: .month, value: 1), "2026-05", ["2026-05"]), (Grant(per: .month, value: 1, unused: .lastsQuarter), "2026-05", []),
        (Grant(per: .month, value: 1, unused: .lastsQuarter), "2026-06", ["2026-04", "2026-05", "2026-06"]),
        (Grant(per: .month, value: 1, unused: .carries(months: 2)), "2026-05", ["2026-03"]),
        (Grant(per: .month, value: 1, unused: .carries(months: 2)), "2026-02", []),
        (Grant(per: .month, value: 1, unused: .lastsYear), "2026-11", []), (Grant(per: .quarter, value: 1), "2026-05", []),
        (Grant(per: .quarter, value: 1), "2026-06", ["2026-Q2"]), (Grant(per: .year, value: 1), "2026-12", ["2026"]),
        (Grant(per: .year, value: 1), "2026-11", []), (Grant(per: .day, value: 1), "2026-05", []), (Grant(per: .week, value: 1), "2026-05", []),
        (Grant(per: .month, unit: .times, value: 1), "2026-05", []), (Grant(per: .month, value: 1), "2025-12", []),
    ] as [(Grant, String, [String])])
    func `does so with the last day of its period`(grant: Grant, month: String, periods: [String]) throws {
        #expect(try GrantTests.programmes(grant).lapsing(in: Month(month)!).map(\.key.period) == periods)
    }

    /// How claims are taken, the grant, month → the periods for which no more bills are taken after it.
    @Test(arguments: [
        (Payout.claim(per: .quarter, months: 1), Grant(per: .quarter, value: 1), "2026-06", []),
        (.claim(per: .quarter, months: 1), Grant(per: .quarter, value: 1), "2026-07", ["2026-Q2"]),
        (.claim(per: .quarter, months: 1), Grant(per: .quarter, value: 1), "2026-08", []),
        (.claim(per: .quarter, months: 1), Grant(per: .month, value: 1), "2026-07", ["2026-04", "2026-05", "2026-06"]),
        (.claim(per: .month, months: 2), Grant(per: .month, value: 1), "2026-05", ["2026-03"]),
        (.claim(per: .month, months: 2), Grant(per: .quarter, value: 1), "2026-05", ["2026-Q1"]),
        (.claim(per: .year, months: 3), Grant(per: .year, value: 1), "2027-03", ["2026"]),
        (.claim(per: .year, months: 3), Grant(per: .year, value: 1), "2026-12", []),
        (.claim(per: .quarter, months: 1), Grant(per: .quarter, value: 1), "2026-01", []),
    ] as [(Payout, Grant, String, [String])])
    func `of a claim does so with the last day on which its bills are taken`(payout: Payout, grant: Grant, month: String, periods: [String]) throws {
        var version = Sample.version(.rest, grants: [grant])
        version.payout = payout
        let lapsing = try Programmes([Programme(code: "A", name: "甲", fund: .directed, versions: [version])]).lapsing(in: Month(month)!)
        #expect(lapsing.map(\.key.period) == periods)
        #expect(lapsing.allSatisfy { $0.until < Month(month)!.first })
    }

    /// A version that ends within a month takes its balances along, unless another goes on with the same account.
    @Test(arguments: [
        (nil, ["2026-04 2026-05-14", "2026-05 2026-05-14"], []), ("2026-05-15", ["2026-04 2026-05-14"], ["2026-05", "2026-06"]),
        ("2026-06-01", ["2026-04 2026-05-14", "2026-05 2026-05-14"], ["2026-06"]),
    ] as [(String?, [String], [String])])
    func `lapses with its rules`(next: String?, first: [String], second: [String]) throws {
        var versions = [Sample.version(until: "2026-05-14", .rest, grants: [Grant(per: .month, value: 1, unused: .carries(months: 1))])]
        if let next {
            var version = Sample.version(number: 2, from: next, .rest, grants: [Grant(per: .month, value: 1)])
            version.followsPause = true
            versions.append(version)
        }
        let programmes = try Programmes([Programme(code: "A", name: "甲", fund: .directed, versions: versions)])
        let all = [Month(2026, 5), Month(2026, 6)].flatMap { programmes.lapsing(in: $0) }
        #expect(all.prefix(first.count).map { "\($0.key.period) \($0.until)" } == first)
        #expect(all.dropFirst(first.count).map(\.key.period) == second)
        #expect(all.allSatisfy { $0.programme.code == "A" })
    }

    @Test func `is what was granted less what was used, of an account or of nobody's`() throws {
        let programmes = try Programmes([
            Sample.programme("A", .directed, Sample.version(eligibility: Eligibility(classes: ["poor"]), .rest, grants: [Grant(per: .month, byClass: ["poor": 900])])),
        ])
        let lapse = try #require(programmes.lapsing(in: Sample.monday.month).first)
        let account = Balance(granted: Fen(1_000), reserved: Fen(100), posted: Fen(200))
        func left(_ who: Beneficiary?, _ account: Balance?) -> [Int64]? {
            lapse.remainder(of: who, account: account).map { [$0.granted.amount, $0.used.amount, $0.lapsed.amount] }
        }
        #expect(left(Sample.who(["poor"]), nil) == [900, 0, 900])
        #expect(left(Sample.who(["poor"]), account) == [1_000, 300, 700])
        // Whoever has lost the right, or has died, leaves what had been opened.
        #expect(left(Sample.who(), account) == [1_000, 300, 700] && left(nil, account) == [1_000, 300, 700])
        #expect(left(Sample.who(), nil) == nil && left(nil, nil) == nil)
        // Nothing granted is nothing left.
        let none = try GrantTests.programmes(Grant(per: .month, byClass: ["poor": 900])).lapsing(in: Sample.monday.month)
        #expect(none.first?.remainder(of: Sample.who(), account: nil) == nil)
    }

    /// Half of April in a class of 300 yuan and half in none, shared out by days.
    @Test func `is shared out by days where the rule says so`() throws {
        var version = Sample.version(.rest, grants: [Grant(per: .month, byClass: ["poor": 30_000])])
        version.classChange = .proRata
        let programmes = try Programmes([Sample.programme("A", .directed, version)])
        let who = Sample.who(history: [ClassSpan(classCode: "poor", span: DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-04-15")!))])
        let lapse = try #require(programmes.lapsing(in: Month(2026, 4)).first)
        #expect(lapse.remainder(of: who, account: nil)?.lapsed == Fen(15_000))
        #expect(lapse.remainder(of: who, account: Balance(granted: Fen(30_000), reserved: .zero, posted: Fen(5_000)))?.lapsed == Fen(10_000))
    }
}
