import Catalog
import Kernel
import Registry
import Testing

@testable import Orders

@Suite struct `The life of an order` {
    static let now = Instant(LocalDate(dayNumber: 20_514), minute: 540)

    static func order(_ state: OrderState, start: Instant = now + .hours(26), urgency: Urgency = .booked) -> Order {
        Order(
            id: OrderID("o1"), number: "260302-00001", elder: ElderID("e1"), item: ItemCode("06001"), mode: .visit, region: "620102001",
            window: TimeWindow(start: start, lasting: .hours(2)), quantity: Quantity(2), urgency: urgency, source: "hotline", caller: nil,
            callID: nil, note: "", fromAddress: nil, toAddress: nil, preferredProvider: nil, createdAt: now, createdBy: "desk",
            isBackfilled: false, visitCode: "1234", state: state, provider: ProviderID("P001"), worker: WorkerID("W1"), priceVersion: "1",
            version: 7)
    }

    /// The whole table again, written by hand: state, action, next state. What is not here must be refused.
    static let allowed: [String: OrderState] = [
        "received offer": .offered, "received exhaust": .received, "received cancel": .cancelled, "received void": .voided,
        "offered accept": .accepted, "offered decline": .received, "offered expire": .received, "offered reassign": .received,
        "offered cancel": .cancelled, "offered void": .voided,
        "accepted schedule": .scheduled, "accepted decline": .received, "accepted reassign": .received, "accepted cancel": .cancelled,
        "accepted fail": .failed, "accepted void": .voided,
        "scheduled schedule": .scheduled, "scheduled check_in": .inService, "scheduled reassign": .received, "scheduled cancel": .cancelled,
        "scheduled fail": .failed, "scheduled void": .voided,
        "in_service check_out": .done, "in_service cancel": .cancelled, "in_service fail": .failed, "in_service void": .voided,
        "done confirm": .closed, "done cancel": .cancelled, "done fail": .failed, "done void": .voided,
        "failed reopen": .received, "failed cancel": .cancelled, "failed void": .voided,
        "closed reopen": .done, "closed void": .voided,
    ]

    @Test(arguments: OrderState.allCases, OrderAction.allCases)
    func `goes on by the table and by nothing else`(state: OrderState, action: OrderAction) throws {
        let order = Self.order(state)
        guard let next = Self.allowed["\(state.rawValue) \(action.rawValue)"] else {
            #expect(Transition.of(action, from: state) == nil)
            #expect(throws: OrderRejection.illegalTransition(from: state, action: action)) {
                try order.after(action, by: .admin, at: Self.now, timers: TimerPolicy())
            }
            let code: String?
            do {
                _ = try { () throws -> Order in try order.after(action, by: .admin, at: Self.now, timers: TimerPolicy()) }()
                code = nil
            } catch {
                code = (error as? any Rejecting)?.rejection.code
            }
            #expect(code == "illegal_transition")
            return
        }
        let row = try #require(Transition.of(action, from: state))
        for actor in Actor.allCases {
            if row.actors.contains(actor) {
                let after = try order.after(action, by: actor, at: Self.now, timers: TimerPolicy())
                #expect(after.state == next)
                #expect(after.version == order.version + 1)
            } else {
                #expect(throws: OrderRejection.notAllowed(actor, action)) {
                    try order.after(action, by: actor, at: Self.now, timers: TimerPolicy())
                }
            }
        }
    }

    @Test(arguments: [(OrderState.offered, OrderAction.decline, Actor.provider), (.offered, .expire, .system), (.accepted, .reassign, .operator), (.failed, .reopen, .operator)])
    func `forgets its provider when it goes back to waiting`(state: OrderState, action: OrderAction, actor: Actor) throws {
        let after = try Self.order(state).after(action, by: actor, at: Self.now, timers: TimerPolicy())
        #expect(after.provider == nil)
        #expect(after.worker == nil)
    }

    @Test(arguments: OrderState.allCases.filter(\.isEnd))
    func `leaves no timer behind at its end`(state: OrderState) throws {
        for action in OrderAction.allCases {
            for row in Transition.table where row.to == state && row.action == action {
                let actor = try #require(row.actors.first)
                #expect(try Self.order(row.from).after(action, by: actor, at: Self.now, timers: TimerPolicy()).timer == nil)
            }
        }
    }

    @Test func `has a refusal with its own code for every reason`() {
        let all: [OrderRejection] = [
            .illegalTransition(from: .closed, action: .accept), .notAllowed(.provider, .void), .offerExpired(at: Self.now), .startInPast,
            .startTooFar, .quantityOutOfRange, .endBeforeStart, .reasonMissing, .noteTooLong, .deviceTimeInFuture, .checkOutBeforeCheckIn,
            .tooEarly(opens: Self.now),
        ]
        #expect(all[0].rejection.code == "illegal_transition")
        #expect(Set(all.map(\.rejection.code)).count == all.count)
        for rejection in all { #expect(!rejection.rejection.message.isEmpty) }
    }
}

@Suite struct `An order's timer` {
    private func timer(_ action: OrderAction, from state: OrderState, by actor: Actor, _ urgency: Urgency = .booked) throws -> OrderTimer? {
        let order = `The life of an order`.order(state, urgency: urgency)
        return try order.after(action, by: actor, at: `The life of an order`.now, timers: TimerPolicy()).timer
    }

    @Test(arguments: [(Urgency.urgent, 5), (.emergency, 5), (.sameDay, 15), (.booked, 120)])
    func `gives a provider time to answer by urgency`(urgency: Urgency, minutes: Int) throws {
        let timer = try #require(try timer(.offer, from: .received, by: .system, urgency))
        #expect(timer.kind == .offerExpires)
        #expect(timer.due == `The life of an order`.now + .minutes(minutes))
    }

    @Test(arguments: [
        (OrderAction.exhaust, OrderState.received, Actor.system, TimerKind.dispatchOverdue), (.accept, .offered, .provider, .scheduleOverdue),
        (.schedule, .accepted, .provider, .remind), (.checkIn, .scheduled, .provider, .overlong), (.checkOut, .inService, .provider, .confirmOverdue),
    ])
    func `waits for the next thing that should happen`(action: OrderAction, state: OrderState, actor: Actor, kind: TimerKind) throws {
        #expect(try timer(action, from: state, by: actor)?.kind == kind)
    }
}
