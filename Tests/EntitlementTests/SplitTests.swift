import Catalog
import Entitlement
import Kernel
import Registry
import Testing

/// Programmes as the district writes them, made in code so that a test says which number matters.
enum Sample {
    // 2026-05-04 is a Monday.
    static let monday = LocalDate("2026-05-04")!
    static let lunch = Item(code: ItemCode("01001"), category: .meals, name: "营养午餐", mode: .onSite)
    static let bath = Item(code: ItemCode("02015"), category: .dailyCare, name: "助浴", mode: .visit)

    static func who(
        _ classes: [String] = [], age: Int = 75, district: String = "620102", ability: Int = 0, livesAlone: Bool = false,
        cadre: String? = nil, groups: Set<String> = [], birthday: LocalDate? = nil, history: [ClassSpan] = []
    ) -> Beneficiary {
        Beneficiary(
            classes: classes, age: age, district: district, region: district + "001", abilityLevel: ability, livesAlone: livesAlone,
            cadre: cadre, groups: groups, birthday: birthday, history: history)
    }

    static func request(
        _ payable: Int64, of item: Item = bath, on date: LocalDate = monday, minute: Int = 720, for beneficiary: Beneficiary = who()
    ) -> FundingRequest {
        FundingRequest(item: item, date: date, minuteOfDay: minute, payable: Fen(payable), beneficiary: beneficiary)
    }

    static func programme(_ code: String, _ fund: Fund, _ versions: ProgrammeVersion...) -> Programme {
        Programme(code: code, name: "样例\(code)", fund: fund, versions: versions)
    }

    static func version(
        number: Int = 1, from: String = "2026-01-01", until: String? = nil, eligibility: Eligibility = Eligibility(),
        scope: Scope = Scope(), _ kind: Benefit.Kind, _ value: Int64 = 0, byClass: [String: Int64] = [:], byAbility: [String: Int64] = [:],
        byAge: [String: Int64] = [:], minimum: Int64? = nil, grants: [Grant] = [], excludes: [String] = []
    ) -> ProgrammeVersion {
        ProgrammeVersion(
            version: number, from: LocalDate(from)!, until: until.flatMap { LocalDate($0) }, eligibility: eligibility, scope: scope,
            benefit: Benefit(kind: kind, value: value, byClass: byClass, byAbility: byAbility, byAge: byAge),
            minimumPayable: minimum.map { Fen($0) }, grants: grants, excludes: excludes)
    }
}

extension FundingSplit {
    var paid: [String: Int64] { Dictionary(uniqueKeysWithValues: legs.map { ($0.programme, $0.amount.amount) }) }
}

@Suite struct `A split among the funds` {
    @Test func `pays a bath by voucher and the district's balance, the rest by the elder`() throws {
        // 150 yuan less 10 % of the enterprise is 135; half by voucher, 50 yuan left with the district.
        let programmes = try Programmes([
            Sample.programme("SERVICE", .districtSubsidy, Sample.version(.rest, grants: [Grant(per: .month, value: 30_000)])),
            Sample.programme("VOUCHER", .voucher, Sample.version(.share, 5000, grants: [Grant(per: .month, value: 80_000)])),
        ])
        let balances = [
            BalanceKey(programme: "SERVICE", period: "2026-05"): Balance(granted: Fen(30_000), reserved: Fen(5000), posted: Fen(20_000)),
        ]
        let split = programmes.split(Sample.request(13_500), balances: balances)
        #expect(split.legs.map(\.programme) == ["VOUCHER", "SERVICE"])
        #expect(split.legs.map(\.amount) == [Fen(6750), Fen(5000)])
        #expect(split.selfPay == Fen(1750))
        #expect(split.notes.map(\.code) == ["exhausted"])
    }

    @Test func `reckons a share from what the fund before it has left`() throws {
        let programmes = try Programmes([
            Sample.programme("VOUCHER", .voucher, Sample.version(.share, byAbility: ["3": 4500])),
            Sample.programme("CARE", .careInsurance, Sample.version(.share, 5000)),
        ])
        let split = programmes.split(Sample.request(20_000, for: Sample.who(ability: 3)), balances: [:])
        #expect(split.legs.map(\.fund) == [.careInsurance, .voucher])
        #expect(split.paid == ["CARE": 10_000, "VOUCHER": 4500])
        #expect(split.selfPay == Fen(5500))
    }

