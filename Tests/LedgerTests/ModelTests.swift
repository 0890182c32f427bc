import Catalog
import Entitlement
import Foundation
import Kernel
import Registry
import Testing

/// A made-up district of a few hundred elders over years of days, with everything that may happen to its money.
struct ModelDistrict {
    struct Person {
        var classes: [ClassSpan]
        let ability: Int
        let birthday: LocalDate
        var isAlive = true
    }

    static let classCodes = ["destitute", "minimum_living", "low_income", "ordinary"]
    static let items = [
        Item(code: ItemCode("01001"), category: .meals, name: "午餐", mode: .onSite),
        Item(code: ItemCode("02015"), category: .dailyCare, name: "助浴", mode: .visit),
        Item(code: ItemCode("06001"), category: .household, name: "保洁", mode: .visit),
    ]

    static func programmes() throws -> Programmes {
        let first = LocalDate("2020-01-01")!
        func programme(_ code: String, _ fund: Fund, _ change: (inout ProgrammeVersion) -> Void) -> Programme {
            var version = ProgrammeVersion(version: 1, from: first, benefit: Benefit(kind: .rest), grants: [Grant(per: .month, value: 60_000)])
            change(&version)
            return Programme(code: code, name: code, fund: fund, versions: [version])
        }
        return try Programmes([
            programme("CARE", .careInsurance) {
                $0.eligibility = Eligibility(abilityLevels: [3, 4])
                $0.scope = Scope(categories: ["02"])
                $0.benefit = Benefit(kind: .share, value: 9000, most: Fen(5850))
                $0.grants = [Grant(per: .week, unit: .times, value: 3)]
            },
            programme("VOUCHER", .voucher) {
                $0.scope = Scope(categories: ["02", "06"])
                $0.eligibility = Eligibility(notClasses: ["destitute"])
                $0.benefit = Benefit(kind: .share, value: 3333)
                $0.classChange = .nextMonth
            },
            programme("SERVICE", .districtSubsidy) {
                $0.scope = Scope(categories: ["02", "06"])
                $0.eligibility = Eligibility(classes: ["destitute", "minimum_living", "low_income"])
                $0.grants = [
                    Grant(per: .month, byClass: ["destitute": 30_000, "minimum_living": 20_000, "low_income": 10_001], unused: .carries(months: 1)),
                ]
                $0.classChange = .proRata
            },
            programme("LUNCH", .mealSubsidy) {
                $0.scope = Scope(categories: ["01"])
                $0.benefit = Benefit(kind: .amount, value: 700, byClass: ["destitute": 1500, "minimum_living": 1200, "low_income": 1000])
                $0.grants = [Grant(per: .day, value: 1500), Grant(per: .week, unit: .times, value: 5)]
                $0.providerBonus = Fen(300)
            },
            programme("AGED", .directed) {
                $0.payout = .monthly
                $0.benefit = Benefit(kind: .amount, byAge: ["70": 6_000, "80": 15_000])
                $0.grants = []
            },
            programme("BILLS", .directed) {
                $0.payout = .claim(per: .month, months: 2)
                $0.scope = Scope(categories: ["06"])
                $0.benefit = Benefit(kind: .share, value: 5000)
                $0.grants = [Grant(per: .month, value: 9_000)]
            },
        ])
    }

    static func budgets() -> [BudgetKey: Balance] {
        var budgets: [BudgetKey: Balance] = [:]
        for year in 2027...2060 {
            for (fund, category, granted) in [
                (Fund.districtSubsidy, nil, 90_000_000), (.mealSubsidy, "01", 4_000_000), (.voucher, "06", 3_000_000),
                (.directed, nil, 6_000_000),
            ] as [(Fund, String?, Int64)] {
                budgets[BudgetKey(fund: fund, year: year, category: category)] = Balance(granted: Fen(granted), reserved: .zero, posted: .zero)
            }
        }
        return budgets
    }
}

/// 10⁵ operations, or as many as `VNH_TEST_OPERATIONS` says (a million in the long run).
@Suite struct `The books against a list` {
    static let operations = ProcessInfo.processInfo.environment["VNH_TEST_OPERATIONS"].flatMap { Int($0) } ?? 100_000

