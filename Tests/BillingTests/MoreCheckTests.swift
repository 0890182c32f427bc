import Billing
import Catalog
import Entitlement
import Kernel
import Registry
import Testing

/// The rules that need more than the line, one table a rule.
@Suite struct `A settlement rule` {
    typealias Checks = `A settlement check`

    /// Where the second home is, about 2.2 km north of the first.
    static let far = Coordinate(latitude: 36.076, longitude: 103.833)

    static func elsewhere(_ subject: String, minute: Int, lasting: Int = 60, worker: String = "W001") -> Candidate {
        var line = World.line(subject, World.weekly, minute: minute, lasting: lasting)
        line.elder = ElderID("E-\(subject)")
        line.worker = WorkerID(worker)
        line.recipient?.place = far
        return line
    }

    @Test(arguments: [
        Row("an hour later", [], nil, World.line("s2", minute: 600), among: [elsewhere("s1", minute: 480)]),
        Row("two kilometres in one minute", ["R05"], .hold, World.line("s2", minute: 541), among: [elsewhere("s1", minute: 480)]),
        Row("two kilometres in three minutes", [], nil, World.line("s2", minute: 543), among: [elsewhere("s1", minute: 480)]),
        Row("next door at once", [], nil, World.line("s2", minute: 540), among: [
            altered(elsewhere("s1", minute: 480)) { $0.recipient?.place = World.line().recipient?.place },
        ]),
        Row("no place known", [], nil, World.line("s2", minute: 540), among: [
            altered(elsewhere("s1", minute: 480)) { $0.recipient?.place = nil },
        ]),
    ])
    func `R05 knows how fast one gets about`(row: Row) throws { try Checks.expect(row) }

    @Test func `R06 refuses an order taken after the death`() throws {
        var line = World.line()
        line.elderDeath = World.monday.adding(days: 1)
        line.createdAt = Instant(World.monday.adding(days: 2))
        #expect(try World.findings(line).map(\.code) == ["R06"])
        line.kind = .meal
        #expect(!(try World.findings(line).map(\.code).contains("R06")))
    }

    /// - Parameter until: the last day away.
    static func stay(_ kind: AbsenceKind, _ from: Int, _ until: Int?) -> (inout Candidate) -> Void {
        {
            $0.recipient?.stays = [
                Recipient.Stay(
                    kind: kind, span: DateSpan(from: World.monday.adding(days: from), until: until.map { World.monday.adding(days: $0) }))
            ]
        }
    }

    @Test(arguments: [
        Row("in hospital", ["R07"], .block, change: stay(.hospital, -1, nil)), Row("the day of going", change: stay(.hospital, 0, nil)),
        Row("the day of coming back", change: stay(.travel, -5, -1)), Row("away", ["R07"], .block, change: stay(.travel, -5, 0)),
        Row("accompanied in hospital", [], nil, World.line("s1", World.escort), change: stay(.hospital, -1, nil)),
        Row("accompanied while away", ["R07"], .block, World.line("s1", World.escort), change: stay(.travel, -1, nil)),
        Row("a lesson", [], nil, World.line("s1", World.lesson), change: stay(.institution, -1, nil)),
    ])
    func `R07 finds nobody at home`(row: Row) throws { try Checks.expect(row) }

    @Test(arguments: [
        Row("eligible by class") {
            $0.fund(["B": 3000], selfPay: 5000)
            $0.recipient?.classes = [ClassSpan(classCode: "dibao", span: DateSpan(from: World.year.from))]
        },
        Row("class ended", ["R08"], .block) {
            $0.fund(["B": 3000], selfPay: 5000)
            $0.recipient?.classes = [ClassSpan(classCode: "dibao", span: DateSpan(from: World.year.from, until: World.monday.adding(days: -1)))]
        },
        Row("unknown programme", ["R08"], .block) { $0.fund(["X": 3000], selfPay: 5000) },
        Row("nothing known of the elder", ["R08"], .hold) { $0.recipient = nil },
        Row("no public money") {
            $0.recipient = nil
            $0.fund([:], selfPay: 8000)
        },
    ])
    func `R08 asks whether the elder was eligible that day`(row: Row) throws { try Checks.expect(row) }

