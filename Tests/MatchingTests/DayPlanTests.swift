import Kernel
import Matching
import Testing

private func random(_ seed: UInt64, visits range: ClosedRange<Int> = 1...8, workers fixed: Int? = nil) throws -> DayPlanInstance {
    var random = SeededRandom(seed: seed)
    let (workers, visits) = (fixed ?? 2 + random.below(3), range.lowerBound + random.below(range.count))
    let all = (0..<workers).map { Int32($0) }
    let places = (0...visits).map { _ in (Double(random.below(60)), Double(random.below(60))) }
    let travel = places.flatMap { a in places.map { b in ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).squareRoot() } }
    let made = (0..<visits).map { _ -> DayPlanInstance.Visit in
        let opens = Double(random.below(400))
        let need = DayPlanInstance.Need(workers: all, duration: Double(5 + random.below(20)))
        let isDouble = random.chance(40)
        let least = Double(random.below(2) * random.below(30))
        return DayPlanInstance.Visit(
            opens: opens, closes: opens + 60, first: need, second: isDouble ? need : nil, gap: isDouble && least > 0 ? least...(least * 2) : 0...0)
    }
    return try DayPlanInstance(workers: (0..<workers).map { _ in .init() }, visits: made, travel: travel)
}

/// The cost of a list of visits with a worker for each service, worked out the plainest way.
private func cost(_ order: [Int], _ first: [Int], _ second: [Int], _ instance: DayPlanInstance) -> Double {
    let width = instance.visits.count + 1
    var place = [Int](repeating: 0, count: instance.workers.count)
    var free = [Double](repeating: 0, count: instance.workers.count)
    var (distance, late) = (0.0, [0.0])
    for visit in order {
        let row = instance.visits[visit]
        func arrival(_ worker: Int) -> Double { free[worker] + instance.travel[place[worker] * width + visit + 1] }
        var a = max(arrival(first[visit]), row.opens)
        let b = row.second == nil ? a : max(arrival(second[visit]), row.opens, a + row.gap.lowerBound)
        a = max(a, b - row.gap.upperBound)
        for (worker, end) in [(first[visit], a + row.first.duration)] + (row.second.map { [(second[visit], b + $0.duration)] } ?? []) {
            distance += instance.travel[place[worker] * width + visit + 1]
            (place[worker], free[worker]) = (visit + 1, end)
        }
        late += [max(0, a - row.closes)] + (row.second == nil ? [] : [max(0, b - row.closes)])
    }
    for worker in place { distance += instance.travel[worker * width] }
    return (distance + late.reduce(0, +) + (late.max() ?? 0)) / 3
}

private func bestByTrying(_ instance: DayPlanInstance) -> Double {
    func orders(_ rest: [Int]) -> [[Int]] {
        rest.isEmpty ? [[]] : rest.flatMap { next in orders(rest.filter { $0 != next }).map { [next] + $0 } }
    }
    var best = Double.infinity
    for order in orders(Array(instance.visits.indices)) {
        // With two workers, who goes first says who goes second.
        for choice in 0..<(1 << instance.visits.count) {
            let first = instance.visits.indices.map { choice >> $0 & 1 }
            best = min(best, cost(order, first, first.map { 1 - $0 }, instance))
        }
    }
    return best
}

@Suite struct `A day plan` {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `sends everybody where they are needed, in time to get there`(seed: UInt64) throws {
        let instance = try random(seed)
        let search = DayPlanSearch(instance, seed: seed)
        let plan = search.run(.steps(2000))
        let width = instance.visits.count + 1
        var starts: [Int: [Int: (worker: Int, start: Double)]] = [:]
        var distance = 0.0
        for (worker, route) in plan.routes.enumerated() {
            var (here, free) = (0, 0.0)
            for stop in route {
                let way = instance.travel[here * width + stop.visit + 1]
                #expect(stop.start >= free + way - 1e-9)
                #expect(stop.start >= instance.visits[stop.visit].opens)
                starts[stop.visit, default: [:]][stop.service] = (worker, stop.start)
                distance += way
                (here, free) = (stop.visit + 1, stop.end)
            }
            distance += instance.travel[here * width]
        }
        #expect(abs(distance - plan.distance) < 1e-6)
        for (index, visit) in instance.visits.enumerated() {
            #expect(starts[index]?.count == (visit.second == nil ? 1 : 2))
            guard let first = starts[index]?[0], let second = starts[index]?[1] else { continue }
            #expect(first.worker != second.worker)
            #expect(second.start - first.start >= visit.gap.lowerBound - 1e-9)
            #expect(second.start - first.start <= visit.gap.upperBound + 1e-9)
        }
    }

    /// Every order of the visits and every choice of workers, read from front to back.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `of a few visits is the best there is`(seed: UInt64) throws {
        let instance = try random(seed, visits: 1...4, workers: 2)
        let plan = DayPlanSearch(instance, seed: seed).run(.steps(4000))
        let best = bestByTrying(instance)
        #expect(abs(plan.cost - best) < 1e-6, "seed \(seed): \(plan.cost) instead of \(best)")
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `leaves shifts and breaks free`(seed: UInt64) throws {
        let free = try random(seed)
        let workers = free.workers.indices.map { _ in DayPlanInstance.Worker(from: 60, until: 2000, pause: 200..<260) }
        let instance = try DayPlanInstance(workers: workers, visits: free.visits, travel: free.travel)
        let plan = DayPlanSearch(instance, seed: seed).run(.steps(2000))
        let width = instance.visits.count + 1
        for route in plan.routes {
            var (here, from) = (0, 60.0)
            for stop in route {
                #expect(stop.end <= 200 || stop.start >= 260, "seed \(seed)")
                let rest = from < 260 && stop.start >= 260 ? 260 - max(200, from) : 0
                #expect(stop.start >= from + instance.travel[here * width + stop.visit + 1] + max(0, min(60, rest)) - 1e-9 || from >= 260, "seed \(seed)")
                (here, from) = (stop.visit + 1, stop.end)
            }
        }
    }

    @Test func `is the same for the same seed and number of steps`() throws {
        let instance = try random(7)
        let (a, b) = (DayPlanSearch(instance, seed: 3), DayPlanSearch(instance, seed: 3))
        #expect(a.run(.steps(5000)).routes == b.run(.steps(5000)).routes)
    }

    @Test func `refuses what cannot be planned`() {
        let nobody = DayPlanInstance.Need(workers: [], duration: 5)
        let one = DayPlanInstance.Need(workers: [0], duration: 5)
        #expect(throws: DayPlanInstance.Fault.nobodyAble(visit: 0)) {
            try DayPlanInstance(workers: [.init()], visits: [.init(opens: 0, closes: 1, first: nobody)], travel: [0, 1, 1, 0])
        }
        #expect(throws: DayPlanInstance.Fault.onlyOneAble(visit: 0)) {
            try DayPlanInstance(workers: [.init()], visits: [.init(opens: 0, closes: 1, first: one, second: one)], travel: [0, 1, 1, 0])
        }
        #expect(throws: DayPlanInstance.Fault.windowEndsBeforeItOpens(visit: 0)) {
            try DayPlanInstance(workers: [.init()], visits: [.init(opens: 2, closes: 1, first: one)], travel: [0, 1, 1, 0])
        }
        #expect(throws: DayPlanInstance.Fault.travelSize(expected: 4, found: 1)) {
            try DayPlanInstance(workers: [.init()], visits: [.init(opens: 0, closes: 1, first: one)], travel: [0])
        }
    }
}
