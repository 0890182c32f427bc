import Kernel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One search under way.
final class DayPlanAnnealing {
    /// Temperatures at the start and the end of a round, as parts of the mean way to the nearest neighbours: what a small detour costs.
    private static let hottest = 3.0
    private static let coldest = 0.04
    /// A day freezes, and each time perhaps in another hollow: where there is time for it, it is molten for a moment and cooled down again.
    private static let mostRounds = 4
    private static let molten = 40.0
    private static let melting = 0.02
    /// Steps for each visit below which a round would be over too soon.
    private static let shortestRound = 40_000
    /// Steps between two looks at the clock, in which the temperature stays.
    private static let look = 1024
    /// −ln of the middles of equal parts of 0 ... 1: how much worse a plan may become, in temperatures.
    private static let patience: [Double] = (0..<4096).map { -log((Double($0) + 0.5) / 4096) }

    private let limit: DayPlanSearch.Limit
    private let routes: DayPlanRoutes
    private var moves: DayPlanMoves
    private let best: DayPlanSnapshot
    /// The mean way from a visit to its five nearest.
    private let detour: Double
    private var step = 0
    private var rounds = 1.0
    /// How much of the way is done, 0 ... 1.
    private(set) var part = 0.0

    init(_ instance: DayPlanInstance, seed: UInt64, limit: DayPlanSearch.Limit) {
        self.limit = limit
        routes = DayPlanRoutes(instance)
        routes.fill(instance)
        moves = DayPlanMoves(instance, routes, random: SeededRandom(seed: seed))
        best = DayPlanSnapshot(routes)
        let width = instance.visits.count + 1
        let means = (1..<width).map { row -> Double in
            let near = (0..<width).filter { $0 != row }.map { instance.travel[row * width + $0] }.sorted().prefix(5)
            return near.reduce(0, +) / Double(near.count)
        }
        detour = max(1, means.reduce(0, +) / Double(max(1, means.count)))
    }

    deinit { moves.deallocate() }

    /// The cost of the best plan so far, as the paper weighs it, with that of moved visits.
    var cost: Double { best.cost / 3 }

    /// The best plan so far. The search is over then.
    var plan: DayPlan {
        best.restore(routes)
        routes.refresh()
        return DayPlan(routes)
    }

    /// Some more steps at one temperature; false when the time is up.
    func advance() -> Bool {
        part =
            switch limit {
            case .steps(let all): Double(step) / Double(max(1, all))
            case .time(let elapsed): elapsed()
            }
        guard part < 1, routes.visits > 0 else { return false }
        // How many rounds there is time for is known once a little of the way has shown how fast it goes.
        if rounds == 1, part > 0.02, part < 0.1 {
            let enough = Double(Self.shortestRound * routes.visits)
            rounds = min(Double(Self.mostRounds), max(1, (Double(step) / part / enough).rounded(.down)))
        }
        let cooled = (part * rounds).truncatingRemainder(dividingBy: 1)
        let isMelting = part * rounds >= 1 && cooled < Self.melting
        routes.refresh()
        anneal(temperature: detour * (isMelting ? Self.molten : Self.hottest * pow(Self.coldest / Self.hottest, cooled)))
        step += Self.look
        return true
    }

    private func anneal(temperature: Double) {
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
}

/// The best routes so far: for each service its worker, for each visit its place in time.
private final class DayPlanSnapshot {
    private let key: UnsafeMutablePointer<Double>
    private let worker: UnsafeMutablePointer<Int>
    private(set) var cost: Double

    init(_ routes: DayPlanRoutes) {
        key = .allocate(capacity: max(1, routes.visits))
        worker = .allocate(capacity: max(1, routes.services))
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
