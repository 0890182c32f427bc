/// 日计划: the visits of a provider's day and the workers who could make them.
///
/// The home health care routing and scheduling problem of Mankowska, Meisel and Bierwirth (2014): each visit has a place, a time window and one
/// or two services, the second by another worker at once or after a gap. Beyond the paper: shifts, breaks, weights of lateness and visits that
/// were already promised. Times and distances are in the same unit (minutes here).
public struct DayPlanInstance: Sendable {
    public struct Need: Sendable {
        /// Which workers have the ability, by number, ascending; not empty.
        public let workers: [Int32]
        public let duration: Double

        public init(workers: [Int32], duration: Double) {
            self.workers = workers
            self.duration = duration
        }
    }

    public struct Visit: Sendable {
        public let opens: Double
        public let closes: Double
        public let first: Need
        public let second: Need?
        /// The second service starts at least and at most so long after the first; both 0: at once.
        public let gap: ClosedRange<Double>
        /// What a minute of lateness weighs against a minute of travel; 1 in the paper.
        public let lateWeight: Double
        /// What was already promised; nil for a visit that is free to be planned.
        public let kept: Kept?

        public init(
            opens: Double, closes: Double, first: Need, second: Need? = nil, gap: ClosedRange<Double> = 0...0, lateWeight: Double = 1,
            kept: Kept? = nil
        ) {
            self.opens = opens
            self.closes = closes
            self.first = first
            self.second = second
            self.gap = gap
            self.lateWeight = lateWeight
            self.kept = kept
        }
    }

    /// Who was promised for a visit and from when: another worker or a later start is a moved visit. An earlier start is kept out by `opens`.
    public struct Kept: Hashable, Sendable {
        public let first: Int
        /// −1 for a visit with one service.
        public let second: Int
        public let start: Double

        public init(first: Int, second: Int = -1, start: Double) {
            self.first = first
            self.second = second
            self.start = start
        }
    }

    public struct Worker: Sendable {
        /// When the shift begins at the office, and when the last service should be over.
        public let from: Double
        public let until: Double
        /// A break in which nobody travels or works.
        public let pause: Range<Double>?

        public init(from: Double = 0, until: Double = .infinity, pause: Range<Double>? = nil) {
            self.from = from
            self.until = until
            self.pause = pause
        }
    }

    public let workers: [Worker]
    public let visits: [Visit]
    /// Travel times, row by row: the office is 0, visit `v` is `v + 1`.
    public let travel: [Double]
    /// What moving a promised visit costs, in the unit of ``DayPlan/cost``.
    public let moveCost: Double

    public enum Fault: Error, Hashable, Sendable {
        case travelSize(expected: Int, found: Int)
        /// From and to: 0 is the office, visit `v` is `v + 1`.
        case badTravel(from: Int, to: Int)
        /// A time of a visit that is negative or beyond all days.
        case badTime(visit: Int)
        case windowEndsBeforeItOpens(visit: Int)
        case nobodyAble(visit: Int)
        /// Two services need two workers.
        case onlyOneAble(visit: Int)
        case unknownWorker(visit: Int)
        /// A shift or break that ends before it begins.
        case badShift(worker: Int)
    }

    /// So that sums stay exact to a thousandth.
    private static let times = 0.0...1e9

    public init(workers: [Worker], visits: [Visit], travel: [Double], moveCost: Double = 0) throws(Fault) {
        let places = visits.count + 1
        guard travel.count == places * places else { throw .travelSize(expected: places * places, found: travel.count) }
        if let bad = travel.firstIndex(where: { !Self.times.contains($0) }) { throw .badTravel(from: bad / places, to: bad % places) }
        for (index, worker) in workers.enumerated() {
            guard worker.from >= 0, worker.from.isFinite, worker.from <= worker.until, worker.pause?.isEmpty != true else {
                throw .badShift(worker: index)
            }
        }
        for (index, visit) in visits.enumerated() { try Self.check(visit, index, workers: workers.count) }
        self.workers = workers
        self.visits = visits
        self.travel = travel
        self.moveCost = moveCost
    }

    private static func check(_ visit: Visit, _ index: Int, workers: Int) throws(Fault) {
        let times = [
            visit.opens, visit.closes, visit.first.duration, visit.second?.duration ?? 0, visit.gap.lowerBound, visit.gap.upperBound,
            visit.lateWeight,
        ]
        guard times.allSatisfy(Self.times.contains) else { throw .badTime(visit: index) }
        guard visit.opens <= visit.closes else { throw .windowEndsBeforeItOpens(visit: index) }
        guard !visit.first.workers.isEmpty, visit.second?.workers.isEmpty != true else { throw .nobodyAble(visit: index) }
        if let second = visit.second, second.workers.count == 1, second.workers == visit.first.workers { throw .onlyOneAble(visit: index) }
        let known = 0..<workers
        let named = (visit.first.workers + (visit.second?.workers ?? [])).map { Int($0) }
        guard named.allSatisfy(known.contains) else { throw .unknownWorker(visit: index) }
        guard let kept = visit.kept else { return }
        let isWhole = known.contains(kept.first) && (visit.second == nil ? kept.second == -1 : known.contains(kept.second) && kept.first != kept.second)
        guard isWhole else { throw .unknownWorker(visit: index) }
    }
}
