import Kernel

/// Finds a good day plan by simulated annealing (Kirkpatrick et al. 1983) over a list of visits with a worker for each service.
///
/// The list is read from front to back: each visit is appended to the routes of its workers and starts as early as they, its window and its gap
/// allow. So every list is a plan without a circle in it, and a move is a small change of the list. Bounded by steps the result depends on the
/// seed alone.
public struct DayPlanSearch {
    /// When to stop.
    public enum Limit: Sendable {
        case steps(Int)
        /// - Parameter elapsed: 0 at the start, 1 at the end of the time given; asked now and then.
        case time(elapsed: @Sendable () -> Double)
    }

    private let instance: DayPlanInstance
    private var random: SeededRandom
    private let evaluator: DayPlanEvaluator

    public init(_ instance: DayPlanInstance, seed: UInt64) {
        self.instance = instance
        random = SeededRandom(seed: seed)
        evaluator = DayPlanEvaluator(instance)
    }

    private static let hottest = 30.0
    private static let coldest = 0.15
    private static let look = 512

    /// - Parameter progress: told the best cost so far, from 0 to 1 of the way.
    public mutating func run(_ limit: Limit, progress: (_ part: Double, _ cost: Double) -> Void = { _, _ in }) -> DayPlan {
        var list = seedList()
        guard instance.visits.count > 0 else { return evaluator.plan(list) }
        var cost = evaluator.cost(list, below: .infinity)
        var best = list
        var bestCost = cost
        var temperature = Self.hottest
        var step = 0
        while true {
            if step % Self.look == 0 {
                let part: Double =
                    switch limit {
                    case .steps(let all): Double(step) / Double(max(1, all))
                    case .time(let elapsed): elapsed()
                    }
                if part >= 1 { break }
                temperature = Self.hottest * power(Self.coldest / Self.hottest, part)
                progress(part, bestCost)
            }
            step += 1
            let undo = change(&list)
            // Drawn before the cost is known, so that a hopeless plan need not be read to its end.
            let allowed = cost - temperature * naturalLog(unit())
            let new = evaluator.cost(list, below: allowed)
            if new < allowed {
                cost = new
                if new < bestCost - 1e-9 {
                    bestCost = new
                    best = list
                }
            } else {
                list.undo(undo)
            }
        }
        return evaluator.plan(best)
    }

    private mutating func unit() -> Double { (Double(random.next() >> 11) + 0.5) * 0x1p-53 }

    /// Visits by the opening of their windows, workers at random.
    private mutating func seedList() -> DayPlanList {
        let order = instance.visits.indices.sorted { (instance.visits[$0].opens, $0) < (instance.visits[$1].opens, $1) }
        var list = DayPlanList(order: order.map { Int32($0) }, count: instance.visits.count)
        for visit in instance.visits.indices { assign(visit, &list) }
        return list
    }

    private mutating func assign(_ visit: Int, _ list: inout DayPlanList) {
        let needs = instance.visits[visit]
        guard let second = needs.second else {
            list.first[visit] = random.pick(needs.first.workers)
            return
        }
        repeat {
            list.first[visit] = random.pick(needs.first.workers)
            list.second[visit] = random.pick(second.workers)
        } while list.first[visit] == list.second[visit]
    }

    private mutating func change(_ list: inout DayPlanList) -> DayPlanList.Undo {
        let count = list.order.count
        let from = random.below(count)
        let visit = Int(list.order[from])
        var undo = DayPlanList.Undo(from: from, to: from, isSwap: false, visit: visit, first: list.first[visit], second: list.second[visit])
        let kind = random.below(100)
        if kind < 12, count > 1 {
            let reach = min(count - 1, max(3, count / 8))
            let other = (from + 1 + random.below(reach)) % count
            list.order.swapAt(from, other)
            undo.to = other
            undo.isSwap = true
            return undo
        }
        if kind < 65 { reassign(visit, &list) }
        // Next to a visit of one of its workers: anywhere else in the list would often change nothing.
        let worker = list.second[visit] >= 0 && random.chance(50) ? list.second[visit] : list.first[visit]
        let reach = max(4, count / 6)
        var to = random.chance(85) ? min(count - 1, max(0, from + random.below(2 * reach + 1) - reach)) : random.below(count)
        for _ in 0..<count {
            let other = Int(list.order[to])
            if other != visit, list.first[other] == worker || list.second[other] == worker { break }
            to = to + 1 == count ? 0 : to + 1
        }
        if random.chance(50), to + 1 < count { to += 1 }
        list.move(from: from, to: to)
        undo.to = to
        return undo
    }

    /// Another worker for one of the visit's services, where there is one.
    private mutating func reassign(_ visit: Int, _ list: inout DayPlanList) {
        let needs = instance.visits[visit]
        if let second = needs.second, random.chance(50) {
            let worker = random.pick(second.workers)
            if worker != list.first[visit] { list.second[visit] = worker }
        } else {
            let worker = random.pick(needs.first.workers)
            if worker != list.second[visit] { list.first[visit] = worker }
        }
    }
}

/// A plan in the form in which it is searched.
struct DayPlanList {
    var order: [Int32]
    var first: [Int32]
    /// −1 for a visit with one service.
    var second: [Int32]

    init(order: [Int32], count: Int) {
        self.order = order
        first = [Int32](repeating: 0, count: count)
        second = [Int32](repeating: -1, count: count)
    }

    struct Undo {
        let from: Int
        var to: Int
        var isSwap: Bool
        let visit: Int
        let first: Int32
        let second: Int32
    }

    mutating func move(from: Int, to: Int) {
        guard from != to else { return }
        let visit = order[from]
        if from < to {
            for index in from..<to { order[index] = order[index + 1] }
        } else {
            for index in stride(from: from, to: to, by: -1) { order[index] = order[index - 1] }
        }
        order[to] = visit
    }

    mutating func undo(_ undo: Undo) {
        if undo.isSwap {
            order.swapAt(undo.from, undo.to)
        } else {
            move(from: undo.to, to: undo.from)
        }
        first[undo.visit] = undo.first
        second[undo.visit] = undo.second
    }
}