    /// Whoever moves in the middle of a month is served from the street of the day.
    @Test func `a street is that of the day`() throws {
        var recipient = try #require(World.line().recipient)
        recipient.formerStreets = [
            Recipient.FormerStreet(region: "620102003", until: World.monday), Recipient.FormerStreet(region: "620102005", until: World.monday.adding(days: 9)),
        ]
        #expect([-30, 0, 1, 9, 10].map { recipient.region(on: World.monday.adding(days: $0)) } == [
            "620102003", "620102003", "620102005", "620102005", "620102001",
        ])
    }

    @Test func `R08 holds what it cannot look up`() throws {
        let terms = Terms(catalogue: World.catalogue, franchise: try World.franchise(), programmes: nil)
        #expect(Billing.Checks.findings(World.line(), Surroundings(terms: terms, month: [World.line()])).map(\.code) == ["R08"])
    }

    @Test func `R11 notes a street that the platform chose`() throws {
        let findings = try World.findings(Row("") { $0.recipient?.region = "620102009" }.line)
        #expect(findings.map(\.code) == ["R11"])
        #expect(Verdict(findings) == .paid)
    }

    @Test func `R12 holds an order that is not ready, and every slip of a provider with too many`() throws {
        #expect(try World.findings(Row("") { $0.proof.isReady = false }.line).map(\.code) == ["R12"])
        func slips(_ manual: Int, of all: Int) throws -> [Finding] {
            let lines = (0..<all).map { index in
                altered(World.line("s\(index)", World.market, day: index)) { $0.isManual = index < manual }
            }
            return try World.findings(lines[0], among: Array(lines.dropFirst()), terms: { _ in }).filter { $0.code == "R12" }
        }
        #expect(try slips(1, of: 10).isEmpty)
        #expect(try slips(2, of: 10).map(\.severity) == [.hold])
        #expect(try slips(9, of: 9).isEmpty)
    }

    @Test(arguments: [
        Row("outside the fence", ["R13"], .hold) { $0.proof.isOutsideFence = true },
        Row("made up", ["R13"], .hold) { $0.proof.isMocked = true }, Row("switched off", ["R13"], .hold) { $0.proof.hasNoLocation = true },
    ])
    func `R13 looks at the place`(row: Row) throws { try Checks.expect(row) }

    static func with(_ device: String, _ line: Candidate) -> Candidate {
        var line = line
        line.proof.device = device
        return line
    }

    @Test func `R13 looks at who holds the telephone`() throws {
        let mine = Self.with("phone", World.line("s1", World.weekly))
        let colleague = Self.with("phone", Self.elsewhere("s2", minute: 900, worker: "W002"))
        #expect(try World.findings(mine, among: [colleague]).map(\.code) == ["R13"])
        #expect(try World.findings(mine, among: [Self.with("other", colleague)]).isEmpty)
        // Four elders within ten minutes by one telephone; the fifth, an hour later, is none of it.
        let rush = (0..<4).map { Self.with("phone", altered(World.line("r\($0)", World.weekly, minute: 600 + 3 * $0, lasting: 2)) {
            $0.elder = ElderID("E\($0.subject)")
            $0.plannedMinutes = 0
        }) }
        let later = Self.with("phone", altered(World.line("r9", World.weekly, minute: 700)) { $0.elder = ElderID("E9") })
        for line in rush { #expect(try World.findings(line, among: rush.filter { $0.subject != line.subject } + [later]).map(\.code).contains("R13")) }
        #expect(!(try World.findings(later, among: rush).map(\.code).contains("R13")))
        #expect(!(try World.findings(rush[0], among: [rush[1], rush[2], later]).map(\.code).contains("R13")))
    }

    @Test func `R14 wonders at visits that are all equally long`() throws {
        let lines = (0..<10).map { World.line("s\($0)", World.market, day: $0) }
        #expect(try World.findings(lines[0], among: Array(lines.dropFirst())).map(\.code) == ["R14"])
        #expect(try World.findings(lines[0], among: Array(lines.dropFirst(2))).isEmpty)
    }

    @Test(arguments: [
        Row("at night", ["R15"], .hold, World.line("s1", minute: 1320)), Row("before dawn", ["R15"], .hold, World.line("s1", minute: 359)),
        Row("late", [], nil, World.line("s1", minute: 1319)), Row("early", [], nil, World.line("s1", minute: 360)),
        Row("an emergency at night", [], nil, World.line("s1", minute: 100)) { $0.proof.isEmergency = true },
        Row("not measured", [], nil, World.line("s1", minute: 100)) { $0.begin = nil },
        Row("an hour late", [], nil, World.line("s1")) { $0.plannedStart = Instant(World.monday, minute: 540) },
        Row("later", ["R15"], .warn, World.line("s1")) { $0.plannedStart = Instant(World.monday, minute: 539) },
        Row("on another day", ["R15"], .hold, World.line("s1")) {
            $0.date = World.monday.adding(days: -1)
            $0.plannedStart = Instant($0.date, minute: 600)
        },
    ])
    func `R15 looks at the hour`(row: Row) throws { try Checks.expect(row) }

    @Test func `R15 looks at who is on leave`() throws {
        let leave: (inout Terms) -> Void = { $0.leaves = [World.worker: [DateSpan(from: World.monday, until: World.monday.adding(days: 1))]] }
        #expect(try World.findings(World.line(), terms: leave).map(\.code) == ["R15"])
        #expect(try World.findings(World.line("s1", day: 2), terms: leave).isEmpty)
    }

    @Test func `R16 counts the hours of a day`() throws {
        let long = (0..<3).map { Self.elsewhere("s\($0)", minute: 370 + 240 * $0, lasting: 239) }
        let last = long[2]
        #expect(try World.findings(last, among: Array(long.prefix(2))).map(\.code).contains("R16"))
        #expect(!(try World.findings(long[1], among: [long[0], last]).map(\.code).contains("R16")))
    }

    @Test(arguments: [
        Row("by the elder") { $0.proof.signedBy = "elder" }, Row("by a daughter") { $0.proof.signedBy = "child" },
        Row("by the worker", ["R17"], .hold) { $0.proof.signedBy = "worker" }, Row("card elsewhere", ["R17"], .hold) { $0.proof.isCardAway = true },
        Row("a meal is not signed for", ["R17"], .hold, World.line()) { $0.proof.signedBy = "neighbour" },
    ])
    func `R17 asks who has signed`(row: Row) throws { try Checks.expect(row) }

    static let hash = String(repeating: "ab", count: 32)

    @Test func `R17 and R19 see the same signature and the same photograph again`() throws {
        let signed = Row("") { $0.proof.signature = Self.hash }.line
        let other = altered(Self.elsewhere("s2", minute: 900)) { $0.proof.signature = Self.hash }
        #expect(try World.findings(signed, among: [other]).map(\.code) == ["R17"])
        var same = other
        same.elder = signed.elder
        #expect(try World.findings(signed, among: [same]).isEmpty)
        let shot = Row("") { $0.proof.photos = [Self.hash] }.line
        let again = altered(Self.elsewhere("s2", minute: 900)) { $0.proof.photos = [Self.hash] }
        #expect(try World.findings(shot, among: [again]).map(\.code) == ["R19"])
        #expect(try World.findings(again, among: [shot]).first?.sentence.contains("260504-s1") == true)
        let twice = Row("") { $0.proof.photos = [Self.hash, Self.hash] }.line
        #expect(try World.findings(twice).map(\.code) == ["R19"])
        #expect(try World.findings(Row("") { $0.proof.photos = ["zz", Self.hash] }.line).isEmpty)
    }

    @Test(arguments: [
        Row("a service") { $0.proof.received = "service" }, Row("goods", ["R20"], .block) { $0.proof.received = "goods" },
        Row("a meal instead", ["R20"], .block) { $0.proof.received = "meal" }, Row("a meal", [], nil, World.meal("m1")),
        Row("a bath at the till", ["R20"], .block, World.meal("m1")) { $0.item = World.weekly.code },
    ])
    func `R20 pays services, not goods`(row: Row) throws { try Checks.expect(row) }

    @Test func `R22 serves one meal a slot and sees a pile of cards`() throws {
        let first = World.meal("m1")
        var second = World.meal("m2", at: 60)
        second.elder = first.elder
        #expect(try World.findings(first, among: [second]).isEmpty)
        #expect(try World.findings(second, among: [first]).map(\.code) == ["R22"])
        second.provider = ProviderID("P999")
        #expect(try World.findings(second, among: [first]).first { $0.code == "R22" }?.sentence.contains("P001") == true)
        second.proof.slot = .supper
        #expect(!(try World.findings(second, among: [first]).map(\.code).contains("R22")))
        let pile = (0..<30).map { World.meal("p\($0)", at: 4 * $0) }
        #expect(try World.findings(pile[0], among: Array(pile.dropFirst())).map(\.code) == ["R22"])
        #expect(try World.findings(pile[0], among: Array(pile.dropFirst(2))).isEmpty)
        let slow = (0..<30).map { World.meal("p\($0)", at: 5 * $0) }
        #expect(try World.findings(slow[0], among: Array(slow.dropFirst())).isEmpty)
    }

    @Test func `R22 sees a pile of cards at one canteen, whatever its tills are called`() throws {
        func swipe(_ index: Int, every seconds: Int, at canteen: ProviderID = World.provider) -> Candidate {
            altered(World.meal("p\(index)", at: seconds * index, canteen: canteen)) { $0.proof.device = "made-up-\(index % 20)" }
        }
        let pile = (0..<60).map { swipe($0, every: 2) }
        #expect(try World.findings(pile[0], among: Array(pile.dropFirst())).map(\.code) == ["R22"])
        #expect(try World.findings(pile[0], among: Array(pile.dropFirst(2))).isEmpty)
        let two = (0..<60).map { swipe($0, every: 2, at: $0 % 2 == 0 ? World.provider : ProviderID("P999")) }
        #expect(try World.findings(two[0], among: Array(two.dropFirst())).isEmpty)
    }

    @Test func `R22 tells of a meal once, whichever pile it is in`() throws {
        let one = (0..<60).map { World.meal("p\($0)", at: 2 * $0) }
        let found = try World.findings(one[59], among: Array(one.dropLast()))
        #expect(found.map(\.sentence) == ["一台刷卡机在 120 秒内刷了 30 张以上的卡"])
        // Half at one till, the others one by one: those are the canteen's.
        let mixed = (0..<60).map { index in
            altered(World.meal("p\(index)", at: 2 * index)) { if index >= 30 { $0.proof.device = "t\(index)" } }
        }
        #expect(try World.findings(mixed[0], among: Array(mixed.dropFirst())).map(\.sentence) == found.map(\.sentence))
        #expect(try World.findings(mixed[59], among: Array(mixed.dropLast())).map(\.sentence) == ["本餐厅在 120 秒内刷了 60 张以上的卡"])
        // Where a till is not known, the canteen still is.
        let unnamed = one.map { meal in altered(meal) { $0.proof.device = nil } }
        #expect(try World.findings(unnamed[0], among: Array(unnamed[1..<59])).isEmpty)
        #expect(try World.findings(unnamed[0], among: Array(unnamed.dropFirst())).count == 1)
        // One till's name at two canteens is two tills.
        let two = (0..<30).map { World.meal("p\($0)", at: 2 * $0, canteen: $0 % 2 == 0 ? World.provider : ProviderID("P999")) }
        #expect(try World.findings(two[0], among: Array(two.dropFirst())).isEmpty)
    }

    @Test func `R22 pays so many meals by number a day and canteen, the earliest first`() throws {
        func swipe(_ index: Int, isWeak: Bool, day: Int = 0) -> Candidate {
            altered(World.meal("m\(index)-\(day)", at: 60 * index)) {
                $0.isManual = isWeak
                $0.date = $0.date.adding(days: day)
            }
        }
        let six = (0..<6).map { swipe($0, isWeak: true) }
        #expect(try World.findings(six[5], among: Array(six.dropLast())).map(\.code) == ["R22"])
        #expect(try World.findings(six[4], among: six.filter { $0.subject != six[4].subject }).isEmpty)
        // A tenth of eighty is eight.
        let many = (0..<8).map { swipe($0, isWeak: true) } + (8..<80).map { swipe($0, isWeak: false) }
        #expect(try World.findings(many[7], among: many.filter { $0.subject != many[7].subject }).isEmpty)
        #expect(try World.findings(swipe(5, isWeak: true, day: 1), among: six).isEmpty)
    }

    @Test(arguments: [
        Row("a till of its own", [], nil, World.meal("m1")),
        Row("a stranger's till", ["R22"], .hold, World.meal("m1")) { $0.proof.doubt = .till },
        Row("numbers were tried", ["R22"], .hold, World.meal("m1")) { $0.proof.doubt = .guessing },
        Row("a till without a name", ["R22"], .hold, World.meal("m1")) { ($0.proof.doubt, $0.proof.device) = (.till, nil) },
    ])
    func `R22 knows the tills of a canteen`(row: Row) throws { try Checks.expect(row) }

    @Test func `R17 looks where codes were tried`() throws {
        #expect(try World.findings(Row("") { $0.proof.wasCodeLocked = true }.line).map(\.code) == ["R17"])
    }

    @Test func `R24 knows relatives and shared telephones`() throws {
        let tie = Terms.Tie(worker: World.worker, elder: ElderID("E1"))
        #expect(try World.findings(World.line(), terms: { $0.ties = [tie: "女儿"] }).map(\.code) == ["R24"])
        let phone = try NormalisedPhone("8412345").text
        #expect(try World.findings(Row("") { $0.recipient?.phones = ["1", phone] }.line).map(\.code) == ["R24"])
        #expect(try World.findings(Row("") { $0.recipient?.phones = ["1"] }.line).isEmpty)
    }

    @Test func `R25 pays in order until a budget is used up`() throws {
        let lines = (0..<3).map { World.line("s\($0)", World.market, day: $0) }
        func codes(_ index: Int, _ limit: Int64, year: Int = 2026, category: String? = nil, region: String? = nil) throws -> [String] {
            let key = BudgetKey(fund: .voucher, year: year, category: category, region: region)
            return try World.findings(
                lines[index], among: lines.filter { $0 != lines[index] },
                terms: { $0.budgets = [key: Fen(limit), BudgetKey(fund: .mealSubsidy, year: 2026): .zero] }
            ).map(\.code)
        }
        #expect(try codes(1, 6000).isEmpty)
        #expect(try codes(2, 6000) == ["R25"])
        #expect(try codes(2, 9000).isEmpty)
        // A budget of another year, category or street bears none of it.
        #expect(try codes(2, 0, year: 2027).isEmpty)
        #expect(try codes(2, 0, category: "02").isEmpty)
        #expect(try codes(2, 0, category: "06", region: "620102001") == ["R25"])
        #expect(try codes(2, 0, region: "620102002").isEmpty)
        // Entered at the same moment, they count by their ids, in whichever order they are read.
        let (a, b) = (World.line("a", World.market), World.line("b", World.market))
        let terms = { (terms: inout Terms) in terms.budgets = [BudgetKey(fund: .voucher, year: 2026): Fen(3000)] }
        #expect(try World.findings(a, among: [b], terms: terms).contains { $0.code == "R25" } == false)
        #expect(try World.findings(b, among: [a], terms: terms).contains { $0.code == "R25" })
    }

    @Test func `R26 takes only the invoice that was approved`() throws {
        let provider = try #require(try World.franchise().provider(World.provider))
        func finding(_ amount: Int64, _ code: String = "91350100M000100Y43") -> Finding? {
            InvoiceCheck.finding(
                Invoice(number: "1", date: World.monday, amount: Fen(amount), seller: "", creditCode: code), approved: Fen(100), provider: provider)
        }
        #expect(finding(100) == nil)
        #expect(finding(101)?.code == "R26")
        #expect(finding(100, "X")?.code == "R26")
    }

    @Test(arguments: [
        ("兰州市城关区示例餐饮（集团）有限公司", true), (" 兰州市城关区示例餐饮(集团)有限公司 ", true), ("兰州市城关区示例餐饮　（集团） 有限公司", true),
        ("兰州市城关区示例餐饮有限公司", false), ("", false),
    ])
    func `an invoice names its seller as the register does, but for width, blanks and brackets`(name: String, isSeller: Bool) {
        #expect(InvoiceCheck.isSeller(name, "兰州市城关区示例餐饮（集团）有限公司") == isSeller)
    }

    @Test func `is listed once with its severity`() {
        #expect(Set(Billing.Checks.rules.map(\.code)) == Set((1...27).map { $0 < 10 ? "R0\($0)" : "R\($0)" }))
        #expect(Billing.Checks.rules.allSatisfy { $0.version >= 1 && !$0.title.isEmpty })
    }

    @Test func `is asked in the call with the day from which it pays again`() throws {
        let days = [0, 1, 2].map { World.monday.adding(days: $0) }
        let reached = try #require(CapCheck.reached(World.bath, on: World.monday.adding(days: 5), taken: days))
        #expect(reached.finding.code == "R02")
        #expect(reached.next == LocalDate("2026-06-01"))
        let june = (0..<3).map { LocalDate("2026-06-01")!.adding(days: $0) }
        #expect(CapCheck.reached(World.bath, on: World.monday, taken: days + june)?.next == LocalDate("2026-07-01"))
        #expect(CapCheck.reached(World.bath, on: World.monday, taken: Array(days.prefix(2))) == nil)
        #expect(CapCheck.reached(World.yearly, on: World.monday, taken: [World.year.from])?.next == LocalDate("2027-01-01"))
        #expect(CapCheck.reached(World.bath, on: World.monday, taken: [World.monday, World.monday])?.next == World.monday.adding(days: 1))
        #expect(CapCheck.reached(World.weekly, on: World.monday.adding(days: 3), taken: [World.monday])?.next == World.monday.adding(days: 7))
    }
}

