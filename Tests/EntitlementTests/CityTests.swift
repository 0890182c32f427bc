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
        #expect(City.all.count == 10)
        #expect(City.all.flatMap(\.cases).count >= 45)
    }

    @Test(arguments: City.all)
    func `pay what the city pays`(city: City) throws {
        let programmes = try Programmes(city.programmes)
        for (index, example) in city.cases.enumerated() {
            let item = try #require(City.items[example.item])
            let who = Sample.who(
                example.classes ?? [], age: example.age ?? 75, ability: example.ability ?? 0, groups: Set(example.groups ?? []))
            let request = FundingRequest(
                item: item, date: Sample.monday, minuteOfDay: 720, slot: example.slot, listPrice: example.list.flatMap { Fen(yuan: $0) },
                payable: try #require(Fen(yuan: example.price)), beneficiary: who)
            let split = programmes.split(request, balances: try Self.balances(example))
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