    @Test(arguments: [20_260_310 as UInt64])
    func `agree after every operation`(seed: UInt64) throws {
        var run = try Run(seed: seed)
        for step in 0..<Self.operations {
            try run.step()
            // A month has about five thousand operations, a leap February among the first.
            if step % 160 == 159 { try run.nextDay() }
        }
        try run.compareAll()
        let kinds = run.tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        print("The books against a list: \(Self.operations) operations, seed \(seed), until \(run.lastDay): \(kinds)")
        for kind in ["allowance", "bill", "cash paid", "cash turned down", "cash taken back", "class change", "correction pays", "correction takes back", "death",
            "month end", "retry",
        ] {
            #expect(run.tally[kind, default: 0] > 10, "seed \(seed): \(kind)")
        }
        #expect(run.tally.count >= 9, "seed \(seed): \(run.tally)")
        #expect(run.lastDay > LocalDate("2028-02-29")!, "seed \(seed)")
    }
}

/// One run of the generator, the books and the list.
struct Run {
    private var random: SeededRandom
    private let programmes: Programmes
    private var people: [ModelDistrict.Person]
    private var book: Book
    private var naive = NaiveBook()
    private var day = LocalDate("2028-02-01")!
    /// Services of the open month that still hold money.
    private var open: [Int] = []
    private(set) var tally: [String: Int] = [:]
    var lastDay: LocalDate { day }

    init(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        programmes = try ModelDistrict.programmes()
        people = (0..<300).map { _ in
            ModelDistrict.Person(
                classes: [ClassSpan(classCode: random.pick(ModelDistrict.classCodes), span: DateSpan(from: LocalDate("2020-01-01")!))],
                ability: random.below(5), birthday: LocalDate("1940-02-29")!.adding(days: random.below(9000)))
        }
        book = Book(budgets: ModelDistrict.budgets())
        self.random = random
    }

    mutating func step() throws {
        switch random.below(100) {
        case 0..<32: try take(.reserve)
        case 32..<46: try take(.spend)
        case 46..<52: try allow()
        case 52..<55: try claim()
        case 55..<72: try move(.post)
        case 72..<80: try move(.release)
        case 80..<86: try move(.reverse)
        case 86..<90: try move(.reopen)
        case 90..<96: try retry()
        case 96..<99: changeClass()
        default: try die()
        }
        try #require(book.debits == book.credits)
    }

