/// 日计划: the visits of a provider's day and the workers who could make them.
///
/// The home health care routing and scheduling problem of Mankowska, Meisel and Bierwirth (2014): each visit has a place, a time window and one
/// or two services, the second by another worker at once or after a gap. Times and distances are in the same unit (minutes here).
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

        public init(opens: Double, closes: Double, first: Need, second: Need? = nil, gap: ClosedRange<Double> = 0...0) {
            self.opens = opens
            self.closes = closes
            self.first = first
            self.second = second
            self.gap = gap
        }
    }

    public let workers: Int
    public let visits: [Visit]
    /// Travel times, row by row: the office is 0, visit `v` is `v + 1`.
    public let travel: [Double]

    public enum Fault: Error, Hashable, Sendable {
        case travelSize(expected: Int, found: Int)
        case negativeTravel
        case windowEndsBeforeItOpens(visit: Int)
        case nobodyAble(visit: Int)
        /// Two services need two workers.
        case onlyOneAble(visit: Int)
    }

    public init(workers: Int, visits: [Visit], travel: [Double]) throws(Fault) {
        let places = visits.count + 1
        guard travel.count == places * places else { throw .travelSize(expected: places * places, found: travel.count) }
        guard travel.allSatisfy({ $0 >= 0 && $0.isFinite }) else { throw .negativeTravel }
        for (index, visit) in visits.enumerated() {
            guard visit.opens <= visit.closes else { throw .windowEndsBeforeItOpens(visit: index) }
            guard !visit.first.workers.isEmpty, visit.second?.workers.isEmpty != true else { throw .nobodyAble(visit: index) }
            if let second = visit.second, second.workers.count == 1, second.workers == visit.first.workers { throw .onlyOneAble(visit: index) }
        }
        self.workers = workers
        self.visits = visits
        self.travel = travel
    }
}

/// Who goes where and when.
public struct DayPlan: Sendable {
    public struct Stop: Hashable, Sendable {
        public let visit: Int
        /// 0 for the first service of the visit, 1 for the second.
        public let service: Int
        public let start: Double
        public let end: Double
    }

    /// The stops of each worker in the order of the day.
    public let routes: [[Stop]]
    public let distance: Double
    public let tardiness: Double
    public let worstTardiness: Double
    /// (distance + total tardiness + largest tardiness) / 3, as the paper weighs them.
    public var cost: Double { (distance + tardiness + worstTardiness) / 3 }
}
