import Kernel
import Orders
import Registry
import Testing

@Suite struct `An attempt` {
    static let expiry = Sample.now + .minutes(15)

    static func offered(_ state: Attempt.State = .offered) -> Attempt {
        Attempt(
            order: OrderID("o1"), ordinal: 1, provider: ProviderID("P001"), state: state, offeredAt: Sample.now, expiresAt: expiry,
            price: Fen(8000), slotOpens: nil, decision: "{}")
    }

    @Test(arguments: [Attempt.State.accepted, .declined])
    func `counts an answer until the moment of expiry`(state: Attempt.State) throws {
        let justInTime = Instant(milliseconds: Self.expiry.milliseconds - 1)
        let answered = try Self.offered().answered(state, at: justInTime, reason: "no_staff")
        #expect(answered.state == state)
        #expect(answered.answeredAt == justInTime)
        #expect(answered.reasonCode == "no_staff")
        #expect(throws: OrderRejection.offerExpired(at: Self.expiry)) { try Self.offered().answered(state, at: Self.expiry) }
        #expect(throws: OrderRejection.offerExpired(at: Self.expiry)) { try Self.offered().answered(state, at: Self.expiry + .days(1)) }
    }

    @Test(arguments: [Attempt.State.expired, .withdrawn])
    func `may expire or be withdrawn at any time`(state: Attempt.State) throws {
        #expect(try Self.offered().answered(state, at: Self.expiry + .hours(1)).state == state)
    }

    @Test func `may be given back after it was accepted`() throws {
        let late = Self.expiry + .days(1)
        #expect(try Self.offered(.accepted).answered(.declined, at: late, reason: "ill").state == .declined)
    }

    @Test(arguments: zip(Attempt.State.allCases, [true, true, false, false, false]))
    func `is live while it is offered or accepted`(state: Attempt.State, isLive: Bool) {
        #expect(state.isLive == isLive)
        #expect(!state.name.isEmpty)
    }
}
