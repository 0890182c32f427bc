import Catalog
import Kernel
import Orders
import Registry

public typealias StandingOrderID = ID<StandingOrder>

/// 长期服务单: the same service again and again. Its instances are ordinary orders, made some days ahead.
public struct StandingOrder: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// 生效
        case active
        /// 暂停: by a person, until resumed by a person.
        case suspended
        /// 终止
        case ended

        public var name: String {
            switch self {
            case .active: "生效"
            case .suspended: "暂停"
            case .ended: "终止"
            }
        }
    }

    public let id: StandingOrderID
    public let elder: ElderID
    public let item: ItemCode
    public var plan: StandingPlan
    public var state: State
    /// Why it is suspended or ended.
    public var reason: String?
    /// The day up to which instances have been looked for; nil before the first time.
    public var madeUntil: LocalDate?
    public let createdAt: Instant
    public let createdBy: String
    /// Counts the changes made by people; a writer names the version it has read.
    public var version: Int

    public init(
        id: StandingOrderID, elder: ElderID, item: ItemCode, plan: StandingPlan, state: State = .active, reason: String? = nil,
        madeUntil: LocalDate? = nil, createdAt: Instant, createdBy: String, version: Int = 1
    ) {
        self.id = id
        self.elder = elder
        self.item = item
        self.plan = plan
        self.state = state
        self.reason = reason
        self.madeUntil = madeUntil
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.version = version
    }
}

/// What of a standing order may be changed: when, how much, by whom.
public struct StandingPlan: Hashable, Sendable {
    public var recurrence: Recurrence
    /// Minutes since local midnight.
    public var start: Int
    /// Nil: as long as the item usually takes.
    public var end: Int?
    public var quantity: Quantity
    public var note: String
    public var preferredProvider: ProviderID?
    public var fromAddress: String?
    public var toAddress: String?
    /// The days of validity; the first is DTSTART of the rule.
    public var span: DateSpan
    public var holidays: HolidayPolicy

    public init(
        recurrence: Recurrence, start: Int, end: Int? = nil, quantity: Quantity = .one, note: String = "",
        preferredProvider: ProviderID? = nil, fromAddress: String? = nil, toAddress: String? = nil, span: DateSpan,
        holidays: HolidayPolicy = .asUsual
    ) {
        self.recurrence = recurrence
        self.start = start
        self.end = end
        self.quantity = quantity
        self.note = note
        self.preferredProvider = preferredProvider
        self.fromAddress = fromAddress
        self.toAddress = toAddress
        self.span = span
        self.holidays = holidays
    }

    static let exceptionLimit = 400

    /// Refuses what no plan may say.
    ///
    /// - Throws: `rule_never_fires`, `end_before_start`, `quantity_out_of_range`, `valid_until_before_from`, `too_many_dates`, `note_too_long`
    public func check(_ lunar: LunarCalendar) throws {
        guard quantity > Quantity(hundredths: 0), quantity <= .limit else { throw OrderRejection.quantityOutOfRange }
        guard note.count <= 500 else { throw OrderRejection.noteTooLong }
        guard (0..<24 * 60).contains(start) else { throw Rejection(.invalid, "time_invalid", "开始时间应为 00:00 到 23:59。", pointer: "/start") }
        if let end, end <= start || end > 24 * 60 { throw OrderRejection.endBeforeStart }
        guard !span.isEmpty else {
            throw Rejection(.refused, "valid_until_before_from", "终止日期早于起始日期，请核对。", pointer: "/valid_until")
        }
        guard recurrence.exdates.count <= Self.exceptionLimit, recurrence.rdates.count <= Self.exceptionLimit else {
            throw Rejection(.refused, "too_many_dates", "例外日期和加开日期各不能超过 \(Self.exceptionLimit) 个。", pointer: "/exdates")
        }
        try recurrence.check(start: span.from, until: span.until, lunar)
    }
}

/// One day of a standing order: the day of the rule, and the day of service if there is one.
public struct PlannedInstance: Hashable, Sendable {
    /// The day the rule names: with the standing order the identity of the instance, wherever the service is moved.
    public let occurrence: LocalDate
    /// Nil: left out for a holiday.
    public let day: LocalDate?

    public init(occurrence: LocalDate, day: LocalDate?) {
        self.occurrence = occurrence
        self.day = day
    }
}

extension StandingPlan {
    /// The instances whose day of service (or whose day of the rule, when left out) lies between two days, in the order of the rule's days.
    ///
    /// Two days of the rule may be moved to the same day of service, or one onto the next; the later is then left out.
    public func instances(from: LocalDate, until: LocalDate, _ holidays: Holidays, _ lunar: LunarCalendar) -> [PlannedInstance] {
        let reach = self.holidays == .dayBefore || self.holidays == .dayAfter ? HolidayPolicy.farthest : 0
        let last = min(until.adding(days: reach), span.until ?? .init(dayNumber: .max))
        let days = recurrence.days(start: span.from, from: from.adding(days: -reach), until: last, limit: .max, lunar)
        guard self.holidays != .asUsual else { return days.map { PlannedInstance(occurrence: $0, day: $0) } }
        let unmoved = Set(days.filter { self.holidays.day(for: $0, holidays) == $0 })
        var taken: Set<LocalDate> = []
        return days.compactMap { occurrence in
            var day = self.holidays.day(for: occurrence, holidays)
            if let moved = day, moved != occurrence, unmoved.contains(moved) || !taken.insert(moved).inserted { day = nil }
            let shown = day ?? occurrence
            return from <= shown && shown <= until ? PlannedInstance(occurrence: occurrence, day: day) : nil
        }
    }

    /// When the service of a day takes place, if the plan says so itself.
    public func window(on day: LocalDate) -> (start: Instant, end: Instant?) {
        (Instant(day, minute: start), end.map { Instant(day, minute: $0) })
    }
}