    /// Price, share in basis points → what the fund pays.
    @Test(arguments: [(1, 5000, 1), (3, 5000, 2), (101, 3000, 30), (105, 3000, 32), (99, 3333, 33), (10_000, 10_000, 10_000), (1, 4999, 0)])
    func `rounds half up to a whole fen`(price: Int64, share: Int64, pays: Int64) throws {
        let programmes = try Programmes([Sample.programme("VOUCHER", .voucher, Sample.version(.share, share))])
        let split = programmes.split(Sample.request(price), balances: [:])
        #expect(split.legs.map(\.amount).total == Fen(pays))
        #expect(split.selfPay == Fen(price - pays))
    }

    @Test func `gives a person of several classes the best of them`() throws {
        let version = Sample.version(.amount, 100, byClass: ["a": 300, "b": 500], byAbility: ["4": 400], byAge: ["80": 450, "90": 600])
        let programmes = try Programmes([Sample.programme("P", .directed, version)])
        func paid(_ who: Beneficiary) -> Int64? { programmes.split(Sample.request(1000, for: who), balances: [:]).paid["P"] }
        #expect(paid(Sample.who()) == 100)
        #expect(paid(Sample.who(["a", "b"])) == 500)
        #expect(paid(Sample.who(["a"], ability: 4)) == 400)
        #expect(paid(Sample.who(["a"], age: 80)) == 450)
        #expect(paid(Sample.who(["b"], age: 95)) == 600)
    }

    @Test func `pays no more than the price`() throws {
        let programmes = try Programmes([
            Sample.programme("A", .directed, Sample.version(.amount, 900)), Sample.programme("B", .mealSubsidy, Sample.version(.amount, 900)),
        ])
        let split = programmes.split(Sample.request(1000), balances: [:])
        #expect(split.paid == ["A": 900, "B": 100])
        #expect(split.selfPay == .zero)
        #expect(programmes.split(Sample.request(500), balances: [:]).paid == ["A": 500])
    }

    @Test func `leaves out what another programme excludes and a bill below the minimum`() throws {
        let programmes = try Programmes([
            Sample.programme("A", .directed, Sample.version(.amount, 300, minimum: 800, excludes: ["B"])),
            Sample.programme("B", .mealSubsidy, Sample.version(.amount, 200)),
        ])
        let full = programmes.split(Sample.request(800), balances: [:])
        #expect(full.paid == ["A": 300])
        #expect(full.notes.map(\.code) == ["excluded"])
        let small = programmes.split(Sample.request(799), balances: [:])
        #expect(small.paid == ["B": 200])
        #expect(small.notes.map(\.code) == ["below_minimum"])
        #expect(small.notes.first?.message.contains("8.00") == true)
    }

    @Test func `pays nothing for what public money may not buy`() throws {
        let programmes = try Programmes([Sample.programme("A", .directed, Sample.version(.amount, 300))])
        let party = Item(code: ItemCode("09001"), category: .leisure, name: "茶话会", isFundable: false)
        let split = programmes.split(Sample.request(1000, of: party), balances: [:])
        #expect(split.legs.isEmpty)
        #expect(split.selfPay == Fen(1000))
        #expect(split.notes.map(\.code) == ["not_fundable"])
    }

    @Test(arguments: [
        (Eligibility(districts: ["620103"]), "district"), (Eligibility(regions: ["620102009"]), "region"), (Eligibility(minimumAge: 76), "age"),
        (Eligibility(maximumAge: 74), "age"), (Eligibility(classes: ["destitute"]), "class"), (Eligibility(notClasses: ["low_income"]), "class_excluded"),
        (Eligibility(abilityLevels: [3, 4]), "ability"), (Eligibility(livesAlone: true), "living"), (Eligibility(groups: ["blind"]), "group"),
        (Eligibility(cadres: ["veteran"]), "cadre"),
    ])
    func `says why someone may not draw`(eligibility: Eligibility, code: String) throws {
        let programmes = try Programmes([Sample.programme("A", .directed, Sample.version(eligibility: eligibility, .amount, 300))])
        let refused = programmes.split(Sample.request(1000, for: Sample.who(["low_income"])), balances: [:])
        #expect(refused.legs.isEmpty)
        #expect(refused.notes.map(\.code) == [code])
        #expect(programmes.balancesNeeded(for: Sample.request(1000, for: Sample.who(["low_income"]))).isEmpty)
        let other = Beneficiary(
            classes: ["destitute"], age: eligibility.maximumAge ?? 76, district: eligibility.districts.first ?? "620102",
            region: "620102009", abilityLevel: 4, livesAlone: true, cadre: "veteran", groups: ["blind"])
        #expect(programmes.split(Sample.request(1000, for: other), balances: [:]).paid == ["A": 300])
    }

