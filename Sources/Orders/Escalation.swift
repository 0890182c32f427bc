import Kernel

/// 升级: who has to know that an order is not on its way yet.
public enum EscalationLevel: Int, CaseIterable, Comparable, Sendable {
    /// 调度员
    case dispatcher = 1
    /// 值班长
    case shiftLeader = 2

    public static func < (a: EscalationLevel, b: EscalationLevel) -> Bool { a.rawValue < b.rawValue }

    public var name: String {
        switch self {
        case .dispatcher: "调度员"
        case .shiftLeader: "值班长"
        }
    }
}

/// Why it was raised; stable, shown and counted.
public enum EscalationReason: String, CaseIterable, Sendable {
    /// An emergency never waits for a provider's answer: a person hears of it in the same moment.
    case emergency
    /// Nobody fits.
    case unmet
    /// Several providers have declined or let it time out.
    case declined
    /// Still nobody after the district's time-out.
    case overdue
    /// The visit should have begun.
    case noShow = "no_show"
    /// Codes were tried at the door.
    case codeLocked = "code_locked"
}

/// The ladder above the provider's own reminder and the next provider: dated parameters of the district.
public struct EscalationPolicy: Hashable, Sendable {
    /// Providers that may decline or time out before the dispatcher is told.
    public var dispatcherAfterAttempts = 2
    /// Minutes after the dispatcher before the shift leader is told; office minutes except where it is urgent.
    public var leaderAfterMinutes = 30
    /// How long before an offer runs out its provider is reminded, minutes; 0 for not at all. Urgent offers are too short for one.
    public var remindSameDayBefore = 5
    public var remindBookedBefore = 30

    public init() {}

    /// Reads the dated parameters; a missing one keeps its default.
    public init(_ value: (String) -> Int?) {
        dispatcherAfterAttempts = value("escalate_after_attempts") ?? dispatcherAfterAttempts
        leaderAfterMinutes = value("unmet_escalate_min") ?? leaderAfterMinutes
        remindSameDayBefore = value("offer_remind_before_same_day_min") ?? remindSameDayBefore
        remindBookedBefore = value("offer_remind_before_booked_min") ?? remindBookedBefore
    }

    /// Whom an order that has just been offered, or for which nobody fits, has to be told to besides its provider.
    ///
    /// - Parameter refused: Providers that have declined it or let it time out.
    public func level(of order: Order, refused: Int) -> (EscalationLevel, EscalationReason)? {
        if order.urgency == .emergency { return (refused > 0 || order.state == .received ? .shiftLeader : .dispatcher, .emergency) }
        if order.state == .received { return (.dispatcher, .unmet) }
        return refused >= dispatcherAfterAttempts ? (.dispatcher, .declined) : nil
    }

    /// When the shift leader is told of what the dispatcher was told at `told`.
    public func leaderDue(_ urgency: Urgency, told: Instant, hours: BusinessHours) -> Instant {
        switch urgency {
        case .emergency: told
        case .urgent: told + .minutes(leaderAfterMinutes)
        case .sameDay, .booked: hours.adding(leaderAfterMinutes, to: told)
        }
    }
}