@Suite struct `The comparison of a month` {
    static func presence(_ line: Candidate) -> TimeWindow? {
        line.begin.flatMap { begin in line.end.flatMap { TimeWindow(start: begin, end: $0) } }
    }

    /// Every pair compared, as slowly as the rule reads.
    static func naive(_ lines: [Candidate]) -> Set<String> {
        func rank(_ line: Candidate) -> (LocalDate, Instant, String) { (line.date, line.createdAt, line.subject) }
        return Set(lines.filter { line in
            lines.contains { other in
                other.elder == line.elder && rank(other) < rank(line) && presence(other).flatMap { a in presence(line).map(a.overlaps) } ?? false
            }
        }.map(\.subject))
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `finds the same overlaps as comparing every pair`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let lines = (0..<60).map { index in
            altered(World.line("s\(index)", World.market, minute: 400 + random.below(600), lasting: 1 + random.below(90))) {
                $0.elder = ElderID("E\(random.below(4))")
                $0.createdAt = Instant(World.monday, minute: random.below(5))
            }
        }
        var traces = Traces()
        for line in lines { traces.add(line) }
        let found = traces.findings(by: .elder, try World.terms()).filter { $0.value.contains { $0.code == "R03" } }
        #expect(Set(found.keys) == Self.naive(lines))
    }

    @Test func `takes hardly longer a line for one elder with a month's lines`() throws {
        var traces = Traces()
        for index in 0..<20_000 { traces.add(World.line("s\(index)", World.market, day: index % 28, minute: index % 1000, lasting: 300)) }
        let found = traces.findings(try World.terms())
        #expect(found.count > 19_000)
    }

    @Test func `counts what was paid before without judging it again`() throws {
        var traces = Traces()
        traces.add(World.line("old", World.yearly), isContext: true)
        traces.add(World.line("new", World.yearly, day: 100))
        #expect(traces.findings(try World.terms()).mapValues { $0.map(\.code) } == ["new": ["R02"]])
        #expect(traces.count == 2)
    }
}
