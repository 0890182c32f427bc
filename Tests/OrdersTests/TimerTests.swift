import Kernel
import Orders
import Testing

@Suite struct `The timer of an order` {
    static let now = Sample.now

    @Test(arguments: [(Urgency.emergency, 5), (.urgent, 5), (.sameDay, 15), (.booked, 120)])
    func `gives a provider time to answer by urgency`(urgency: Urgency, minutes: Int) {
        let policy = TimerPolicy()
        let order = Sample.order(.offered, urgency: urgency)
        #expect(policy.timer(for: order, now: Self.now) == OrderTimer(.offerExpires, due: Self.now + .minutes(minutes)))
        #expect(policy.offerExpiry(urgency, start: Sample.start, now: Self.now) == Self.now + .minutes(minutes))
    }

    @Test(arguments: [(3, 3), (5, 5), (6, 5), (0, 5), (-30, 5)])
    func `never waits for an answer past the start of the visit`(startsIn: Int, expires: Int) {
        let expiry = TimerPolicy().offerExpiry(.urgent, start: Self.now + .minutes(startsIn), now: Self.now)
        #expect(expiry == Self.now + .minutes(expires))
    }

    @Test(arguments: [(Urgency.emergency, 2, 2), (.urgent, 2, 6), (.sameDay, 10, 30), (.booked, 30, 90)])
    func `calls the shift leader when nobody is asked, and looks again`(urgency: Urgency, minutes: Int, later: Int) {
        let order = Sample.order(.received, urgency: urgency)
        #expect(TimerPolicy().timer(for: order, now: Self.now) == OrderTimer(.dispatchOverdue, due: Self.now + .minutes(minutes)))
        let again = TimerPolicy().timer(after: .dispatchOverdue, for: order, now: Self.now)
        #expect(again == OrderTimer(.dispatchOverdue, due: Self.now + .minutes(later)))
    }

    /// Start in so many minutes → what an accepted and a scheduled order wait for, minutes from now.
    @Test(arguments: [
        (600, 30, TimerKind.remind, 540), (150, 30, .remind, 90), (140, 20, .remind, 80), (125, 5, .remind, 65), (61, 5, .remind, 1),
        (60, 5, .noShow, 75), (10, 5, .noShow, 25), (0, 5, .noShow, 15), (-20, 5, .noShow, 15),
    ])
    func `watches over the way to the visit`(startsIn: Int, scheduleBy: Int, kind: TimerKind, due: Int) {
        let start = Self.now + .minutes(startsIn)
        let accepted = TimerPolicy().timer(for: Sample.order(.accepted, start: start), now: Self.now)
        #expect(accepted == OrderTimer(.scheduleOverdue, due: Self.now + .minutes(scheduleBy)))
        let scheduled = TimerPolicy().timer(for: Sample.order(.scheduled, start: start), now: Self.now)
        #expect(scheduled == OrderTimer(kind, due: Self.now + .minutes(due)))
    }

    @Test(arguments: [TimerKind.remind, .scheduleOverdue])
    func `waits a quarter of an hour after the start before it tells a no-show`(rung: TimerKind) {
        let order = Sample.order(.scheduled)
        #expect(TimerPolicy().timer(after: rung, for: order, now: Self.now) == OrderTimer(.noShow, due: Sample.start + .minutes(15)))
    }

    @Test(arguments: [(60, 90), (30, 45), (1, 1), (120, 180)])
    func `rings when a visit lasts half as long again as planned`(planned: Int, rings: Int) {
        let timer = TimerPolicy().timer(for: Sample.order(.inService, minutes: planned), now: Self.now)
        #expect(timer == OrderTimer(.overlong, due: Self.now + .minutes(rings)))
    }

    @Test func `asks for a call-back after a day and then every two`() {
        let order = Sample.order(.done)
        #expect(TimerPolicy().timer(for: order, now: Self.now) == OrderTimer(.confirmOverdue, due: Self.now + .hours(24)))
        #expect(TimerPolicy().timer(after: .confirmOverdue, for: order, now: Self.now) == OrderTimer(.confirmOverdue, due: Self.now + .days(2)))
    }

    @Test(arguments: OrderState.allCases.filter(\.isEnd))
    func `is silent at the end`(state: OrderState) {
        #expect(TimerPolicy().timer(for: Sample.order(state), now: Self.now) == nil)
    }

    @Test(arguments: [TimerKind.offerExpires, .noShow, .overlong])
    func `rings once where the next step is a person's`(kind: TimerKind) {
        #expect(TimerPolicy().timer(after: kind, for: Sample.order(.scheduled), now: Self.now) == nil)
    }

    @Test func `takes the district's parameters and keeps its own for the rest`() {
        let table = [
            "dispatch_timeout_urgent_min": 1, "dispatch_timeout_same_day_min": 2, "dispatch_timeout_booked_min": 3,
            "accept_timeout_urgent_min": 4, "accept_timeout_same_day_min": 6, "accept_timeout_booked_min": 7, "remind_before_min": 8,
            "no_show_wait_min": 9, "confirm_within_min": 11,
        ]
        let policy = TimerPolicy { table[$0] }
        #expect(policy.dispatch == (1, 2, 3))
        #expect(policy.answer == (4, 6, 7))
        #expect([policy.remindBefore, policy.noShowAfter, policy.confirmWithin] == [8, 9, 11])
        #expect(policy != TimerPolicy())
        #expect(TimerPolicy { _ in nil } == TimerPolicy())
    }

    /// From 09:00: minutes until the start → urgency.
    @Test(arguments: [(-60, Urgency.urgent), (0, .urgent), (120, .urgent), (121, .sameDay), (899, .sameDay), (900, .booked), (5000, .booked)])
    func `starts from the urgency of the order`(startsIn: Int, urgency: Urgency) {
        #expect(Urgency.of(start: Self.now + .minutes(startsIn), now: Self.now) == urgency)
    }
}
