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

/// What a close refuses, and what comes after it: the money of both stands where the papers say.
@Suite struct `Money at the edges of a close` {
    private static let canteen = ProviderID("P001")
    private static let next = World.month.adding(1)
    /// How the lunch subsidy of the shipped file begins to say what it pays.
    private static let lunchBenefit = "      benefit: {kind: amount, value: \"7.00\""

    private static func lunch(_ world: World, _ elder: ElderID = World.ordinary, day: Int) async throws -> MealSwipe {
        let noon = Instant(World.monday.adding(days: day), minute: 700)
        world.setClock(noon)
        let swipe = SwipeRequest(elder: elder, canteen: canteen, slot: .lunch, at: noon, device: "till-1")
        return try await SwipeMeal(world.office)(swipe, by: World.caller(canteen)).swipe
    }

    private static func close(_ world: World, _ month: Month) async throws -> [Statement] {
        world.setClock(Instant(month.last.adding(days: 1), minute: 60))
        return try await CloseMonth(world.office)(month, by: World.finance).statements
    }

    /// 对账差异表: who does not agree.
    private static func gaps(_ world: World, _ month: Month) async throws -> [String] {
        try await ReadPapers(world.office)(month).document(.differences).notes
    }

    @Test(arguments: Backend.available)
    func `a refused meal gives its money back to programme and budget`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let budget = BudgetKey(fund: .mealSubsidy, year: World.month.year)
            try await world.office.perform { tx in try tx.budgets.set(budget, granted: Fen(100_000)) }
            let meals = [try await Self.lunch(world, day: 4), try await Self.lunch(world, day: 5)]
            let paid = try #require(meals.first?.legs.map(\.amount).total)
            // The register hears late that the elder had died on the Saturday.
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(World.ordinary, .deceased, since: World.monday.adding(days: 5), by: World.desk))
            #expect(try await Self.gaps(world, World.month) == ["全部相符。"])
            let lines = try await Self.close(world, World.month).flatMap(\.lines)
            #expect(lines.map(\.verdict) == [.paid, .blocked])
            let draws = meals.map { $0.legs.flatMap(\.draws).map(\.key) }
            let balances = try await world.office.read { tx in try tx.entitlements.balances(of: World.ordinary, draws.flatMap { $0 }) }
            #expect(draws[0].allSatisfy { balances[$0]?.posted == paid } && draws[1].allSatisfy { balances[$0]?.posted == .zero })
            #expect(try await world.office.read { tx in try tx.budgets.require(budget).posted } == paid)
            #expect(try await Self.gaps(world, World.month) == ["全部相符。"])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `what came late is owed by the month that pays it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // Budgets bear all of it, in the month of the service and in the one that pays.
            for fund in [Fund.mealSubsidy, .districtSubsidy] {
                try await world.office.perform { tx in try tx.budgets.set(BudgetKey(fund: fund, year: World.month.year), granted: Fen(100_000)) }
            }
            _ = try await Self.lunch(world, day: 4)
            let visit = try await world.order(in: .done, World.request(day: 8))
            _ = try await Self.close(world, World.month)
            // A visit is confirmed, and a meal of a till that was off for weeks is booked after all.
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    visit.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder", by: World.desk))
            let swipe = SwipeRequest(
                elder: World.ordinary, canteen: Self.canteen, slot: .lunch, at: Instant(World.monday.adding(days: 6), minute: 700), device: "till-1",
                deviceSwipe: "s1")
            let result = try await UploadSwipes(world.office)([swipe], by: World.desk)
            guard case .held(let held) = try #require(result.first) else { Issue.record("was not held"); return }
            let booked = try #require(
                try await world.office.perform(try DecideHeldSwipe(world.office).prepared(held, accept: true, opinion: "停电", by: World.finance)))
            #expect(booked.swipe.legs.map(\.amount).total > .zero)
            #expect(try await Self.gaps(world, World.month) == ["全部相符。"])

            world.setClock(Instant(Self.next.last, minute: 60))
            #expect(try await PreviewMonth(world.office)(Self.next).flatMap(\.lines).count == 2)
            let before = try await ReadPapers(world.office)(Self.next)
            let lines = try await Self.close(world, Self.next).flatMap(\.lines)
            #expect(Set(lines.map(\.candidate.subject)) == [visit.id.text, booked.swipe.id.text])
            #expect(lines.allSatisfy { $0.verdict == .paid && $0.candidate.date.month == World.month })
            for month in [World.month, Self.next] { #expect(try await Self.gaps(world, month) == ["全部相符。"]) }
            // The papers know the visit, though it is of another month.
            let detail = try await ReadPapers(world.office)(Self.next).document(.detail)
            #expect(detail.csv.contains(try #require(visit.worker).text))
            // And so does each paper beforehand, by the provider or of all: visit times, elders, classes of meals and what is owed.
            let after = try await ReadPapers(world.office)(Self.next)
            for kind in DocumentKind.allCases {
                let scopes = [
                    DocumentScope(provider: kind == .confirmation ? nil : Self.canteen, elder: kind == .confirmation ? World.ordinary : nil),
                    DocumentScope(provider: kind == .deductions ? visit.provider : nil, elder: kind == .confirmation ? visit.elder : nil),
                ]
                for scope in scopes {
                    #expect(try before.document(kind, scope).rows == after.document(kind, scope).rows, "\(kind)")
                }
            }
            let (mine, then) = (before.statements[0].provider, try await ReadPapers(world.office)(Self.next, of: before.statements[0].provider))
            #expect(try then.document(.detail, DocumentScope(provider: mine)).rows == before.document(.detail, DocumentScope(provider: mine)).rows)
            #expect(before.visits == after.visits && before.elders == after.elders && before.mealClasses == after.mealClasses)
            #expect(before.owed == after.owed && before.visits[visit.id.text] != nil && before.mealClasses[booked.swipe.id.text] != nil)
            // The month after pays nothing of it again.
            #expect(try await Self.close(world, Self.next.adding(1)).flatMap(\.lines).isEmpty)
            #expect(try await world.faults() == [])
        }
    }

    /// Three yuan for the canteen beside the price of every meal that the programme pays for, whatever becomes of the lines.
    @Test(arguments: Backend.available)
    func `a bonus of the provider follows its lines and draws on the budget`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // The third meal finds two yuan, which is less than the bonus alone.
            let budget = BudgetKey(fund: .mealSubsidy, year: World.month.year, category: "01")
            try await world.office.perform { tx in try tx.budgets.set(budget, granted: Fen(2_200)) }
            func used() async throws -> [Fen] {
                let stored = try await world.office.read { tx in try tx.budgets.require(budget) }
                return [stored.reserved, stored.posted]
            }
            try world.changeProgrammes { $0.replacing(Self.lunchBenefit, with: "      provider_bonus: \"3.00\"\n\(Self.lunchBenefit)") }
            for day in [4, 5] { _ = try await Self.lunch(world, day: day) }
            #expect(try await used() == [.zero, Fen(2_000)])
            #expect(try await ReadBudgets(world.office).all(year: World.month.year).map(\.level) == [.warned])
            #expect(try await Self.lunch(world, day: 6).legs.isEmpty)
            try await world.office.perform { tx in try tx.budgets.set(budget, granted: Fen(3_000)) }
            let taken = try await Self.lunch(world, day: 7)
            #expect(try await used() == [.zero, Fen(3_000)])
            #expect(try await ReadBudgets(world.office).burnDown(budget).months.map(\.posted) == [Fen(3_000)])
            _ = try await world.office.perform(try ReverseMeal(world.office).prepared(taken.id, reason: "误刷", by: World.desk))
            #expect(try await used() == [.zero, Fen(2_000)])
            #expect(try await PreviewMonth(world.office)(World.month).map(\.adjusted) == [Fen(600)])
            let closed = try #require(try await Self.close(world, World.month).first)
            #expect(closed.adjustments.map(\.rule) == [.bonus] && closed.due == closed.payable + Fen(600))
            let sample = try #require(closed.lines.first).candidate.subject
            let refuse = try AnswerSample(world.office).prepared(World.month, sample, .failed, note: "无人用餐", by: World.quality)
            // Meals are not sampled; a line is sampled by hand here.
            try await world.office.perform { tx in
                try tx.close.insert([(Self.canteen, Sample(subject: sample, reason: .random))], World.month, at: world.now)
            }
            _ = try await world.office.perform(refuse)
            let after = try #require(try await ReadStatements(world.office)(World.month).statements.first)
            #expect(after.adjustments.map(\.amount) == [Fen(300)] && after.adjustments.map(\.basis) == ["1"])
            #expect(try await used() == [.zero, Fen(1_000)])
            #expect(try await world.faults() == [])
        }
    }

    /// A meal that nobody ate brings the canteen neither its price nor what the programme gives beside it.
    @Test(arguments: Backend.available)
    func `a correction takes the bonus back with the line`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeProgrammes { $0.replacing(Self.lunchBenefit, with: "      provider_bonus: \"3.00\"\n\(Self.lunchBenefit)") }
            let meals = [try await Self.lunch(world, day: 4), try await Self.lunch(world, day: 5)]
            let closed = try #require(try await Self.close(world, World.month).first)
            try #require(closed.lines.map(\.candidate.subsidy) == [Fen(700), Fen(700)] && closed.due == Fen(2_000))
            try await world.office.perform { tx in
                let entry = CloseEntry(from: .reviewed, action: .approve, to: .street, by: "street", at: world.now, opinion: "", hash: "")
                try tx.close.append(entry, to: World.month, after: tx.close.entries(World.month).count)
            }
            func enter(_ meal: MealSwipe, _ amount: Fen?) async throws -> Adjustment {
                try await world.office.perform(
                    try AdjustLine(world.office).enter(World.month, meal.id.text, amount: amount, reason: "无人用餐", by: World.finance))
            }
            let part = try await enter(meals[0], Fen(-200))
            #expect(part.amount == Fen(-200) && part.reason == "无人用餐")
            for asked in [nil, Fen(-700), Fen(-1_000)] {
                let entry = try await enter(meals[0], asked)
                #expect(entry.amount == Fen(-1_000) && entry.reason == "无人用餐（含运营补贴 3.00 元）")
                try await world.office.perform { tx in try tx.close.withdrawWaiting(World.month, meals[0].id.text, unless: .zero) }
            }
            #expect(await refusal { try await enter(meals[0], Fen(-800)) }?.code == "amount_out_of_range")
            for (meal, asked, amount) in [(meals[0], nil, Fen(-1_000)), (meals[1], Fen(-100), Fen(-100))] {
                let entry = try await enter(meal, asked)
                let approved = try await world.office.perform(AdjustLine(world.office).approve(entry.id, by: World.admin))
                #expect(approved.amount == amount)
            }
            #expect(try await PreviewMonth(world.office)(Self.next).map(\.adjusted) == [Fen(-1_100)])
            // The next month's paper names each meal by the number that people know, and who has no number of an identity card all the same.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE elder SET id_tail = NULL WHERE id = \(World.ordinary)") }
            let numbers = meals.map { SwipeNumber($0.id.text, on: $0.date).text }
            let rows = try await ReadPapers(world.office)(Self.next).document(.detail).rows
            #expect(Set(rows.map { $0[1].text }).isSuperset(of: numbers))
            #expect(try await world.faults() == [])
        }
    }

    /// Whoever was in hospital in March cannot have been visited at home, whenever that is judged.
    @Test(arguments: Backend.available)
    func `what came late is judged by the stays and leaves of its own month`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let visits = [
                try await world.order(in: .done, World.request(day: 8)), try await world.order(in: .done, World.request(World.lowIncome, day: 9)),
            ]
            _ = try await Self.close(world, World.month)
            for visit in visits {
                _ = try await world.office.perform(
                    try RecordCallback(world.office).prepared(
                        visit.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                        by: World.desk))
            }
            _ = try await world.away(from: 7, until: 10)
            let worker = try #require(visits[1].worker)
            let day = World.monday.adding(days: 9)
            let provider = try #require(visits[1].provider)
            try await world.office.perform { tx in
                try tx.roster.setLeave(worker, of: provider, from: day, until: day, by: "desk", at: Instant(day))
            }
            let lines = try await Self.close(world, Self.next).flatMap(\.lines).sorted { $0.candidate.date < $1.candidate.date }
            #expect(lines.map { $0.findings.map(\.code) }.map { Set($0).intersection(["R07", "R15"]) } == [["R07"], ["R15"]])
        }
    }
}
