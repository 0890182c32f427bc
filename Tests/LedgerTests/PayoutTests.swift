import Billing
import Entitlement
import Foundation
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

extension DrawUpAllowances.Report {
    /// Drawn up, fen, had before, short of budget.
    var told: [Int64] { [Int64(drawn), amount.amount, Int64(already), Int64(short)] }
}

extension World {
    /// Looks at the list that waits and decides on it.
    func decide(
        _ code: String, _ month: Month, approve: Bool, opinion: String = "", by caller: Caller
    ) async throws -> PayoutDecision {
        let seen = try await ReadPayouts(office)(month).first { $0.programme.code == code }?.waiting.sha256
        return try await DecidePayouts(office)(code, month, list: seen, approve: approve, opinion: opinion, by: caller)
    }
}

/// 津贴 and 报销: drawn up by one person, decided by another, once.
@Suite struct `Money paid in cash` {
    static let second = Caller(role: .finance, name: "second")
    static let april = World.month.adding(1)
    static let programmes = """
        - code: AGED
          name: 老年综合津贴
          fund: directed
          versions:
            - {version: 1, from: 2026-01-01, sample: true, source: 样例, eligibility: {min_age: 60}, payout: monthly,
               benefit: {kind: amount, by_age: {"60": "75.00", "70": "150.00", "80": "180.00"}}}
        - code: BILLS
          name: 凭据报销
          fund: meal_subsidy
          versions:
            - {version: 1, from: 2026-01-01, sample: true, source: 样例, scope: {categories: ["01"]}, payout: claim, claim_per: quarter, claim_months: 1,
               benefit: {kind: amount, value: "5.00"}, grants: [{per: quarter, value: "12.00"}]}

        """

    private static let budget = BudgetKey(fund: .directed, year: 2026)

    private static func used(_ world: World, _ key: BudgetKey = budget) async throws -> [Int64] {
        let stored = try await world.office.read { tx in try tx.budgets.require(key) }
        return [stored.reserved.amount, stored.posted.amount]
    }

