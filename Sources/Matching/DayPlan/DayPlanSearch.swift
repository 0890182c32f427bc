import Kernel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds a good day plan by simulated annealing (Kirkpatrick et al. 1983) over everybody's routes.
///
/// A move changes a few places on the routes, the starts are brought up to date as far as they change, and the change stays when it is good
/// enough at the temperature of the moment. Bounded by steps the result depends on the seed alone.
public struct DayPlanSearch {
    /// When to stop.
    public enum Limit: Sendable {
        case steps(Int)
        /// - Parameter elapsed: 0 at the start, 1 at the end of the time given; asked now and then.
        case time(elapsed: @Sendable () -> Double)
    }

    private let instance: DayPlanInstance
    private let seed: UInt64

    public init(_ instance: DayPlanInstance, seed: UInt64) {
        self.instance = instance
        self.seed = seed
    }

    /// Temperatures at the start and the end, as parts of the mean way to the nearest neighbours: what a small detour costs.
    private static let hottest = 3.0
    private static let coldest = 0.04
    /// A day freezes, and each time perhaps in another hollow: where there is time for it, it is heated up and cooled down again.
    private static let mostRounds = 4
    /// Steps for each visit below which a round would be over too soon.
    private static let shortestRound = 100_000
    /// Steps between two looks at the clock, in which the temperature stays.
    private static let look = 1024
    /// −ln of the middles of equal parts of 0 ... 1: how much worse a plan may become, in temperatures.
    private static let patience: [Double] = (0..<4096).map { -log((Double($0) + 0.5) / 4096) }

    /// - Parameter progress: told the best cost so far, from 0 to 1 of the way.
    public func run(_ limit: Limit, progress: (_ part: Double, _ cost: Double) -> Void = { _, _ in }) -> DayPlan {
        let routes = DayPlanRoutes(instance)
        routes.fill(instance)
        guard instance.visits.count > 0 else { return DayPlan(routes) }
        var moves = DayPlanMoves(instance, routes, random: SeededRandom(seed: seed))
        defer { moves.deallocate() }
        let best = DayPlanSnapshot(routes)
        let scale = detour
        var rounds = 1.0
        var step = 0
        while true {
            let part: Double =
                switch limit {
                case .steps(let all): Double(step) / Double(max(1, all))
                case .time(let elapsed): elapsed()
                }
            if part >= 1 { break }
            if rounds == 1, part < 0.1, part > 0.02 { rounds = roundCount(steps: Double(step) / part) }
            progress(part, best.cost / 3)
            routes.refresh()
            let cooled = (part * rounds).truncatingRemainder(dividingBy: 1)
            anneal(routes, &moves, best, temperature: scale * Self.hottest * pow(Self.coldest / Self.hottest, cooled))
            step += Self.look
        }
        best.restore(routes)
        routes.refresh()
        return DayPlan(routes)
    }

    /// How many rounds there is time for, known once a little of the way has shown how fast it goes.
    private func roundCount(steps: Double) -> Double {
        let enough = Double(Self.shortestRound * instance.visits.count)
        return min(Double(Self.mostRounds), max(1, (steps / enough).rounded(.down)))
    }

    private func anneal(_ routes: DayPlanRoutes, _ moves: inout DayPlanMoves, _ best: DayPlanSnapshot, temperature: Double) {
        Self.patience.withUnsafeBufferPointer { patience in
            for _ in 0..<Self.look {
                let cost = routes.cost
                routes.journal.clear(distance: routes.distance, soft: routes.softTotal, worst: routes.worstTotal)
                guard moves.change() else { continue }
                // Drawn before the starts are known: where the way alone is too long they need not be.
                let allowed = cost + temperature * patience[moves.below(4096)]
                if routes.distance >= allowed {
                    routes.journal.forgetMarks()
                    routes.undo()
                    continue
                }
                routes.settle()
                if routes.cost >= allowed {
                    routes.undo()
                } else if routes.cost < best.cost - 1e-7 {
                    best.take(routes)
                }
            }
        }
    }

    /// The mean way from a visit to its five nearest.
    private var detour: Double {
        let width = instance.visits.count + 1
        let means = (1..<width).map { row -> Double in
            let near = (0..<width).filter { $0 != row }.map { instance.travel[row * width + $0] }.sorted().prefix(5)
            return near.reduce(0, +) / Double(near.count)
        }
        return max(1, means.reduce(0, +) / Double(means.count))
    }
}

/// The best routes so far: for each service its worker, for each visit its place in time.
private final class DayPlanSnapshot {
    private let key: UnsafeMutablePointer<Double>
    private let worker: UnsafeMutablePointer<Int>
    private(set) var cost: Double

    init(_ routes: DayPlanRoutes) {
        key = .allocate(capacity: routes.visits)
        worker = .allocate(capacity: routes.services)
        cost = routes.cost
        take(routes)
    }

    deinit {
        key.deallocate()
        worker.deallocate()
    }

    func take(_ routes: DayPlanRoutes) {
        cost = routes.cost
        key.initialize(from: routes.key, count: routes.visits)
        worker.initialize(from: routes.worker, count: routes.services)
    }

    func restore(_ routes: DayPlanRoutes) {
        for home in routes.services..<(routes.services + routes.workers) {
            routes.next[home] = home
            routes.prev[home] = home
        }
        for visit in (0..<routes.visits).sorted(by: { (key[$0], $0) < (key[$1], $1) }) {
            routes.linkVisit(visit, key: key[visit], worker[2 * visit], worker[2 * visit + 1])
        }
        routes.journal.forgetMarks()
    }
}
