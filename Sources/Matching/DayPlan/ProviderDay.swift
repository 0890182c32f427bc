import Kernel
import Orders
import Registry

/// 服务商的一天: what a provider has promised for a day and who could do it; the day-plan problem in the words of the business.
public struct ProviderDay: Sendable {
    /// Who makes a visit and from when.
    public struct Assignment: Hashable, Sendable {
        public let worker: WorkerID
        /// The other of two who come together.
        public let second: WorkerID?
        public let start: Instant

        public init(worker: WorkerID, second: WorkerID? = nil, start: Instant) {
            self.worker = worker
            self.second = second
            self.start = start
        }
    }

    /// An order of the day.
    public struct Appointment: Sendable {
        public let order: OrderID
        /// As promised to the elder; its length is the length of the visit.
        public let window: TimeWindow
        public let place: Coordinate
        public let crew: Crew
        /// 固定: these people at this time, because a person said so or because they are there already.
        public let pin: Assignment?
        /// What the last plan said, or nil for an order that is new to the plan.
        public let former: Assignment?

        public init(order: OrderID, window: TimeWindow, place: Coordinate, crew: Crew, pin: Assignment? = nil, former: Assignment? = nil) {
            self.order = order
            self.window = window
            self.place = place
            self.crew = crew
            self.pin = pin
            self.former = former
        }
    }

    /// 班次: when a worker is there, with a break if there is one.
    public struct Shift: Hashable, Sendable {
        public let worker: WorkerID
        public let window: TimeWindow
        public let pause: TimeWindow?

        public init(worker: WorkerID, window: TimeWindow, pause: TimeWindow? = nil) {
            self.worker = worker
            self.window = window
            self.pause = pause
        }
    }

    public let date: LocalDate
    public let office: Coordinate
    /// Those who are there on the day.
    public let shifts: [Shift]
    public let appointments: [Appointment]
    public let policy: DayPlanPolicy
    /// Nothing that has not begun starts before.
    public let now: Instant

    public init(
        date: LocalDate, office: Coordinate, shifts: [Shift], appointments: [Appointment], policy: DayPlanPolicy = DayPlanPolicy(), now: Instant
    ) {
        self.date = date
        self.office = office
        self.shifts = shifts.sorted { $0.worker < $1.worker }
        self.appointments = appointments.sorted { ($0.window.start, $0.order) < ($1.window.start, $1.order) }
        self.policy = policy
        self.now = now
    }
}

/// What a day plan goes by: dated parameters of the district.
public struct DayPlanPolicy: Hashable, Sendable {
    /// How fast workers get about, metres a minute along the great circle; 200 is 12 km/h, an electric bicycle with its detours.
    public var speed = 200
    /// Minutes before and after the promised start at which a visit may begin without a word to the elder.
    public var early = 15
    public var late = 15
    /// When a shift begins and ends that nobody has entered, minutes since midnight.
    public var shiftFrom = 480
    public var shiftUntil = 1140

    /// What a minute of lateness weighs against a minute of travel.
    static let lateWeight = 20.0
    /// A promised visit is moved only to spare the day more minutes of lateness than this.
    static let moveMinutes = 30.0
    /// What a person has pinned is late only when it cannot be otherwise.
    static let pinWeight = 1000.0

    public init() {}

    /// Reads the dated parameters; a missing one keeps its default.
    public init(_ value: (String) -> Int?) {
        if let n = value("plan_speed_m_per_min"), n > 0 { speed = n }
        if let n = value("plan_early_min") { early = n }
        if let n = value("plan_late_min") { late = n }
        if let n = value("plan_shift_from_min") { shiftFrom = n }
        if let n = value("plan_shift_until_min") { shiftUntil = n }
    }
}

/// A provider's day as planned.
public struct ProviderPlan: Sendable {
    public struct Visit: Hashable, Sendable {
        public let order: OrderID
        public let assignment: ProviderDay.Assignment
        public let end: Instant
        /// Minutes after the last moment promised, or after the end of the shift; 0 in time.
        public let late_min: Int
        public let isPinned: Bool
        /// Other people than the last plan said, or another time.
        public let isMoved: Bool

        public init(order: OrderID, assignment: ProviderDay.Assignment, end: Instant, late_min: Int, isPinned: Bool, isMoved: Bool) {
            self.order = order
            self.assignment = assignment
            self.end = end
            self.late_min = late_min
            self.isPinned = isPinned
            self.isMoved = isMoved
        }
    }

    /// Nobody who is there that day may make it.
    public struct Unplaced: Hashable, Sendable {
        public let order: OrderID
        public let reason: RefusalCode

        public init(order: OrderID, reason: RefusalCode) {
            self.order = order
            self.reason = reason
        }
    }

    /// By start, then order.
    public let visits: [Visit]
    public let unplaced: [Unplaced]
    public let travel_min: Int

    public init(visits: [Visit], unplaced: [Unplaced], travel_min: Int) {
        self.visits = visits.sorted { ($0.assignment.start, $0.order) < ($1.assignment.start, $1.order) }
        self.unplaced = unplaced.sorted { $0.order < $1.order }
        self.travel_min = travel_min
    }

    public var late_min: Int { visits.reduce(0) { $0 + $1.late_min } }
    public var moved: Int { visits.count(where: \.isMoved) }
}
