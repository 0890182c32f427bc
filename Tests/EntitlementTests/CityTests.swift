import Catalog
import Entitlement
import Foundation
import Kernel
import Testing
import Yams

/// `cities.yaml`: the rules of a place as a programme file has them, and what they must pay.
struct City: Decodable, Sendable, CustomTestStringConvertible {
    let city: String
    let programmes: [Programme]
    let cases: [Case]
    let allowances: [Allowance]?
    /// First and last day on which bills of ``Sample/monday`` are taken.
    let taken: [LocalDate]?
    let claims: [Case]?

    /// What somebody gets in cash for a month, May 2026 unless it is said; nothing when left out.
    struct Allowance: Decodable, Sendable {
        let age: Int
        let month: String?
        let pays: String?
    }

    struct Case: Decodable, Sendable {
        let classes: [String]?
        let groups: [String]?
        let age: Int?
        let ability: Int?
        let item: String
        let list: String?
        let price: String
        let slot: MealSlot?
        /// `PROGRAMME period` → granted, reserved, posted.
        let balances: [String: [String]]?
        let counts: [String: [Int64]]?
        let pays: [String: String]
        let `self`: String
        /// What the provider gets beside the price; nothing when left out.
        let bonus: String?
        let notes: [String: String]?
        let next: LocalDate?
    }

    var testDescription: String { city }

    static let all: [City] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cities.yaml")
        do { return try YAMLDecoder().decode([City].self, from: try String(contentsOf: url, encoding: .utf8)) } catch {
            Issue.record("cities.yaml: \(error)")
            return []
        }
    }()

    static let items: [String: Item] = [
        "01001": Sample.lunch, "02015": Sample.bath,
        "01901": Item(code: ItemCode("01901"), category: .meals, name: "送餐", mode: .visit),
    ]
}

@Suite struct `The rules of cities, written as data,` {
    @Test func `are all there`() {
        #expect(City.all.count == 12)
        #expect(City.all.flatMap { $0.cases + ($0.claims ?? []) }.count >= 50)
        #expect(City.all.flatMap { $0.allowances ?? [] }.count >= 10)
    }

    @Test(arguments: City.all)
    func `pay what the city pays`(city: City) throws {
        let programmes = try Programmes(city.programmes)
        try check(city.cases, of: city, by: programmes, programmes)
    }

    @Test(arguments: City.all.filter { $0.allowances != nil })
    func `pay in cash what the city pays for a month`(city: City) throws {
        let programmes = try Programmes(city.programmes)
        let programme = try #require(programmes.paidOut.first)
        for example in city.allowances ?? [] {
            let month = try #require(Month(example.month ?? "2026-05"))
            let paid = programmes.allowance(programme, of: Sample.who(age: example.age), in: month, budgets: [:])
            #expect(paid?.leg.amount.yuan == example.pays, "\(example)")
            // The month is its own grant: paid once.
            #expect(paid?.leg.draws.map(\.key.period) == example.pays.map { _ in [month.description] })
            #expect(programmes.claimPeriod(programme, of: month.first) == nil)
        }
    }

    @Test(arguments: City.all.filter { $0.claims != nil })
    func `reimburse what the city reimburses, while it takes bills`(city: City) throws {
        let programmes = try Programmes(city.programmes)
        let programme = try #require(programmes.paidOut.first)
        try check(city.claims ?? [], of: city, by: programmes.claims(of: programme), programmes)
        let period = try #require(programmes.claimPeriod(programme, of: Sample.monday))
        let taken = try #require(city.taken)
        #expect([period.last.adding(days: 1), period.until] == taken && period.first == LocalDate("2026-04-01"))
        for day in taken { #expect(period.isOpen(on: day)) }
        #expect(!period.isOpen(on: taken[0].adding(days: -1)) && !period.isOpen(on: taken[1].adding(days: 1)))
        #expect(programmes.claimPeriod(programme, of: LocalDate("2019-12-31")!) == nil)
        #expect(programmes.allowance(programme, of: Sample.who(), in: Sample.monday.month, budgets: [:]) == nil)
    }

    private func check(_ cases: [City.Case], of city: City, by asked: Programmes, _ programmes: Programmes) throws {
        for (index, example) in cases.enumerated() {
            let item = try #require(City.items[example.item])
            let who = Sample.who(
                example.classes ?? [], age: example.age ?? 75, ability: example.ability ?? 0, groups: Set(example.groups ?? []))
            let request = FundingRequest(
                item: item, date: Sample.monday, minuteOfDay: 720, slot: example.slot, listPrice: example.list.flatMap { Fen(yuan: $0) },
                payable: try #require(Fen(yuan: example.price)), beneficiary: who)
            let split = asked.split(request, balances: try Self.balances(example))
            let place = "\(city.city) case \(index + 1)"
            #expect(split.paid.mapValues { Fen($0).yuan } == example.pays, "\(place)")
            #expect(split.selfPay.yuan == example.`self`, "\(place)")
            #expect(split.legs.map(\.amount).total + split.selfPay == request.payable, "\(place)")
            #expect(split.legs.map { programmes.bonus(of: $0.programme, on: request.date) }.total.yuan == example.bonus ?? "0.00", "\(place)")
            for (programme, code) in example.notes ?? [:] {
                #expect(split.notes.contains { $0.programme == programme && $0.code == code }, "\(place): \(split.notes.map(\.message))")
            }
            if let next = example.next { #expect(split.notes.compactMap(\.nextDate).contains(next), "\(place)") }
        }
    }

    private static func balances(_ example: City.Case) throws -> [BalanceKey: Balance] {
        var found: [BalanceKey: Balance] = [:]
        func add(_ name: String, _ values: [Fen]) throws {
            let parts = name.split(separator: " ").map { String($0) }
            try #require(parts.count == 2 && values.count == 3)
            found[BalanceKey(programme: parts[0], period: parts[1])] = Balance(granted: values[0], reserved: values[1], posted: values[2])
        }
        for (name, values) in example.balances ?? [:] { try add(name, values.compactMap { Fen(yuan: $0) }) }
        for (name, values) in example.counts ?? [:] { try add(name, values.map { Fen($0) }) }
        return found
    }
}