    private mutating func take(_ move: FundMove) throws {
        let index = random.below(people.count)
        guard people[index].isAlive else { return count("refused: dead") }
        let person = people[index]
        let item = move == .spend ? ModelDistrict.items[0] : ModelDistrict.items[1 + random.below(2)]
        let who = Beneficiary(
            classes: person.classes, birthday: person.birthday, region: "620102001", abilityLevel: person.ability, livesAlone: false, cadre: nil,
            on: day)
        let request = FundingRequest(
            item: item, date: day, minuteOfDay: 700, slot: move == .spend ? .lunch : nil,
            payable: Fen(Int64(1 + random.below(move == .spend ? 2000 : 20_000))), beneficiary: who)
        let split = programmes.split(request, balances: book.balances[index] ?? [:], budgets: book.budgets)
        try #require(split.legs.map(\.amount).total + split.selfPay == request.payable)
        let provider = "P\(random.below(20))"
        naive.services.append(.init(elder: index, provider: provider, month: day.month, legs: split.legs))
        // What was split a moment ago on the same balances is always allowed: the books never refuse what the rules have offered.
        let answer = ask(move, naive.services.count - 1)
        try #require(answer == .done)
        naive.note(naive.services.count - 1, try #require(naive.next(naive.services.count - 1, move)))
        open.append(naive.services.count - 1)
        count(move.rawValue)
        try compare(naive.services.count - 1)
    }

    /// An allowance of the month is drawn up for somebody, or that is tried a second time.
    private mutating func allow() throws {
        let index = random.below(people.count)
        guard people[index].isAlive else { return count("refused: dead") }
        guard !naive.isPaid(index, "AGED", day.month) else { return count("repeated: nothing") }
        let programme = programmes.paidOut[0]
        guard let allowance = programmes.allowance(programme, of: who(people[index], on: day.month.first), in: day.month, budgets: book.budgets) else {
            return count("refused: no right")
        }
        guard allowance.short == nil else { return count("refused: no budget") }
        try promise([allowance.leg], to: index)
        count("allowance")
    }

    /// A bill of the month before or the one before that.
    private mutating func claim() throws {
        let index = random.below(people.count)
        guard people[index].isAlive else { return count("refused: dead") }
        let date = day.month.adding(-1 - random.below(3)).first.adding(days: random.below(28))
        let programme = programmes.paidOut[1]
        guard let period = programmes.claimPeriod(programme, of: date), period.isOpen(on: day) else { return count("refused: too late") }
        let request = FundingRequest(
            item: ModelDistrict.items[2], date: date, minuteOfDay: 720, payable: Fen(Int64(1 + random.below(20_000))),
            beneficiary: who(people[index], on: date))
        let split = programmes.claims(of: programme).split(request, balances: book.balances[index] ?? [:], budgets: book.budgets)
        guard !split.legs.isEmpty else { return count("refused: used up") }
        try promise(split.legs, to: index)
        count("bill")
    }

    private func who(_ person: ModelDistrict.Person, on date: LocalDate) -> Beneficiary {
        Beneficiary(
            classes: person.classes, birthday: person.birthday, region: "620102001", abilityLevel: person.ability, livesAlone: false, cadre: nil, on: date)
    }

    private mutating func promise(_ legs: [FundingLeg], to elder: Int) throws {
        naive.services.append(.init(elder: elder, provider: "", month: day.month, legs: legs, cash: legs[0].programme))
        let answer = ask(.reserve, naive.services.count - 1)
        try #require(answer == .done)
        naive.note(naive.services.count - 1, .reserved)
        open.append(naive.services.count - 1)
        try compare(naive.services.count - 1)
    }

    private mutating func ask(_ move: FundMove, _ index: Int) -> Book.Answer {
        let service = naive.services[index]
        let month = service.cash != nil && move == .reverse ? day.month : service.month
        let owed = service.cash.map { AccountName.cash($0, month) } ?? AccountName.payable(service.provider, month)
        return book.apply(move, index, service.legs, elder: service.elder, month: month, owed: owed)
    }

    /// A move of some service or cash payment of the open month; one in the wrong state must do nothing.
    private mutating func move(_ move: FundMove) throws {
        guard !open.isEmpty else { return }
        try apply(move, to: open[random.below(open.count)])
    }

    private mutating func apply(_ move: FundMove, to index: Int) throws {
        let service = naive.services[index]
        // What was paid in cash is not promised again.
        guard move != .reopen || service.cash == nil else { return count("repeated: nothing") }
        let answer = ask(move, index)
        guard let next = naive.next(index, move) else {
            try #require(answer == .nothing)
            try compare(index)
            return count("repeated: nothing")
        }
        try #require(answer == .done)
        naive.note(index, next, in: day.month)
        let words: [FundMove: String] = [.post: "cash paid", .release: "cash turned down", .reverse: "cash taken back"]
        count(service.cash == nil ? move.rawValue : words[move] ?? move.rawValue)
        try compare(index)
    }

    /// Some of what was paid in cash in months before is taken back in this one, as is found out only then.
    private mutating func takeBack() throws {
        for index in naive.services.indices where naive.services[index].cash != nil && naive.services[index].state == .posted && random.chance(5) {
            try apply(.reverse, to: index)
        }
    }

    /// The same move sent twice.
    private mutating func retry() throws {
        guard !open.isEmpty else { return }
        let index = open[random.below(open.count)]
        let move = random.pick([FundMove.post, .release, .reverse])
        try apply(move, to: index)
        let before = book.debits
        try apply(move, to: index)
        try #require(book.debits == before)
        count("retry")
    }

    private mutating func changeClass() {
        let index = random.below(people.count)
        guard let last = people[index].classes.indices.last, people[index].classes[last].span.from < day else { return }
        people[index].classes[last].span = DateSpan(from: people[index].classes[last].span.from, until: day.adding(days: -1))
        people[index].classes.append(ClassSpan(classCode: random.pick(ModelDistrict.classCodes), span: DateSpan(from: day)))
        count("class change")
    }

    /// Dies, whatever is promised is given back, and somebody else comes onto the register.
    private mutating func die() throws {
        guard random.chance(20) else { return }
        let index = random.below(people.count)
        for service in open where naive.services[service].elder == index && naive.services[service].state == .reserved {
            try apply(.release, to: service)
        }
        people[index].isAlive = random.chance(50) ? false : people[index].isAlive
        people.append(
            ModelDistrict.Person(
                classes: [ClassSpan(classCode: random.pick(ModelDistrict.classCodes), span: DateSpan(from: day))], ability: random.below(5),
                birthday: LocalDate("1950-01-01")!))
        count("death")
    }

    /// A refused service of the month that has ended is paid after all, or a paid one is taken back; all of it or a part.
    private mutating func correct(_ index: Int) throws {
        let service = naive.services[index]
        let all = service.legs.map(\.amount).total
        guard service.cash == nil, all > .zero else { return }
        let isTaken = service.state == .released
        let part = random.chance(30) ? all : Fen(Int64(1 + random.below(Int(all.amount))))
        let change = FundingChange(service.legs, from: isTaken ? .zero : all, to: isTaken ? part : all - part, bonus: part == all)
        try #require(change.legs.map(\.amount).total == part && change.isTaken == isTaken)
        switch book.correct(change, elder: service.elder, month: service.month) {
        case .refused:
            // Somebody else has used it meanwhile; what was taken can always be given back.
            try #require(isTaken)
            count("refused: correction")
        case .nothing, .done:
            naive.correct(index, part.amount, isTaken: isTaken, withBonus: part == all)
            count(isTaken ? "correction pays" : "correction takes back")
        }
        for leg in service.legs {
            for draw in leg.draws { try compare(service.elder, draw.key) }
            for key in leg.budgets { try #require(book.budgets[key]?.used.amount == naive.borne[key.text] ?? 0) }
        }
        try #require(book.debits == book.credits)
    }

    mutating func nextDay() throws {
        let month = day.month
        day = day.adding(days: 1)
        guard day.month != month else { return }
        try takeBack()
        // Month end: what is still promised is given back, and the month is frozen.
        for index in open where naive.services[index].state == .reserved { try apply(.release, to: index) }
        for index in naive.services.indices where random.chance(5) { try correct(index) }
        if day.monthOfYear % 3 == 1 { try compareAll() }
        naive.services.removeAll(keepingCapacity: true)
        book.forgetServices()
        open.removeAll(keepingCapacity: true)
        count("month end")
    }

    private mutating func count(_ what: String) { tally[what, default: 0] += 1 }

    // MARK: Comparing

    /// What one service has touched.
    private func compare(_ index: Int) throws {
        let service = naive.services[index]
        // Paid once or not at all.
        let due = service.state == .posted ? service.legs.map(\.amount.amount).reduce(0, +) : 0
        try #require(book.paid[index, default: 0] == due)
        for leg in service.legs {
            for draw in leg.draws { try compare(service.elder, draw.key) }
            for key in leg.budgets {
                let budget = try #require(book.budgets[key])
                try #require(budget.used <= budget.granted)
                try #require(budget.used.amount == naive.borne[key.text] ?? 0)
            }
        }
        if let cash = service.cash {
            for month in Set([service.month, day.month]) {
                try #require(book.balance(AccountName.cash(cash, month)) == naive.cash["\(cash)/\(month)"] ?? 0)
            }
        } else {
            let owed = book.balance(AccountName.payable(service.provider, service.month))
            try #require(owed == naive.owed["\(service.provider)/\(service.month)"] ?? 0)
        }
    }

    private func compare(_ elder: Int, _ key: BalanceKey) throws {
        let balance = try #require(book.balances[elder]?[key])
        let name = NaiveBook.name(elder, key)
        try #require(balance.reserved.amount == naive.held[name] ?? 0)
        try #require(balance.posted.amount == naive.spent[name] ?? 0)
        try #require(balance.used <= balance.granted)
    }

    /// Everything, from the beginning.
    func compareAll() throws {
        for (elder, purses) in book.balances { for key in purses.keys { try compare(elder, key) } }
        var difference: Int64 = 0
        var promised: Int64 = 0
        var (owed, cash, corrected): (Int64, Int64, Int64) = (0, 0, 0)
        for (name, account) in book.accounts {
            difference += account.debit - account.credit
            if name.hasPrefix("reserved/") { promised += account.debit - account.credit }
            if name.hasPrefix("payable/") { owed += account.debit - account.credit }
            if name.hasPrefix("correction/") { corrected += account.debit - account.credit }
            if name.hasPrefix("cash/") { cash += account.debit - account.credit }
        }
        try #require(difference == 0)
        try #require(promised == naive.promised)
        try #require(owed == naive.owed.values.reduce(0, +))
        try #require(cash == naive.cash.values.reduce(0, +))
        try #require(corrected == naive.corrected)
    }
}
