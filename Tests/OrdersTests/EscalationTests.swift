import Catalog
import Kernel
import Orders
import Testing

@Suite struct `Office hours` {
    // 2026-03-02 is a Monday.
    static let monday = LocalDate("2026-03-02")!
    static func at(_ day: Int, _ clock: String) -> Instant { Instant(monday.adding(days: day), minute: ClockTime.minutes(clock)!) }
    static func hours(_ change: (inout BusinessHours) -> Void = { _ in }, holidays: [LocalDate: Holidays.Kind] = [:]) -> BusinessHours {
        var hours = BusinessHours(holidays: Holidays(holidays))
        change(&hours)
        return hours
    }

    /// From a day and time, so many minutes → a day and time.
    @Test(arguments: [
        (0, "09:00", 30, 0, "09:30"), (0, "09:00", 180, 0, "12:00"), (0, "09:00", 181, 0, "14:01"), (0, "11:50", 20, 0, "14:10"),
        (0, "12:30", 10, 0, "14:10"), (0, "17:50", 30, 1, "08:50"), (0, "22:00", 30, 1, "09:00"), (0, "03:00", 30, 0, "09:00"),
        (0, "08:30", 450, 0, "18:00"), (0, "08:30", 451, 1, "08:31"), (4, "17:45", 30, 5, "08:45"),
    ])
    func `count while the office is open, not at lunch or at night`(day: Int, from: String, minutes: Int, until: Int, clock: String) {
        #expect(Self.hours().adding(minutes, to: Self.at(day, from)) == Self.at(until, clock))
    }

    @Test func `may count on working days only, by the calendar with its exchanges`() {
        let friday = Self.at(4, "17:45")
        #expect(Self.hours { $0.onWorkdaysOnly = true }.adding(30, to: friday) == Self.at(7, "08:45"))
        let exchanged = Self.hours({ $0.onWorkdaysOnly = true }, holidays: [Self.monday.adding(days: 5): .shiftedWork])
        #expect(exchanged.adding(30, to: friday) == Self.at(5, "08:45"))
        let holiday = Self.hours({ $0.onWorkdaysOnly = true }, holidays: [Self.monday.adding(days: 7): .statutory])
        #expect(holiday.adding(30, to: friday) == Self.at(8, "08:45"))
    }

    @Test func `come from the parameters, and from the whole day when those make no sense`() {
        let table = ["office_opens_min": 600, "office_lunch_from_min": 660, "office_lunch_until_min": 670, "office_closes_min": 700, "office_workdays_only": 1]
        let read = BusinessHours(holidays: Holidays([:])) { table[$0] }
        #expect([read.opens, read.lunchFrom, read.lunchUntil, read.closes] == [600, 660, 670, 700])
        #expect(read.onWorkdaysOnly)
        let wrong = BusinessHours(holidays: Holidays([:])) { ["office_opens_min": 900, "office_closes_min": 300][$0] }
        #expect(wrong.adding(30, to: Self.at(0, "03:00")) == Self.at(0, "03:30"))
    }

    /// Booked at a time for a start → the end of the offer, under two hours of answering.
    @Test(arguments: [
        (Urgency.booked, 0, "09:00", 1, "10:00", 0, "11:00"), (.booked, 0, "11:30", 1, "10:00", 0, "15:30"),
        // Overnight it leaves the next provider two hours.
        (.booked, 0, "23:00", 1, "09:00", 1, "07:00"), (.booked, 0, "23:00", 2, "09:00", 1, "10:30"),
        // Never before the shortest answer time, never after the start.
        (.sameDay, 0, "09:00", 0, "11:02", 0, "09:05"), (.sameDay, 0, "11:55", 0, "16:00", 0, "14:00"), (.urgent, 0, "12:10", 0, "13:00", 0, "12:15"),
        (.emergency, 0, "23:00", 0, "23:00", 0, "23:05"),
    ])
    func `end an offer`(urgency: Urgency, day: Int, now: String, startDay: Int, start: String, endDay: Int, end: String) {
        var timers = TimerPolicy()
        timers.hours = Self.hours()
        #expect(timers.offerExpiry(urgency, start: Self.at(startDay, start), now: Self.at(day, now)) == Self.at(endDay, end))
    }
}

@Suite struct `The ladder of escalation` {
    @Test(arguments: [
        (Urgency.emergency, OrderState.offered, 0, EscalationLevel.dispatcher as EscalationLevel?, EscalationReason.emergency as EscalationReason?),
        (.emergency, .offered, 1, .shiftLeader, .emergency), (.emergency, .received, 0, .shiftLeader, .emergency),
        (.urgent, .offered, 0, nil, nil), (.urgent, .received, 0, .dispatcher, .unmet), (.booked, .offered, 1, nil, nil),
        (.booked, .offered, 2, .dispatcher, .declined), (.sameDay, .received, 5, .dispatcher, .unmet),
    ])
    func `goes to whoever has to know`(urgency: Urgency, state: OrderState, refused: Int, level: EscalationLevel?, reason: EscalationReason?) {
        let told = EscalationPolicy().level(of: Sample.order(state, urgency: urgency), refused: refused)
        #expect(told?.0 == level)
        #expect(told?.1 == reason)
    }

    @Test func `reaches the shift leader in half an hour, of the office where nothing is urgent`() {
        let noon = `Office hours`.at(0, "11:50")
        let hours = BusinessHours()
        let policy = EscalationPolicy()
        #expect(policy.leaderDue(.emergency, told: noon, hours: hours) == noon)
        #expect(policy.leaderDue(.urgent, told: noon, hours: hours) == noon + .minutes(30))
        #expect(policy.leaderDue(.booked, told: noon, hours: hours) == `Office hours`.at(0, "14:20"))
    }

    @Test func `takes the district's parameters`() {
        let table = ["escalate_after_attempts": 4, "unmet_escalate_min": 7, "offer_remind_before_same_day_min": 1, "offer_remind_before_booked_min": 0]
        let policy = EscalationPolicy { table[$0] }
        #expect([policy.dispatcherAfterAttempts, policy.leaderAfterMinutes, policy.remindSameDayBefore, policy.remindBookedBefore] == [4, 7, 1, 0])
        #expect(EscalationPolicy { _ in nil } == EscalationPolicy())
    }
}
