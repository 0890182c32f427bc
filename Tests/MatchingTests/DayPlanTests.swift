import Kernel
import Matching
import Testing

private func random(_ seed: UInt64) throws -> DayPlanInstance {
    var random = SeededRandom(seed: seed)
    let (workers, visits) = (2 + random.below(3), 1 + random.below(8))
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
