import Kernel

/// What an order waits for. An order has at most one timer: the next thing that happens of itself.
public enum TimerKind: String, CaseIterable, Sendable {
    /// Nobody was found or asked in time: the shift leader is told.
    case dispatchOverdue = "dispatch_overdue"
    /// The provider has not answered: the next one is asked.
    case offerExpires = "offer_expires"
    /// Accepted, but no worker is named.
    case scheduleOverdue = "schedule_overdue"
    /// The visit is near.
    case remind
    /// The start has passed without a check-in.
    case noShow = "no_show"
    /// The visit lasts half as long again as planned.
    case overlong
    /// Nobody has confirmed: a call-back is due.
    case confirmOverdue = "confirm_overdue"
}

public struct OrderTimer: Hashable, Sendable {
    public let kind: TimerKind
    public let due: Instant
    public init(_ kind: TimerKind, due: Instant) {
        self.kind = kind
        self.due = due
    }
}

/// The lengths of the timers: dated parameters of the district, minutes.
public struct TimerPolicy: Hashable, Sendable {
    /// By urgency: emergency and urgent, same-day, booked.
    public var dispatch: (urgent: Int, sameDay: Int, booked: Int) = (2, 10, 30)
    public var answer: (urgent: Int, sameDay: Int, booked: Int) = (5, 15, 120)
    public var scheduleWithin = 30
    public var scheduleBeforeStart = 120
    public var remindBefore = 60
    public var noShowAfter = 15
    public var overlongPercent = 150
    public var confirmWithin = 24 * 60
    /// When minutes of answering count; nil is always. What is urgent never waits for office hours.
    public var hours: BusinessHours?
    /// An instance of a standing order may be answered, and its worker named, until so long before its start: it is made days ahead.
    public var standingBeforeStart = 24 * 60

    public init() {}

    /// Reads the dated parameters; a missing one keeps its default.
    public init(_ value: (String) -> Int?) {
        func set(_ path: WritableKeyPath<TimerPolicy, Int>, _ key: String) { if let n = value(key) { self[keyPath: path] = n } }
        set(\.dispatch.urgent, "dispatch_timeout_urgent_min")
        set(\.dispatch.sameDay, "dispatch_timeout_same_day_min")
        set(\.dispatch.booked, "dispatch_timeout_booked_min")
        set(\.answer.urgent, "accept_timeout_urgent_min")
        set(\.answer.sameDay, "accept_timeout_same_day_min")
        set(\.answer.booked, "accept_timeout_booked_min")
        set(\.scheduleWithin, "schedule_within_min")
        set(\.scheduleBeforeStart, "schedule_before_start_min")
        set(\.overlongPercent, "overlong_percent")
        set(\.remindBefore, "remind_before_min")
        set(\.noShowAfter, "no_show_wait_min")
        set(\.confirmWithin, "confirm_within_min")
        set(\.standingBeforeStart, "standing_answer_before_min")
    }

    public static func == (a: TimerPolicy, b: TimerPolicy) -> Bool {
        a.dispatch == b.dispatch && a.answer == b.answer && a.scheduleWithin == b.scheduleWithin && a.remindBefore == b.remindBefore
            && a.scheduleBeforeStart == b.scheduleBeforeStart && a.noShowAfter == b.noShowAfter
            && a.overlongPercent == b.overlongPercent && a.confirmWithin == b.confirmWithin && a.hours == b.hours
            && a.standingBeforeStart == b.standingBeforeStart
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(answer.urgent)
        hasher.combine(answer.booked)
    }

    func answerMinutes(_ urgency: Urgency) -> Int {
        switch urgency {
        case .emergency, .urgent: answer.urgent
        case .sameDay: answer.sameDay
        case .booked: answer.booked
        }
    }

    func dispatchMinutes(_ urgency: Urgency) -> Int {
        switch urgency {
        case .emergency, .urgent: dispatch.urgent
        case .sameDay: dispatch.sameDay
        case .booked: dispatch.booked
        }
    }

    /// When an offer made now runs out: the answer time of its urgency, but never after the visit should start.
    ///
    /// Answer time counted in office hours may reach past the night; it leaves the next provider the time in which a worker is named.
    public func offerExpiry(_ urgency: Urgency, start: Instant, now: Instant) -> Instant {
        var limit = now + .minutes(answerMinutes(urgency))
        if let hours, urgency == .sameDay || urgency == .booked {
            let latest = max(now + .minutes(answer.urgent), start - .minutes(scheduleBeforeStart))
            limit = min(hours.adding(answerMinutes(urgency), to: now), latest)
        }
        return start > now ? min(limit, start) : limit
    }

    /// When an offer of this order made now runs out: an instance of a standing order is offered days ahead and has until the day before.
    public func offerExpiry(for order: Order, now: Instant) -> Instant {
        let limit = offerExpiry(order.urgency, start: order.window.start, now: now)
        return order.isStanding ? max(limit, order.window.start - .minutes(standingBeforeStart)) : limit
    }

    /// The timer of an order that has just entered its state.
    public func timer(for order: Order, now: Instant) -> OrderTimer? {
        switch order.state {
        case .received: OrderTimer(.dispatchOverdue, due: now + .minutes(dispatchMinutes(order.urgency)))
        case .offered: OrderTimer(.offerExpires, due: offerExpiry(for: order, now: now))
        case .accepted where order.isStanding && order.window.start - .minutes(standingBeforeStart) > now:
            OrderTimer(.scheduleOverdue, due: order.window.start - .minutes(standingBeforeStart))
        case .accepted:
            OrderTimer(
                .scheduleOverdue,
                due: max(now + .minutes(5), min(now + .minutes(scheduleWithin), order.window.start - .minutes(scheduleBeforeStart))))
        case .scheduled:
            order.window.start - .minutes(remindBefore) > now
                ? OrderTimer(.remind, due: order.window.start - .minutes(remindBefore))
                : OrderTimer(.noShow, due: max(order.window.start, now) + .minutes(noShowAfter))
        case .inService:
            OrderTimer(.overlong, due: now + .minutes((order.window.end - order.window.start).minutes * overlongPercent / 100))
        case .done: OrderTimer(.confirmOverdue, due: now + .minutes(confirmWithin))
        case .closed, .cancelled, .failed, .voided: nil
        }
    }

    /// What follows a timer that has rung without changing the state; nil when nothing more is waited for.
    public func timer(after rung: TimerKind, for order: Order, now: Instant) -> OrderTimer? {
        switch rung {
        case .remind: OrderTimer(.noShow, due: max(order.window.start, now) + .minutes(noShowAfter))
        case .dispatchOverdue:
            // Somebody may become free until the time asked for is over; for an emergency that is looked at again and again.
            now < order.window.end
                ? OrderTimer(.dispatchOverdue, due: now + .minutes(dispatchMinutes(order.urgency) * (order.urgency == .emergency ? 1 : 3)))
                : nil
        // Nobody was named in time; whether somebody comes all the same is seen at the door.
        case .scheduleOverdue: OrderTimer(.noShow, due: max(order.window.start, now) + .minutes(noShowAfter))
        case .confirmOverdue: OrderTimer(.confirmOverdue, due: now + .days(2))
        case .offerExpires, .noShow, .overlong: nil
        }
    }
}