    @Test(arguments: Backend.available)
    func `for a month goes to everyone eligible, once, by two persons`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes }
            try await world.office.perform { tx in try tx.budgets.set(Self.budget, granted: Fen(47_000)) }
            let draw = DrawUpAllowances(world.office)
            #expect(await refusal { try await draw("AGED", Self.april, by: World.finance) }?.code == "month_in_future")
            #expect(await refusal { try await draw("LUNCH", World.month, by: World.finance) }?.code == "payout_programme_unknown")
            #expect(await refusal { try await draw("AGED", World.month, by: World.desk) }?.code == "role_forbidden")
            // Who died before the month gets nothing; four of 78 years, of whom the budget bears three at 150 yuan.
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(World.destitute, .deceased, since: World.monday.adding(days: -10), by: World.desk))
            #expect(try await draw("AGED", World.month, by: World.finance).told == [3, 45_000, 0, 0])
            #expect(try await draw("AGED", World.month, by: World.finance).told == [0, 0, 3, 0])
            #expect(try await Self.used(world) == [45_000, 0])
            #expect(try await world.faults() == [])
            #expect(await refusal { try await world.decide("AGED", World.month, approve: true, by: World.finance) }?.code == "own_request")
            // Turned down, drawn up anew, and paid.
            #expect(try await world.decide("AGED", World.month, approve: false, opinion: "名册有误", by: Self.second).count == 3)
            #expect(try await Self.used(world) == [0, 0])
            #expect(try await draw("AGED", World.month, by: World.finance).drawn == 3)
            let paid = try await world.decide("AGED", World.month, approve: true, opinion: "同意", by: Self.second)
            #expect(paid.count == 3 && paid.amount == Fen(45_000))
            #expect(await refusal { try await world.decide("AGED", World.month, approve: true, by: Self.second) }?.code == "nothing_due")
            #expect(try await Self.used(world) == [0, 45_000])
            #expect(try await ReadBudgets(world.office).burnDown(Self.budget).months.map(\.posted) == [Fen(45_000)])
            let balances = try await world.office.read { tx in
                try tx.entitlements.balances(of: World.ordinary, [BalanceKey(programme: "AGED", period: World.month.description)])
            }
            #expect(balances.values.map(\.posted) == [Fen(15_000)])
            // The next month the budget bears nobody, and says of how many.
            world.setClock(Instant(Self.april.first, minute: 600))
            #expect(try await draw("AGED", Self.april, by: World.finance).told == [0, 0, 0, 3])
            let lines = try await ReadPayouts(world.office)(World.month).filter { $0.programme.code == "AGED" }
            #expect(lines.map(\.paid.count) == [3] && lines.map(\.paid.amount) == [paid.amount] && lines.map(\.waiting.count) == [0] && lines.map(\.payout) == [.monthly])
            let paper = try await ReadPapers(world.office).document(World.month, .payouts, DocumentScope())
            #expect(paper.rows.count == 3 && paper.totals.contains(.amount(Fen(45_000))) && paper.csv.contains("老年综合津贴"))
            #expect(paper.notes == ["合计：450.00 元，大写：肆佰伍拾元整"])
            for (scope, count) in [(DocumentScope(street: "620102001"), 3), (DocumentScope(street: "620103001"), 0), (DocumentScope(provider: ID("P001")), 0)] {
                #expect(try await ReadPapers(world.office).document(World.month, .payouts, scope).rows.count == count)
            }
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is decided as a whole list: one's own entry far behind refuses all of it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes }
            let now = world.office.now
            func insert(_ number: Int, by person: Caller, at moment: Instant) async throws {
                let name = String(10_000 + number)
                let payment = CashPayment(
                    id: "p\(name)", leg: FundingLeg(fund: .directed, programme: "AGED", version: 1, amount: Fen(100), draws: []),
                    month: World.month, elder: World.ordinary, claimant: "P001",
                    bill: Bill(number: name, item: "01001", date: World.monday, price: Fen(100)), madeBy: person.name, madeAt: moment)
                try await world.office.perform { tx in _ = try tx.payouts.insert(payment) }
            }
            for number in 0..<300 { try await insert(number, by: World.desk, at: now) }
            try await insert(900, by: World.finance, at: now)
            try await insert(901, by: World.desk, at: now + .seconds(1))
            let refused = await refusal {
                try await world.decide("AGED", World.month, approve: false, opinion: "重造", by: World.finance)
            }
            #expect(refused?.code == "own_request")
            let states = try await world.office.read { tx in try tx.payouts.all(World.month).map(\.state) }
            #expect(states.count == 302 && states.allSatisfy { $0 == .reserved })
            let report = try await world.decide("AGED", World.month, approve: false, opinion: "重造", by: Self.second)
            #expect(report.count == 302)
            #expect(try await world.office.read { tx in try tx.payouts.all(World.month) }.isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `drawn up before its budget was entered is borne by it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes }
            _ = try await DrawUpAllowances(world.office)("AGED", World.month, by: World.finance)
            try await world.grant(Self.budget, Fen(470_000))
            let drawn = try await world.office.read { tx in try tx.integer("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM payout") }
            #expect(try await world.office.read { tx in try tx.budgets.require(Self.budget).reserved.amount } == drawn)
            // An allowance belongs to no category.
            let category = BudgetKey(fund: Self.budget.fund, year: Self.budget.year, category: "06")
            try await world.grant(category, Fen(470_000))
            #expect(try await world.office.read { tx in try tx.budgets.require(category).balance.used } == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is reimbursed on bills of the quarter before, each once, as far as the quarter's grant goes`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes }
            let budget = BudgetKey(fund: .mealSubsidy, year: 2026, category: "01")
            try await world.office.perform { tx in try tx.budgets.set(budget, granted: Fen(1_300)) }
            func entry(_ number: String, _ elder: ElderID = World.ordinary, item: String = "01001", on day: String = "2026-03-31", price: Int64 = 1_500) -> FileClaim.Entry {
                FileClaim.Entry(elder: elder, bill: Bill(number: number, item: item, date: LocalDate(day)!, price: Fen(price)))
            }
            func file(_ entries: [FileClaim.Entry], _ code: String = "BILLS", provider: ProviderID? = ProviderID("P001")) async throws -> [FileClaim.Judged] {
                try await world.office.perform(try FileClaim(world.office).prepared(code, claimant: provider, entries, by: World.finance))
            }
            #expect(await refusal { try await file([entry("1")]) }?.message.contains("2026-04-01 至 2026-04-30 受理") == true)
            world.setClock(Instant(Self.april.last, minute: 600))
            for (entries, code) in [
                ([], "bills_missing"), ([entry("")], "bill_invalid"), ([entry("1", price: 0)], "bill_invalid"), ([entry("1", item: "99999")], "item_unknown"),
                ([entry("1", ElderID("nobody"))], "elder_unknown"), ([entry("1", on: "2026-04-01")], "claim_closed"),
                ([entry("1", on: "2025-12-31")], "claim_closed"), ([entry("1"), entry("1")], "bill_known"),
            ] as [([FileClaim.Entry], String)] {
                #expect(await refusal { try await file(entries) }?.code == code)
            }
            #expect(await refusal { try await file([entry("1")], "AGED") }?.message.contains("不凭据报销") == true)
            #expect(await refusal { try await file([entry("1")], provider: ProviderID("P999")) }?.code == "provider_unknown")
            #expect(try await Self.used(world, budget) == [0, 0])
            // Three bills of five yuan: the quarter's twelve yuan bear two and a part; then the budget's thirteen one yuan of another's.
            let judged = try await file([entry("1"), entry("2"), entry("3"), entry("4"), entry("5", World.minimum), entry("6", item: "02015")])
            #expect(judged.map { $0.payment?.leg.amount.amount ?? 0 } == [500, 500, 200, 0, 100, 0])
            #expect(judged[3].notes.contains { $0.code == "exhausted" } && judged[4].notes.map(\.code) == ["budget_exhausted"])
            #expect(await refusal { try await file([entry("2")]) }?.code == "bill_known")
            // However it is written, and whoever else hands it in.
            #expect(await refusal { try await file([entry(" ２ ")]) }?.code == "bill_known")
            #expect(await refusal { try await file([entry("2")], provider: nil) }?.code == "bill_known")
            #expect(await refusal { try await file([entry("2")], provider: ProviderID("P002")) }?.code == "bill_known")
            #expect(try await Self.used(world, budget) == [1_300, 0])
            #expect(try await world.decide("BILLS", Self.april, approve: true, by: Self.second).amount == Fen(1_300))
            #expect(try await Self.used(world, budget) == [0, 1_300])
            let paper = try await ReadPapers(world.office).document(Self.april, .payouts, DocumentScope(provider: ProviderID("P001")))
            #expect(paper.rows.count == 4 && paper.csv.contains("2026-03-31") && paper.csv.contains("second"))
            // Its number leads to the list, and its entries through the ledger.
            guard case .cash(Self.april) = try await TraceMoney(world.office)("3") else { Issue.record("a bill leads nowhere"); return }
            let payment = try #require(judged[2].payment)
            guard case .cash(Self.april) = try await TraceMoney(world.office)(payment.id) else { Issue.record("a payment leads nowhere"); return }
            let postings = try await world.office.read { tx in try tx.ledger.of(payment.id) }
            #expect(postings.map(\.debit) == ["reserved/BILLS/2026-04", "cash/BILLS/2026-04"] && postings.map(\.amount) == [Fen(200), Fen(200)])
            let told = try await world.office.read { tx in try tx.events.after(0, limit: 1_000).map(\.type).filter { $0.hasPrefix("payout.") } }
            #expect(told == ["payout.claimed", "payout.paid"])
            // It is no debt of a month's statements.
            let owed = try await world.office.read { tx in try tx.papers.owed(World.month, and: LateLines([], of: World.month)) }
            #expect(owed.isEmpty)
            // An elder who has paid for themselves, and one who had died before.
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(World.destitute, .deceased, since: World.monday, by: World.desk))
            try await world.office.perform { tx in try tx.budgets.set(budget, granted: Fen(2_000)) }
            let own = try await file([entry("1", World.lowIncome), entry("8", World.destitute)], provider: nil)
            #expect(own.map { $0.payment?.claimant } == [World.lowIncome.text, nil])
            // At the desk one bill is answered at once, by the number on the card.
            func one(_ number: String, item: String = "01001") async throws -> CashPayment {
                let step = try FileClaim(world.office).one(
                    "BILLS", claimant: nil, entry(number, ElderID("LZ00000001"), item: item), by: World.finance)
                return try await world.office.perform(step)
            }
            #expect(try await one("20").leg.amount == Fen(200))
            #expect(await refusal { try await one("21", item: "02015") }?.message.contains("不在项目的范围内") == true)
            #expect(await refusal { try await one("22") }?.code == "claim_not_payable")
            #expect(await refusal { try await world.decide("BILLS", Self.april, approve: false, by: Self.second) }?.code == "reason_missing")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is not paid twice when two draw up the same list at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes }
            let reports = try await withThrowingTaskGroup(of: DrawUpAllowances.Report.self) { group in
                for _ in 0..<4 { group.addTask { try await DrawUpAllowances(world.office)("AGED", World.month, by: World.finance) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reports.map(\.drawn).reduce(0, +) == 4 && reports.allSatisfy { $0.drawn + $0.already == 4 })
            #expect(try await world.office.read { tx in try tx.payouts.all(World.month) }.map(\.leg.amount) == Array(repeating: Fen(15_000), count: 4))
            #expect(try await world.faults() == [])
        }
    }
}

