import Billing
import Catalog
import Kernel
import Registry
import Testing

/// One change to a paid line and what the checks find then: an empty list is paid.
struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let codes: [String]
    let severity: Severity?
    let line: Candidate
    var others: [Candidate] = []

    init(
        _ description: String, _ codes: [String] = [], _ severity: Severity? = nil, _ line: Candidate = World.line(), among others: [Candidate] = [],
        change: (inout Candidate) -> Void = { _ in }
    ) {
        testDescription = description
        self.codes = codes
        self.severity = severity
        var line = line
        change(&line)
        self.line = line
        self.others = others
    }
}

/// A line with one thing changed.
func altered(_ line: Candidate, change: (inout Candidate) -> Void) -> Candidate {
    var line = line
    change(&line)
    return line
}

@Suite struct `A settlement check` {
    static func expect(_ row: Row) throws {
        let findings = try World.findings(row.line, among: row.others)
        #expect(findings.map(\.code) == row.codes)
        #expect(findings.map(\.severity).max() == row.severity)
        #expect(findings.allSatisfy { !$0.sentence.isEmpty })
    }

    /// Another service of the same elder, at another hour and by another worker.
    static func other(_ subject: String, _ item: Item = World.bath, day: Int = 0, minute: Int = 480, lasting: Int = 60) -> Candidate {
        var line = World.line(subject, item, day: day, minute: minute, lasting: lasting)
        line.worker = WorkerID("W002")
        return line
    }

