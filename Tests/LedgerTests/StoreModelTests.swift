import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// The same kind of chance as in memory, through the intentions and the real store.
@Suite struct `A few weeks of everything, on the database,` {
    static let steps = 150

    @Test(arguments: Backend.available, [7, 11] as [UInt64])
    func `leave books that balance and budgets that are explained`(backend: Backend, seed: UInt64) async throws {
        try await World.with(backend, seed: seed) { world in
            var random = SeededRandom(seed: seed)
            for (fund, yuan) in [(Fund.districtSubsidy, 600), (.mealSubsidy, 300), (.voucher, 50)] as [(Fund, Int64)] {
                let key = BudgetKey(fund: fund, year: 2026)
                _ = try await world.office.perform(try SetBudget(world.office).prepared(key, granted: Fen(yuan * 100), by: World.finance))
            }
            var orders: [OrderID] = []
            var meals: [SwipeID] = []
            for step in 0..<Self.steps {
                if step % 10 == 9 { world.pass(.hours(7)) }
                do { try await Self.act(world, &random, &orders, &meals, step) } catch let error as any Rejecting {
                    try #require(error.rejection.kind != .unavailable, "seed \(seed), step \(step): \(error.rejection)")
                }
                if step % 50 == 49 { #expect(try await world.faults() == [], "seed \(seed), step \(step)") }
            }
            #expect(orders.count > 10, "seed \(seed)")
            #expect(meals.count > 10, "seed \(seed)")
            for line in try await ReadBudgets(world.office).all(year: 2026) { #expect(line.budget.balance.used <= line.budget.balance.granted) }
        }
    }

    private static func act(_ world: World, _ random: inout SeededRandom, _ orders: inout [OrderID], _ meals: inout [SwipeID], _ step: Int) async throws {
        let elder = random.pick([World.ordinary, World.lowIncome, World.minimum, World.destitute])
        switch random.below(100) {
        case 0..<30:
            let today = world.now.localDate
            let day = World.monday.days(to: today) + 1 + random.below(12)
            orders.append(try await world.place(World.request(elder, day: day, minute: 540 + random.below(8) * 60, twin: true)).id)
        case 30..<60:
            let at = world.now - .hours(random.below(70))
            let request = SwipeRequest(
                elder: elder, canteen: ProviderID("P00\(1 + random.below(3))"), slot: random.pick(MealSlot.allCases),
                item: SwipeMeal.standardItem(.lunch), at: at, device: "t", deviceSwipe: "\(step - random.below(2))")
            for result in try await UploadSwipes(world.office)([request, request], by: World.desk) {
                if case .served(let served) = result, !served.isReplayed { meals.append(served.swipe.id) }
            }
        case 60..<70:
            guard let meal = meals.last else { return }
            _ = try await world.office.perform(try ReverseMeal(world.office).prepared(meal, reason: "x", by: World.desk))
        case 70..<85:
            guard let id = orders.last else { return }
            let order = try await world.find(id)
            if order.state == .offered { _ = try await world.accept(order) } else { _ = try await CancelOrder(world.office)(id, reason: "x", by: World.desk) }
        case 85..<92:
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
}