/// 结余失效 against a recount that knows nothing of purses: every elder, every programme, what the table gives less what legs have drawn.
@Suite struct `Lapsed balances` {
    /// District of the service subsidy by the month; a quarter's of its own; one that is carried for a month.
    static let programmes = """
        - code: QUARTER
          name: 季度额度
          fund: directed
          versions:
            - {version: 1, from: 2026-01-01, sample: true, source: 样例, eligibility: {classes: [minimum_living]}, scope: {items: ["02015"]},
               benefit: {kind: rest}, grants: [{per: quarter, value: "500.00"}]}
        - code: CARRIED
          name: 结转额度
          fund: directed
          versions:
            - {version: 1, from: 2026-03-01, sample: true, source: 样例, scope: {items: ["02015"]},
               benefit: {kind: rest}, grants: [{per: month, value: "40.00", carry_months: 1}]}
        - code: AGED
          name: 老年综合津贴
          fund: directed
          versions:
            - {version: 1, from: 2026-01-01, sample: true, source: 样例, payout: monthly, benefit: {kind: amount, value: "75.00"}}
        - code: CLAIM
          name: 凭据报销
          fund: directed
          versions:
            - {version: 1, from: 2026-01-01, sample: true, source: 样例, scope: {categories: ["01"]}, payout: claim, claim_per: quarter, claim_months: 1,
               benefit: {kind: amount, value: "5.00"}, grants: [{per: quarter, value: "12.00"}]}

        """

