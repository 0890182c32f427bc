import Entitlement
import Foundation
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// The same kind of chance as in memory, through the intentions and the real store: two hundred steps, or as many as `VNH_TEST_STEPS` says.
@Suite struct `A few weeks of everything, on the database,` {
    static let steps = ProcessInfo.processInfo.environment["VNH_TEST_STEPS"].flatMap { Int($0) } ?? 200

    @Test(arguments: Backend.available, [7, 11] as [UInt64])
    func `leave books that balance and budgets that are explained`(backend: Backend, seed: UInt64) async throws {
        try await World.with(backend, seed: seed) { world in
            var random = SeededRandom(seed: seed)
            try world.changeProgrammes { $0 + `Money paid in cash`.programmes.replacing("claim_per: quarter", with: "claim_per: month") }
            for (fund, yuan) in [(Fund.districtSubsidy, 600), (.mealSubsidy, 300), (.voucher, 50), (.directed, 700)] as [(Fund, Int64)] {
                let key = BudgetKey(fund: fund, year: 2026)
                try await world.grant(key, Fen(yuan * 100))
            }
            var orders: [OrderID] = []
            var meals: [SwipeID] = []
            for step in 0..<Self.steps {
                if step % 10 == 9 { world.pass(.hours(7)) }
                do { try await Self.act(world, &random, &orders, &meals, step) } catch let error as any Rejecting {
                    try #require(error.rejection.kind != .unavailable, "seed \(seed), step \(step): \(error.rejection)")
                }
                if step % max(50, Self.steps / 20) == 49 { #expect(try await world.faults() == [], "seed \(seed), step \(step)") }
            }
            #expect(try await world.faults() == [], "seed \(seed)")
            #expect(orders.count > 10, "seed \(seed)")
            #expect(meals.count > 10, "seed \(seed)")
            let cash = try await world.office.read { tx in try tx.payouts.all(World.month) }
            #expect(cash.contains { $0.state == .posted } && cash.contains { $0.bill != nil }, "seed \(seed)")
            #expect(cash.contains { $0.reversedIn != nil }, "seed \(seed)")
            for line in try await ReadBudgets(world.office).all(year: 2026) { #expect(line.budget.balance.used <= line.budget.balance.granted) }
        }
    }

    private static func act(_ world: World, _ random: inout SeededRandom, _ orders: inout [OrderID], _ meals: inout [SwipeID], _ step: Int) async throws {
        let elder = random.pick([World.ordinary, World.lowIncome, World.minimum, World.destitute])
        switch random.below(100) {
        case 0..<27:
            let today = world.now.localDate
            let day = World.monday.days(to: today) + 1 + random.below(12)
            orders.append(try await world.place(World.request(elder, day: day, minute: 540 + random.below(8) * 60, twin: true)).id)
        case 27..<52:
            let at = world.now - .hours(random.below(70))
            let request = SwipeRequest(
                elder: elder, canteen: ProviderID("P00\(1 + random.below(3))"), slot: random.pick(MealSlot.allCases),
                item: SwipeMeal.standardItem(.lunch), at: at, device: "t", deviceSwipe: "\(step - random.below(2))")
            for result in try await UploadSwipes(world.office)([request, request], by: World.desk) {
                if case .served(let served) = result, !served.isReplayed { meals.append(served.swipe.id) }
            }
        case 52..<70:
            try await cash(world, &random, elder, step)
        case 70..<76:
            guard let meal = meals.last else { return }
            _ = try await world.office.perform(try ReverseMeal(world.office).prepared(meal, reason: "x", by: World.desk))
        case 76..<86:
            guard let id = orders.last else { return }
            let order = try await world.find(id)
            if order.state == .offered { _ = try await world.accept(order) } else { _ = try await CancelOrder(world.office)(id, reason: "x", by: World.desk) }
        case 86..<92:
            guard !orders.isEmpty else { return }
            _ = try await CancelOrder(world.office)(random.pick(orders), reason: "x", by: World.desk)
        case 92..<97:
            // The class changes from today on; what was promised stays promised.
            let code = random.pick(["ordinary", "low_income", "minimum_living", "destitute"])
            let today = world.now.localDate
            let step = ManageElder(world.office).update(elder, expecting: nil, by: World.desk) { elder in
                guard var last = elder.classes.last, last.span.from < today else { return }
                last.span = DateSpan(from: last.span.from, until: today.adding(days: -1))
                elder.classes[elder.classes.count - 1] = last
                elder.classes.append(ClassSpan(classCode: code, span: DateSpan(from: today)))
            }
            _ = try await world.office.perform(step)
        default:
            let status = random.pick([ElderStatus.hospital, .active, .active, .deceased])
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(World.lowIncome, status, since: world.now.localDate, by: World.desk))
        }
    }

    /// Allowances and bills: drawn up, decided on, taken back.
    private static func cash(_ world: World, _ random: inout SeededRandom, _ elder: ElderID, _ step: Int) async throws {
        let (today, other) = (world.now.localDate, `Money paid in cash`.second)
        switch random.below(8) {
        case 0: _ = try await DrawUpAllowances(world.office)("AGED", today.month, by: World.finance)
        case 1, 2:
            let bill = Bill(
                number: "\(step / 3)", item: "01001", date: today.month.adding(-1).first.adding(days: random.below(28)),
                price: Fen(Int64(1 + random.below(2_000))))
            _ = try await world.office.perform(
                try FileClaim(world.office).one("BILLS", claimant: nil, FileClaim.Entry(elder: elder, bill: bill), by: World.finance))
        case 3, 4:
            let waiting = try await ReadPayouts(world.office)(today.month).filter { $0.waiting.count > 0 }
            guard !waiting.isEmpty else { return }
            let line = random.pick(waiting)
            _ = try await DecidePayouts(world.office)(
                line.programme.code, today.month, list: line.waiting.sha256, approve: random.chance(70), opinion: "随机", by: other)
        default:
            let all = try await world.office.read { tx in try tx.payouts.all(today.month).filter { $0.state == .posted } }
            guard !all.isEmpty else { return }
            let asked = try await world.office.perform(try ReversePayout(world.office).request(random.pick(all).id, reason: "随机", by: World.finance))
            _ = try await world.office.perform(
                try ReversePayout(world.office).decide(asked.id, approve: random.chance(70), opinion: "随机", by: other))
        }
    }
}
