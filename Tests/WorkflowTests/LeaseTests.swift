import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `An offer in hand` {
    private func lease(_ world: World, _ order: Order, _ holder: String, minutes: Int = 5) async throws -> OfferLease {
        try await world.office.perform(try LeaseOffer(world.office).prepared(order.id, holder: holder, minutes: minutes, by: try world.holder(order)))
    }

    private func accept(_ world: World, _ order: Order, _ holder: String?) async throws -> Order {
        let caller = try world.holder(order)
        return try await world.office.perform(
            try LeaseOffer(world.office).guarded(order.id, holder: holder, by: caller, AcceptOffer(world.office).prepared(order.id, by: caller)))
    }

    @Test(arguments: Backend.available)
    func `is answered only by the till that has it, until its time is over`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let first = try await lease(world, order, "till-1", minutes: 2)
            #expect(await refusal { try await lease(world, order, "till-2") }?.code == "offer_leased")
            #expect(await refusal { try await accept(world, order, "till-2") }?.code == "offer_leased")
            #expect(try await lease(world, order, "till-1", minutes: 3).until > first.until)
            let listed = try await ReadOrders(world.office).of(try #require(order.provider), state: .offered, after: nil, limit: 10)
            #expect(listed.first?.lease?.holder == "till-1")
            world.pass(.minutes(4))
            #expect(try await lease(world, order, "till-2").holder == "till-2")
            #expect(try await accept(world, order, "till-2").state == .accepted)
            #expect(await refusal { try await lease(world, order, "till-2") }?.code == "offer_answered")
        }
    }

    @Test(arguments: Backend.available)
    func `does not outlast the offer, and none of another provider's can be taken`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let expires = try #require(try await world.office.read { tx in try tx.attempts.live(order.id) }).expiresAt
            world.setClock(expires - .minutes(1))
            #expect(try await lease(world, order, "till-1", minutes: 30).until == expires)
            world.setClock(expires)
            #expect(await refusal { try await lease(world, order, "till-1") }?.code == "offer_expired")
            let stranger = World.caller(ProviderID(order.provider == ProviderID("P001") ? "P002" : "P001"))
            let step = try LeaseOffer(world.office).prepared(order.id, holder: nil, minutes: 5, by: stranger)
            #expect(await refusal { try await world.office.perform(step) }?.code == "order_unknown")
        }
    }
}

@Suite struct `Another time` {
    private func propose(_ world: World, _ order: Order, _ start: Instant) async throws -> Proposal {
        try await world.office.perform(try ProposeTime(world.office).prepared(order.id, start: start, note: "", by: try world.holder(order)))
    }

    @Test(arguments: Backend.available)
    func `that the elder agrees to moves the order and its money to the same provider`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let start = order.window.start + .hours(3)
            let proposal = try await propose(world, order, start)
            #expect(await refusal { try await propose(world, order, start + .hours(1)) }?.code == "proposal_open")
            let open = try await AnswerProposal(world.office).page(.open, after: nil, limit: 10)
            #expect(open == [proposal])
            let moved = try await world.office.perform(AnswerProposal(world.office).accepted(proposal.id, by: World.desk))
            #expect(moved.state == .accepted)
            #expect(moved.provider == order.provider)
            #expect(moved.window.start == start)
            #expect(try #require(try await world.subsidy()).reserved == moved.payable - moved.selfPay)
            let events = try await world.office.read { tx in try tx.events.about(order.id.text) }
            #expect(events.map(\.type) == [
                "order.received", "order.offered", "order.proposed", "order.withdrawn", "order.offered", "order.accepted",
            ])
            #expect(events.map(\.subjectSeq) == events.map(\.subjectSeq).sorted())
            let again = AnswerProposal(world.office).refused(proposal.id, by: World.desk)
            #expect(await refusal { try await world.office.perform(again) }?.code == "proposal_answered")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that is refused leaves the offer as it was, and one of an order that has gone on has lapsed`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let proposal = try await propose(world, order, order.window.start + .hours(2))
            let same = try await world.office.perform(AnswerProposal(world.office).refused(proposal.id, by: World.desk))
            #expect(same.state == .offered)
            #expect(same.window == order.window)
            let second = try await propose(world, order, order.window.start + .hours(1))
            _ = try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: try world.holder(order))
            let late = AnswerProposal(world.office).accepted(second.id, by: World.desk)
            #expect(await refusal { try await world.office.perform(late) }?.code == "proposal_lapsed")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `at which the provider is closed cannot be agreed to`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let night = try await propose(world, order, Instant(order.serviceDate.adding(days: 1), minute: 2 * 60))
            let step = AnswerProposal(world.office).accepted(night.id, by: World.desk)
            #expect(await refusal { try await world.office.perform(step) }?.code == "proposal_not_possible")
            #expect(try await world.find(order.id).state == .offered)
            #expect(try await world.faults() == [])
        }
    }
}