    @Test(arguments: Backend.available)
    func `are what was granted less what was drawn, by programme and street`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes }
            _ = try await world.order(in: .closed)
            _ = try await world.order(in: .closed, World.request(World.lowIncome, day: 3))
            _ = try await world.order(in: .accepted, World.request(World.destitute, day: 9))
            // What is paid in cash is nobody's balance.
            #expect(try await DrawUpAllowances(world.office)("AGED", World.month, by: World.finance).drawn == 4)
            // One of another street, who never drew anything.
            let other = try await world.office.read { tx in try tx.elders.require(World.minimum) }
            try await world.office.perform { tx in
                var far = other
                (far.id, far.number, far.idNumber, far.phones) = (ElderID("e-far"), "LZ00000099", nil, [])
                far.address.region = "620102002"
                try tx.elders.insert(far)
            }
            // A bill of the first quarter, in the month in which the last of them are taken.
            world.setClock(Instant(World.month.adding(1).last, minute: 600))
            let bill = Bill(number: "1", item: "01001", date: World.month.last, price: Fen(2_000))
            _ = try await world.office.perform(
                try FileClaim(world.office).one("CLAIM", claimant: nil, FileClaim.Entry(elder: World.ordinary, bill: bill), by: World.finance))
            let used = try await world.office.read { tx -> [String: Int64] in
                var used: [String: Int64] = [:]
                for elder in [World.ordinary, World.lowIncome, World.minimum, World.destitute, ElderID("e-far")] {
                    for (key, balance) in try tx.entitlements.all(of: elder) { used["\(elder) \(key.programme) \(key.period)"] = balance.used.amount }
                }
                return used
            }
            #expect(used.keys.filter { $0.contains("SERVICE 2026-03") }.count == 3)
            #expect(used["\(World.ordinary) CLAIM 2026-Q1"] == 500)
            func recount(_ month: Month) -> [String: [Int64]] {
                let people = [
                    ("e-ordinary", "", "620102001"), ("e-low-income", "low_income", "620102001"), ("e-minimum-living", "minimum_living", "620102001"),
                    ("e-destitute", "destitute", "620102001"), ("e-far", "minimum_living", "620102002"),
                ]
                var found: [String: [Int64]] = [:]
                for (elder, code, street) in people {
                    var grants: [(String, String, Int64)] = []
                    let service: Int64 = ["destitute": 30_000, "minimum_living": 20_000, "low_income": 10_000][code] ?? 0
                    if service > 0 { grants.append(("SERVICE", "\(month)", service)) }
                    if month.monthOfYear % 3 == 0, code == "minimum_living" { grants.append(("QUARTER", "2026-Q\(month.monthOfYear / 3)", 50_000)) }
                    if month >= Month(2026, 4) { grants.append(("CARRIED", "\(month.adding(-1))", 4_000)) }
                    // The bills of a quarter are taken for one month more, and not for longer.
                    if month.monthOfYear % 3 == 1 { grants.append(("CLAIM", "2026-Q\(month.monthOfYear / 3)", 1_200)) }
                    for (programme, period, granted) in grants {
                        let taken = used["\(elder) \(programme) \(period)"] ?? 0
                        let sum = found["\(programme) \(street)"] ?? [0, 0, 0]
                        found["\(programme) \(street)"] = [sum[0] + (granted > taken ? 1 : 0), sum[1] + granted, sum[2] + taken]
                    }
                }
                return found
            }
            for month in [World.month, World.month.adding(1), World.month.adding(3)] {
                let lines = try await ReadLapses(world.office)(month)
                let told = Dictionary(uniqueKeysWithValues: lines.map { ("\($0.programme) \($0.region)", [Int64($0.elders), $0.granted.amount, $0.used.amount]) })
                #expect(told == recount(month), "\(month)")
                #expect(lines.map(\.lapsed).total == lines.map(\.granted).total - lines.map(\.used).total)
                #expect(lines.map(\.fund) == lines.map(\.fund).sorted())
            }
            #expect(try await ReadLapses(world.office)(Month(2011, 12)).isEmpty)
            #expect(try await ReadLapses(world.office)(World.month).first { $0.region == "620102002" }?.lapsed ?? .zero > .zero)
        }
    }

    /// Everything that changes an account or a file, one after the other: an office that has looked before tells what one tells that opens now.
    @Test(arguments: Backend.available)
    func `are the same for whoever has looked before and whoever looks for the first time`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0 + Self.programmes + Self.meals }
            let (april, canteen) = (World.month.adding(1), ProviderID("P001"))
            let months = [World.month, april, World.month.adding(3)]
            let reader = Office(database: world.office.database, shelf: world.office.shelf, clock: world.office.clock, random: world.office.random)
            var seen = try await Self.lines(reader, months)
            #expect(!seen.contains(""))
            /// - Parameter isSeen: false for what moves nothing that lapses.
            func step(_ name: String, isSeen: Bool = true, _ act: () async throws -> Void) async throws {
                try await act()
                let now = try await Self.lines(reader, months)
                let anew = Office(database: reader.database, shelf: reader.shelf, clock: reader.clock, random: reader.random)
                #expect(try await now == Self.lines(anew, months), "\(name)")
                #expect((now != seen) == isSeen, "\(name)")
                seen = now
            }
            func update(_ elder: ElderID, _ change: @escaping @Sendable (inout Elder) -> Void) async throws {
                _ = try await world.office.perform(ManageElder(world.office).update(elder, expecting: nil, by: World.desk, change: change))
            }
            try await step("nothing", isSeen: false) {}
            var swipe: MealSwipe?
            try await step("a meal") {
                let noon = Instant(World.monday, minute: 11 * 60 + 40)
                world.setClock(noon)
                let request = SwipeRequest(elder: World.ordinary, canteen: canteen, slot: .lunch, at: noon, device: "till-1")
                swipe = try await SwipeMeal(world.office)(request, by: World.caller(canteen)).swipe
            }
            try await step("a meal taken back") {
                _ = try await world.office.perform(try ReverseMeal(world.office).prepared(try #require(swipe).id, reason: "误刷", by: World.desk))
            }
            var order: Order?
            try await step("an order") { order = try await world.order(in: .accepted, World.request(World.lowIncome, day: 3)) }
            try await step("an order cancelled") {
                _ = try await world.office.perform(CancelOrder(world.office).prepared(try #require(order).id, reason: "test", by: World.desk))
            }
            try await step("an order closed") { _ = try await world.order(in: .closed) }
            world.setClock(Instant(april.last, minute: 600))
            try await step("a bill") {
                let bill = Bill(number: "1", item: "01001", date: World.month.last, price: Fen(2_000))
                _ = try await world.office.perform(
                    try FileClaim(world.office).one("CLAIM", claimant: nil, FileClaim.Entry(elder: World.ordinary, bill: bill), by: World.finance))
            }
            try await step("an allowance", isSeen: false) { _ = try await DrawUpAllowances(world.office)("AGED", World.month, by: World.finance) }
            try await step("another street") { try await update(World.minimum) { $0.address.region = "620102002" } }
            try await step("another class") { try await update(World.ordinary) { $0.classes = [ClassSpan(classCode: "low_income", span: DateSpan(from: World.month.first, until: nil))] } }
            try await step("a death") {
                _ = try await world.office.perform(
                    ManageElder(world.office).setStatus(World.destitute, .deceased, since: World.month.adding(1).first, by: World.desk))
            }
            try await step("an import") {
                let known = ["number": "LZ900", "name": "王试", "sex": "女", "birthday": "1940-01-01", "region": "620102002", "ability": "0"]
                let (header, row) = (ElderRow.Columns.required, ElderRow.Columns.required.map { known[$0] ?? "" })
                let report = try await ImportElders(world.office)(
                    Array([header, row].map { $0.joined(separator: ",") + "\n" }.joined().utf8), dryRun: false, skipBad: false, by: World.admin,
                    progress: { _, _ in })
                #expect(report.faults.isEmpty && report.inserted == 1)
            }
            try await step("another rule") { try world.changeProgrammes { $0 + (Self.programmes + Self.meals).replacing("40.00", with: "50.00") } }
            #expect(try await world.faults() == [])
        }
    }

    private static let meals = """
        - code: MEALS
          name: 餐费额度
          fund: meal_subsidy
          versions:
            - {version: 1, from: 2026-01-01, sample: true, source: 样例, scope: {categories: ["01"]}, benefit: {kind: amount, value: "1.00"},
               grants: [{per: month, value: "9.00"}]}

        """

    private static func lines(_ office: Office, _ months: [Month]) async throws -> [String] {
        var told: [String] = []
        for month in months { told.append(try await ReadLapses(office)(month).map { "\($0)" }.joined(separator: "\n")) }
        return told
    }
}
