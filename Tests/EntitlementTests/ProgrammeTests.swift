import Catalog
import Entitlement
import Kernel
import TestSupport
import Testing
import Workflow

@Suite struct `Who pays what` {
    static let noon = 11 * 60 + 40
    static let day = LocalDate(dayNumber: 20_514)

    static func who(_ classes: [String] = ["ordinary"], age: Int = 78, district: String = "620102", ability: Int = 0) -> Beneficiary {
        Beneficiary(
            classes: classes, age: age, district: district, region: district + "001", abilityLevel: ability, livesAlone: false, cadre: nil)
    }

    private func split(
        _ item: String, _ yuan: Int64, _ who: Beneficiary, at minute: Int = noon, on date: LocalDate = day, balances: [BalanceKey: Balance] = [:]
    ) throws -> FundingSplit {
        let reference = try Shipped.reference()
        let item = try #require(reference.catalogue.item(ItemCode(item)))
        let request = FundingRequest(item: item, date: date, minuteOfDay: minute, payable: Fen(yuan * 100), beneficiary: who)
        return reference.programmes.split(request, balances: balances)
    }

    @Test(arguments: [("destitute", 15), ("minimum_living", 12), ("low_income", 10), ("ordinary", 7)] as [(String, Int64)])
    func `of a 15-yuan lunch in Lanzhou goes by class`(code: String, yuan: Int64) throws {
        let split = try split("01001", 15, Self.who([code]))
        #expect(split.legs.map(\.amount) == [Fen(yuan * 100)])
        #expect(split.selfPay == Fen((15 - yuan) * 100))
    }

    @Test(arguments: [(59, "620102", noon), (78, "620199", noon), (78, "620102", 10 * 60 + 59), (78, "620102", 13 * 60 + 30)])
    func `of a lunch is all the elder's below sixty, from elsewhere or outside lunch time`(age: Int, district: String, minute: Int) throws {
        let split = try split("01001", 15, Self.who(age: age, district: district), at: minute)
        #expect(split.legs.isEmpty)
        #expect(split.selfPay == Fen(1500))
    }

    @Test func `counts the best of several classes`() throws {
        #expect(try split("01001", 15, Self.who(["ordinary", "destitute", "low_income"])).selfPay == .zero)
    }

    @Test(arguments: [(2, 3000), (3, 4500), (4, 6000)] as [(Int, Int64)])
    func `by voucher is a share by ability level`(ability: Int, basisPoints: Int64) throws {
        let split = try split("02003", 100, Self.who(ability: ability))
        #expect(split.legs.filter { $0.programme == "VOUCHER" }.map(\.amount) == [Fen(basisPoints)])
    }

    @Test func `by voucher is never more than 800 yuan a month`() throws {
        let key = BalanceKey(programme: "VOUCHER", period: "2026-03")
        let nearlySpent = Balance(granted: Fen(80_000), reserved: Fen(10_000), posted: Fen(69_000))
        let limited = try split("02003", 100, Self.who(ability: 4), balances: [key: nearlySpent])
        #expect(limited.legs.filter { $0.programme == "VOUCHER" }.map(\.amount) == [Fen(1000)])
        let note = try #require(limited.notes.first { $0.code == "exhausted" })
        #expect(note.nextDate == LocalDate(2026, 4, 1))
        let large = try split("02003", 5000, Self.who(ability: 4))
        #expect(large.legs.filter { $0.programme == "VOUCHER" }.map(\.amount) == [Fen(80_000)])
    }

    @Test func `by care insurance comes before the voucher, which pays a share of the rest`() throws {
        let split = try split("02013", 100, Self.who(ability: 4))
        #expect(split.legs.map(\.programme) == ["CARE", "VOUCHER"])
        #expect(split.legs.map(\.amount) == [Fen(5000), Fen(3000)])
        #expect(split.selfPay == Fen(2000))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `always makes up the whole, whatever is left of every grant`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let reference = try Shipped.reference()
        let item = random.pick(reference.catalogue.items)
        let classes = ["ordinary", "low_income", "minimum_living", "destitute", "special_family", "cadre_veteran"]
        let who = Self.who([random.pick(classes)], age: 55 + random.below(45), ability: random.below(5))
        let request = FundingRequest(
            item: item, date: Self.day.adding(days: random.below(300)), minuteOfDay: random.below(1440),
            payable: Fen(Int64(random.below(100_000))), beneficiary: who)
        var balances: [BalanceKey: Balance] = [:]
        for key in reference.programmes.balancesNeeded(for: request) where random.chance(60) {
            let granted = Int64(random.below(90_000))
            let reserved = Int64(random.below(Int(granted) + 1))
            balances[key] = Balance(granted: Fen(granted), reserved: Fen(reserved), posted: Fen(Int64(random.below(Int(granted - reserved) + 1))))
        }
        let split = reference.programmes.split(request, balances: balances)
        #expect(split.legs.map(\.amount).total + split.selfPay == request.payable)
        #expect(split.selfPay >= .zero)
        for leg in split.legs {
            #expect(leg.amount > .zero)
            for draw in leg.draws {
                #expect(draw.amount == leg.amount)
                if let balance = balances[draw.key] { #expect(draw.amount <= max(balance.granted, draw.granted) - balance.used) }
            }
        }
    }
}

@Suite struct `A file of programmes` {
    private func faults(_ change: (inout ProgrammeVersion) -> Void) -> String {
        var version = ProgrammeVersion(
            version: 1, from: LocalDate(dayNumber: 20_000), benefit: Benefit(kind: .amount, value: 100), grants: [Grant(per: .month, value: 1000)])
        change(&version)
        do {
            _ = try Programmes([Programme(code: "A", name: "甲", fund: .voucher, versions: [version])])
            return ""
        } catch {
            return error.description
        }
    }

    @Test func `is taken when nothing is wrong`() { #expect(faults { _ in } == "") }

    @Test func `is refused with programme, version and reason`() {
        #expect(faults { $0.until = LocalDate(dayNumber: 19_000) } == "A 第 1 版：结束日期早于开始日期")
        #expect(faults { $0.benefit.value = -1 } == "A 第 1 版：金额或比例不能为负")
        #expect(faults { $0.benefit = Benefit(kind: .share, value: 10_001) } == "A 第 1 版：比例不能超过 10000（100%）")
        #expect(faults { $0.benefit = Benefit(kind: .rest); $0.grants = [] } == "A 第 1 版：按剩余全额支付的项目必须有额度")
        #expect(faults { $0.grants = [Grant(per: .day, value: -5)] } == "A 第 1 版：额度不能为负")
        #expect(faults { $0.excludes = ["B"] } == "A 第 1 版：互斥项目 B 不存在")
        #expect(faults { $0.eligibility.abilityLevels = [5] } == "A 第 1 版：能力等级应为 0 到 4")
    }
}