    @Test(arguments: [
        Row("first of the day"), Row("second of the day", [], nil, World.line("s2"), among: [other("s1")]),
        Row("third of the day", ["R01"], .block, World.line("s3"), among: [other("s1"), other("s2", minute: 300)]),
        Row("third of the day, the earlier one", [], nil, World.line("s1"), among: [other("s2"), other("s3", minute: 300)]),
        Row("third of the month", [], nil, World.line("s3", day: 2), among: [other("s1"), other("s2", day: 1)]),
        Row("fourth of the month", ["R02"], .block, World.line("s4", day: 3), among: [other("s1"), other("s2", day: 1), other("s3", day: 2)]),
        Row("fourth, but one of another elder", [], nil, World.line("s4", day: 3), among: [
            other("s1"), other("s2", day: 1), Row("", change: { $0.elder = ElderID("E2"); $0.worker = WorkerID("W002") }).line,
        ]),
        Row("second of the week", ["R02"], .block, World.line("s2", World.weekly, day: 6), among: [other("s1", World.weekly)]),
        Row("first of the next week", [], nil, World.line("s2", World.weekly, day: 7), among: [other("s1", World.weekly)]),
        Row("second of the year", ["R02"], .block, World.line("s2", World.yearly, day: 200), among: [other("s1", World.yearly)]),
    ])
    func `R01 and R02 hold to the caps`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("side by side", [], nil, World.line("s2"), among: [other("s1", World.weekly, minute: 540)]),
        Row("overlapping", ["R03"], .block, World.line("s2"), among: [other("s1", World.weekly, minute: 541)]),
        Row("overlapping, the earlier one", [], nil, World.line("s1"), among: [other("s2", World.weekly, minute: 541)]),
        Row("no measured presence", [], nil, World.line("s2"), among: [other("s1", World.weekly, minute: 541)]) { $0.end = nil },
    ])
    func `R03 refuses an elder in two services at once`(row: Row) throws { try Self.expect(row) }

    static func elsewhere(_ subject: String, minute: Int, item: Item = World.weekly) -> Candidate {
        var line = World.line(subject, item, minute: minute)
        line.elder = ElderID("E2")
        return line
    }

    @Test(arguments: [
        Row("one after the other", [], nil, World.line("s2"), among: [elsewhere("s1", minute: 660)]),
        Row("in two places", ["R04"], .block, World.line("s2"), among: [elsewhere("s1", minute: 659)]),
        Row("in two places, the earlier one", [], nil, World.line("s1"), among: [elsewhere("s2", minute: 659)]),
        Row("a group session", [], nil, World.line("s2", World.lesson), among: [elsewhere("s1", minute: 600, item: World.lesson)]),
        Row("another worker", [], nil, World.line("s2", World.weekly), among: [elsewhere("s1", minute: 600)]) { $0.worker = WorkerID("W002") },
    ])
    func `R04 refuses a worker in two places`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("the day before") { $0.elderDeath = World.monday.adding(days: 1) }, Row("the day of death", ["R06"], .block) { $0.elderDeath = World.monday },
        Row("after death", ["R06"], .block) { $0.elderDeath = World.monday.adding(days: -30) },
        Row("an item for that time", [], nil, World.line("s1", World.wake)) { $0.elderDeath = World.monday.adding(days: -1) },
    ])
    func `R06 pays no visit to the dead`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("at the agreement price") { $0.price(8000) }, Row("above the agreement price", ["R09"], .block) { $0.price(8001) },
        Row("above the guide price", ["R09"], .block) { $0.price(10_001) },
        Row("no price at all", ["R09"], .block, World.line("s1", World.unpriced)),
        Row("no price that day", ["R08", "R09", "R10", "R11"], .block, World.line("s1", day: 365)),
        Row("a market price", [], nil, World.line("s1", World.market)),
    ])
    func `R09 refuses a price above the guide price of the day`(row: Row) throws { try Self.expect(row) }

    static let spring = DateSpan(from: World.year.from, until: World.monday.adding(days: -1))
    static let toMonday = DateSpan(from: World.year.from, until: World.monday)

    @Test func `R10 asks for credentials of firm and worker on the day`() throws {
        func codes(_ franchise: Franchise, _ line: Candidate = World.line()) throws -> [String] {
            try World.findings(line, franchise).map(\.code)
        }
        #expect(try codes(World.franchise(permit: Self.toMonday, nurse: Self.toMonday)) == [])
        #expect(try codes(World.franchise(permit: Self.spring)) == ["R10"])
        #expect(try codes(World.franchise(nurse: Self.spring)) == ["R10"])
        #expect(try codes(World.franchise(), Row("") { $0.provider = ProviderID("P999") }.line) == ["R10", "R11"])
        #expect(try codes(World.franchise(), Row("") { $0.worker = WorkerID("W999") }.line) == ["R10"])
        #expect(try codes(World.franchise(), Row("") { $0.worker = nil }.line) == ["R10"])
        #expect(try codes(World.franchise(), Row("") { $0.item = ItemCode("99999") }.line) == ["R09", "R10", "R11"])
        #expect(try codes(World.franchise(), World.line("s1", World.ride)) == [])
        #expect(try codes(World.franchise(nurse: Self.spring), World.line("s1", World.ride)) == ["R10"])
        #expect(try codes(World.franchise(), World.meal("m1")) == [])
        #expect(try World.findings(World.line(), World.franchise(nurse: Self.spring)).first?.sentence.contains("护理证") == true)
    }

    @Test(arguments: FranchiseState.allCases)
    func `R10 pays only those who may be paid`(state: FranchiseState) throws {
        let findings = try World.findings(World.line(), World.franchise(state))
        #expect(findings.map(\.code) == (state.mayBePaid ? [] : ["R10"]))
        #expect(Verdict(findings) == (state.mayBePaid ? .paid : .blocked))
    }

    @Test func `R11 asks for the offer of the day`() throws {
        #expect(try World.findings(World.line(), World.franchise(offers: Self.toMonday)).isEmpty)
        #expect(try World.findings(World.line(), World.franchise(offers: Self.spring)).map(\.code) == ["R11"])
    }

    @Test(arguments: [
        Row("all three proofs") { $0.evidence = .full }, Row("what the item asks") { $0.evidence = .partial },
        Row("a slip", ["R12"], .hold) { $0.evidence = .slip }, Row("nothing", ["R12"], .hold) { $0.evidence = .none },
        Row("a meal at the till", [], nil, World.meal("m1")) { $0.evidence = .none },
    ])
    func `R12 holds what is not proven`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("four fifths", [], nil, World.line(lasting: 48)), Row("a minute less", ["R14"], .warn, World.line(lasting: 47)),
        Row("half", ["R14"], .warn, World.line(lasting: 30)), Row("less than half", ["R14"], .hold, World.line(lasting: 29)),
        Row("no planned length", [], nil, World.line(lasting: 1)) { $0.plannedMinutes = 0 },
        Row("no second check", [], nil, World.line(lasting: 1)) { $0.end = nil },
    ])
    func `R14 looks at the length of the visit`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [Row("in time"), Row("afterwards", ["R18"], .hold) { $0.isBackfilled = true }])
    func `R18 holds what was entered afterwards`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("two programmes") { $0.fund(["A": 3000, "VOUCHER": 5000], selfPay: 0) },
        Row("two that exclude each other", ["R21"], .block) { $0.fund(["A": 3000, "C": 5000], selfPay: 0) },
        Row("more than the price", ["R21", "R27"], .block) { $0.fund(["A": 3000, "VOUCHER": 5001], selfPay: 0) },
        Row("one programme twice", ["R21"], .block) {
            $0.funding = ["A", "A"].map { Candidate.Funding(fund: "voucher", programme: $0, amount: Fen(4000)) }
            $0.selfPay = .zero
        },
    ])
    func `R21 pays a service once and no more than its price`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("nothing said"), Row("a complaint is open", ["R23"], .hold) { $0.hasOpenComplaint = true },
        Row("nobody came", ["R23"], .block) { $0.callbackDenies = true },
    ])
    func `R23 listens to the elder`(row: Row) throws { try Self.expect(row) }

    @Test(arguments: [
        Row("an hour and a half") {
            $0.quantity = Quantity("1.5")!
            $0.gross = Fen(12_000)
            $0.selfPay = Fen(9000)
        },
        Row("a fen of self-pay missing", ["R27"], .block) { $0.selfPay = Fen(4999) },
        Row("a fen too much in all", ["R27"], .block) { $0.gross = Fen(8001) },
        Row("quantity forgotten", ["R27"], .block) { $0.quantity = Quantity(2) },
    ])
    func `R27 adds up to the fen`(row: Row) throws { try Self.expect(row) }
}

extension Candidate {
    mutating func price(_ amount: Int64) {
        unitPrice = Fen(amount)
        gross = Fen(amount)
        selfPay = gross - subsidy
    }

    mutating func fund(_ amounts: [String: Int64], selfPay: Int64) {
        funding = amounts.sorted { $0.key < $1.key }.map { Funding(fund: "voucher", programme: $0.key, amount: Fen($0.value)) }
        self.selfPay = Fen(selfPay)
    }
}
