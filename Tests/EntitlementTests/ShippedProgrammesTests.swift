import Catalog
import Entitlement
import Foundation
import Kernel
import Testing
import Yams

/// The file that is shipped and read at the start, so that a slip in it is found here and not on the telephone.
@Suite struct `The shipped programmes` {
    let programmes: Programmes

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Catalog/programmes.yaml"), encoding: .utf8)
        programmes = try Programmes(try YAMLDecoder().decode([Programme].self, from: text))
    }

    @Test(arguments: [
        (["destitute"], 1500), (["minimum_living"], 1200), (["low_income"], 1000), ([], 700), (["low_income", "destitute"], 1500),
    ] as [([String], Int64)])
    func `pay 15, 12, 10 or 7 yuan of a lunch`(classes: [String], pays: Int64) {
        let split = programmes.split(Sample.request(1500, of: Sample.lunch, for: Sample.who(classes)), balances: [:])
        #expect(split.legs.map(\.fund) == [.mealSubsidy])
        #expect(split.paid == ["LUNCH": pays])
        #expect(split.selfPay == Fen(1500 - pays))
    }

    @Test(arguments: [(659, false), (660, true), (809, true), (810, false)])
    func `pay for a lunch between eleven and half past one`(minute: Int, isPaid: Bool) {
        #expect(programmes.split(Sample.request(1500, of: Sample.lunch, minute: minute), balances: [:]).legs.isEmpty != isPaid)
    }

    @Test func `pay no lunch to the young or to another district`() {
        for who in [Sample.who(age: 59), Sample.who(district: "620104")] {
            #expect(programmes.split(Sample.request(1500, of: Sample.lunch, for: who), balances: [:]).selfPay == Fen(1500))
        }
    }

    /// Ability level → what care insurance and the voucher pay of a bath of 100 yuan.
    @Test(arguments: [(1, 0, 0), (2, 0, 3000), (3, 5000, 2250), (4, 5000, 3000)])
    func `pay the voucher's share of what care insurance leaves`(ability: Int, care: Int64, voucher: Int64) {
        let split = programmes.split(Sample.request(10_000, for: Sample.who(ability: ability)), balances: [:])
        #expect(split.paid["CARE"] ?? 0 == care)
        #expect(split.paid["VOUCHER"] ?? 0 == voucher)
        #expect(split.selfPay == Fen(10_000 - care - voucher))
    }

    @Test func `stop at 800 yuan of vouchers a month`() {
        let key = BalanceKey(programme: "VOUCHER", period: "2026-05")
        let split = programmes.split(
            Sample.request(10_000, for: Sample.who(ability: 2)), balances: [key: Balance(granted: Fen(80_000), reserved: Fen(900), posted: Fen(78_000))])
        #expect(split.paid == ["VOUCHER": 1100])
        #expect(split.notes.first { $0.programme == "VOUCHER" }?.nextDate == LocalDate("2026-06-01"))
        #expect(programmes.split(Sample.request(1_000_000, for: Sample.who(ability: 2)), balances: [:]).paid == ["VOUCHER": 80_000])
    }

    @Test func `issue no voucher to the destitute nor after the year of the rule`() {
        #expect(programmes.split(Sample.request(10_000, for: Sample.who(["destitute"], ability: 2)), balances: [:]).paid["VOUCHER"] == nil)
        let nextYear = Sample.request(10_000, on: LocalDate("2027-01-01")!, for: Sample.who(ability: 2))
        #expect(programmes.split(nextYear, balances: [:]).paid["VOUCHER"] == nil)
    }
}
