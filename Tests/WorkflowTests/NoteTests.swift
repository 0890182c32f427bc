import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `What somebody types about a step` {
    /// A sentence that speaks of somebody; each step gets a tail of its own.
    private static let words = "王示例的女儿来电"

    @Test(arguments: Backend.available)
    func `stands beside the log, which strangers read, and never in it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let office = world.office
            let order = try await world.place()
            let other = try #require(
                try await ReadOrders(office).decisions(order.id, by: World.desk).last?.decision.candidates.map(\.provider).first { $0 != order.provider })
            _ = try await office.perform(
                Office.unchanged(order.id, since: nil, try OverrideProvider(office).prepared(order.id, to: other, reason: "\(Self.words)一", by: World.desk)))
            let standing = try await world.standing(try World.plan("FREQ=WEEKLY"), World.ordinary).order
            _ = try await office.perform(try ManageStandingOrders(office).suspend(standing.id, reason: "\(Self.words)二", by: World.desk))
            _ = try await office.perform(try ManageStandingOrders(office).end(standing.id, reason: "\(Self.words)三", by: World.desk))
            _ = try await office.perform(try ManageProviders(office).setState(ProviderID("P002"), .suspended, reason: "\(Self.words)四", by: World.admin))
            try await LookAtElder(office)(World.minimum, from: .reveal, reason: "\(Self.words)五", by: World.desk)
            world.setClock(Instant(World.monday, minute: 700))
            let swipe = SwipeRequest(elder: World.minimum, canteen: ProviderID("P001"), slot: .lunch, at: world.now, device: "till-1")
            let meal = try await SwipeMeal(office)(swipe, by: World.caller(ProviderID("P001"))).swipe
            _ = try await office.perform(try ReverseMeal(office).prepared(meal.id, reason: "\(Self.words)六", by: World.finance))

            let events = try await office.read { tx in try tx.events.after(0, limit: 1000) }
            #expect(events.allSatisfy { !$0.data.contains("王") && $0.note == nil })
            func note(_ type: String, _ subject: String) async throws -> String? {
                try await office.read { tx in try tx.events.about(subject).last { $0.type == type }?.note }
            }
            #expect(try await note("order.overridden", order.id.text) == "\(Self.words)一")
            #expect(try await note("standing.suspended", standing.id.text) == "\(Self.words)二")
            #expect(try await note("standing.ended", standing.id.text) == "\(Self.words)三")
            #expect(try await note("provider.state", "P002") == "\(Self.words)四")
            #expect(try await note("meal.reversed", meal.id.text) == "\(Self.words)六")
            let acts = try await office.read { tx in try tx.events.acts(before: .max, limit: 10) }
            #expect(Set(acts.compactMap(\.note)) == ["\(Self.words)四", "\(Self.words)五"])
        }
    }
}