    @Test(arguments: [
        (Scope(categories: ["01"]), false), (Scope(categories: ["02"]), true), (Scope(items: ["02015"]), true), (Scope(items: ["02016"]), false),
        (Scope(categories: ["01"], items: ["02015"]), true), (Scope(categories: ["02"], notItems: ["02015"]), false),
        (Scope(modes: ["上门"]), true), (Scope(modes: ["到店"]), false), (Scope(fromMinute: 720), true), (Scope(fromMinute: 721), false),
        (Scope(untilMinute: 721), true), (Scope(untilMinute: 720), false),
    ])
    func `pays only for what is in the programme's scope`(scope: Scope, isPaid: Bool) throws {
        let programmes = try Programmes([Sample.programme("A", .directed, Sample.version(scope: scope, .amount, 300))])
        #expect(programmes.split(Sample.request(1000), balances: [:]).legs.isEmpty != isPaid)
    }

    @Test func `follows the version of the day`() throws {
        let programmes = try Programmes([
            Sample.programme(
                "A", .directed, Sample.version(number: 1, from: "2026-01-01", until: "2026-04-30", .amount, 100),
                Sample.version(number: 2, from: "2026-05-01", until: "2026-06-30", .amount, 200)),
        ])
        func leg(_ day: String) -> FundingLeg? { programmes.split(Sample.request(1000, on: LocalDate(day)!), balances: [:]).legs.first }
        #expect(leg("2025-12-31") == nil)
        #expect(leg("2026-04-30").map { [$0.amount.amount, Int64($0.version)] } == [100, 1])
        #expect(leg("2026-05-01").map { [$0.amount.amount, Int64($0.version)] } == [200, 2])
        #expect(leg("2026-07-01") == nil)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `always sums to the whole`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let periods = Grant.Period.allCases
        let programmes = try Programmes(
            (0..<(1 + random.below(6))).map { index in
                let kind = random.pick(Benefit.Kind.allCases)
                let needed = kind == .rest ? 1 : 0
                let first = random.below(periods.count)
                let grants = (0..<(needed + random.below(3))).map { number in
                    Grant(per: periods[(first + number) % periods.count], value: Int64(random.below(30_000)), byClass: ["a": Int64(random.below(60_000))])
                }
                let benefit = Benefit(
                    kind: kind, value: Int64(random.below(10_001)), byClass: ["a": Int64(random.below(10_001))],
                    byAbility: ["2": Int64(random.below(10_001))])
                return Programme(
                    code: "P\(index)", name: "样例", fund: random.pick(Fund.allCases),
                    versions: [
                        ProgrammeVersion(
                            version: 1, from: LocalDate("2026-01-01")!, benefit: benefit,
                            minimumPayable: random.chance(20) ? Fen(Int64(random.below(20_000))) : nil, grants: grants,
                            excludes: index > 0 && random.chance(20) ? ["P0"] : []),
                    ])
            })
        let who = Sample.who(random.chance(50) ? ["a"] : ["b"], ability: random.below(5))
        let request = Sample.request(Int64(random.below(40_000)), for: who)
        var balances: [BalanceKey: Balance] = [:]
        for key in programmes.balancesNeeded(for: request) where random.chance(60) {
            let granted = Int64(random.below(30_000))
            let reserved = Int64(random.below(Int(granted) + 1))
            balances[key] = Balance(
                granted: Fen(granted), reserved: Fen(reserved), posted: Fen(Int64(random.below(Int(granted - reserved) + 1))))
        }
        let split = programmes.split(request, balances: balances)
        #expect(split.legs.map(\.amount).total + split.selfPay == request.payable)
        #expect(split.selfPay >= .zero)
        #expect(zip(split.legs, split.legs.dropFirst()).allSatisfy { $0.fund <= $1.fund })
        for leg in split.legs {
            #expect(leg.amount > .zero)
            for draw in leg.draws {
                #expect(draw.amount == leg.amount)
                #expect(draw.amount <= draw.granted - (balances[draw.key]?.used ?? .zero))
            }
        }
    }
}
