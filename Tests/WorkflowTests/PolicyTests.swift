import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `The policy file` {
    static let good = """
        - version: a
          from: 2026-01-01
          weights: {distance: 300, continuity: 200, quality: 200, price: 100, load: 100, fair_share: 100}
          distance_scale_m: 5000
          distance_step_m: 100
          meetings_for_half: 3
          continuity_half_life_days: 60
          full_discount_permille: 500
          fair_share_bound: 3
          fair_share_step: 20

        """

    @Test func `ships as the standard policy`() throws {
        let bytes = try #require(try Shipped.files()["catalog/match-policy.yaml"])
        #expect(try PolicyFile.policies(bytes, name: "match-policy.yaml") == [MatchPolicy.standard])
        #expect(try Shipped.reference().matcher.policies == [MatchPolicy.standard])
    }

    /// What is changed in a good file, and what the one line of the fault must say.
    @Test(arguments: [
        ("fair_share_bound: 3", "fair_share_bound: 0", "第 1 行", "fair_share_bound为0"), ("from: 2026-01-01", "from: someday", "第 1 行", "from"),
        ("fair_share_step: 20", "fair_share_stop: 20", "第 1 行", "fair_share_stop"), ("load: 100", "lode: 100", "第 1 行", "weights.lode"),
        ("  distance_step_m: 100\n", "", "第 1 行", "distance_step_m"), ("distance: 300", "distance: far", "第 1 行", "distance"),
        ("version: a", "version: \"\"", "第 1 行", "version"), ("- version: a", "version: a", "", "match.yaml"), ("weights: {", "weights: [", "", "match.yaml"),
    ])
    func `with a slip is refused with its line`(part: String, slip: String, place: String, word: String) async throws {
        let text = Self.good.replacing(part, with: slip)
        let fault = await refusal { try PolicyFile.policies(Array(text.utf8), name: "match.yaml") }
        #expect(fault?.code == "policy_invalid")
        let message = try #require(fault?.message)
        #expect(message.contains("match.yaml") && message.contains(place) && message.contains(word), "\(message)")
        #expect(message.split(separator: "\n").count <= 2, "\(message)")
    }

    @Test func `that is empty, or has a version that never comes to be used, is refused`() async {
        #expect(await refusal { try PolicyFile.policies([], name: "p") }?.code == "policy_invalid")
        #expect(await refusal { try PolicyFile.policies([0xFF], name: "p") }?.code == "policy_invalid")
        let twice = Self.good + Self.good.replacing("version: a", with: "version: b")
        let message = await refusal { try PolicyFile.policies(Array(twice.utf8), name: "p") }?.message
        #expect(message?.contains("第 11 行") == true && message?.contains("永远不会生效") == true, "\(message ?? "")")
    }
}

@Suite struct `A policy tried on the record` {
    @Test(arguments: Backend.available)
    func `stands beside the present one and what happened, the same every time`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for (index, elder) in [World.minimum, World.lowIncome, World.ordinary, World.destitute].enumerated() {
                for day in 2...4 {
                    let order = try await world.place(World.request(elder, day: day, minute: 540 + index * 30))
                    world.pass(.minutes(3))
                    if index < 3 { _ = try await world.accept(order) }
                }
            }
            var near = MatchPolicy.standard
            near.version = "near"
            near.weights = .init(distance: 1_000, continuity: 0, quality: 0, price: 0, load: 0, fairShare: 0)
            let replay = ReplayPolicy(world.office)
            let before = try await world.office.read { tx in try tx.events.last() }
            let found = try await replay(from: World.monday, until: World.monday, policies: [near])
            #expect((found.actual.orders, found.actual.placed) == (12, 9))
            #expect((found.present.orders, found.present.placed, found.leftOut) == (12, 12, 0))
            #expect(found.trial.meanDistance_m <= found.present.meanDistance_m)
            #expect(found.present.shares != found.trial.shares)
            #expect(found.present.shares.values.reduce(0, +) == 12)
            #expect(found.present.meanWait_s == 180)
            // The present policy gone through again chooses as it did.
            #expect(found.present.cost > Fen.zero)
            let again = try await replay(from: World.monday, until: World.monday, policies: [near])
            #expect((again.actual, again.present, again.trial) == (found.actual, found.present, found.trial))
            #expect(try await world.office.read { tx in try tx.events.last() } == before)
            let other = await refusal { try await replay(from: World.monday.adding(days: 1), until: World.monday.adding(days: 2), policies: [near]) }
            #expect(other?.code == "replay_empty")
            #expect(await refusal { try await replay(from: World.monday, until: World.monday.adding(days: -1), policies: [near]) }?.code == "days_invalid")
        }
    }
}

@Suite struct `A provider that asks “why not me?”` {
    @Test(arguments: Backend.available)
    func `hears of itself, whether it was asked or not, and of nobody else`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let chosen = try #require(order.provider)
            let decision = try #require(try await ReadOrders(world.office).decisions(order.id, by: World.desk).last?.decision)
            let ask = ReadDecisions(world.office)
            let own = try await ask(order.number, for: chosen)
            #expect(own.parts.map(\.part.rank) == [1])
            let second = decision.candidates[1]
            #expect(try await ask(order.id.text, for: second.provider).parts.first?.part.points == second.points)
            let refused = try #require(decision.refusals.first)
            #expect(try await ask(order.number, for: refused.provider).parts.first?.part.codes == refused.codes)
            let named = Set(decision.candidates.map(\.provider) + decision.refusals.map(\.provider))
            for asker in named {
                let told = try await ask(order.number, for: asker)
                let words = told.parts.map(\.part.explanation).joined()
                #expect(named.allSatisfy { !words.contains($0.text) })
            }
            let outside = try #require(world.office.reference.franchise.providers.first { !named.contains($0.id) })
            let unknown = [
                await refusal { try await ask(order.number, for: outside.id) }, await refusal { try await ask("260302-99999", for: chosen) },
            ]
            #expect(unknown.map { $0?.code } == ["order_unknown", "order_unknown"])
            #expect(Set(unknown.map { $0?.message }).count == 1)
            world.pass(.days(91))
            #expect(await refusal { try await ask(order.number, for: chosen) }?.code == "order_unknown")
        }
    }
}

@Suite struct `The figures of a district` {
    @Test(arguments: Backend.available)
    func `count demand, unmet demand, distribution and use as a recount would`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await world.accept(try await world.place())
            let waiting = try await `An order that is not on its way`.exhausted(world, World.request(World.lowIncome, day: 3))
            let cancelled = try await CancelOrder(world.office)(try await world.place(World.request(World.ordinary, day: 3)).id, reason: "x", by: World.desk)
            let read = ReadAnalytics(world.office)
            let (from, until) = (World.monday, World.monday.adding(days: 6))
            let demand = try await read.demand(from: from, until: until)
            #expect(demand.map(\.region) == [first.region])
            #expect(demand.map(\.category) == ["06"])
            #expect(demand.map { [$0.orders, $0.served, $0.cancelled, $0.unmet, $0.elders] } == [[3, 0, 1, 1, 3]])
            #expect(demand.first?.payable == first.payable + waiting.payable + cancelled.payable)
            let unmet = try await read.unmet(from: from, until: from)
            #expect(unmet.map(\.region) == [waiting.region])
            #expect(unmet.map(\.item) == [World.cleaning])
            #expect(unmet.map(\.orders) == [1])
            #expect(try await read.unmet(from: from.adding(days: 1), until: until).isEmpty)
            let shares = try await read.distribution(from: from, until: until)
            #expect(shares.map(\.provider) == [first.provider?.text])
            let use = try await read.utilisation(from: first.serviceDate, until: first.serviceDate)
            #expect(use.first { $0.provider == first.provider }?.taken == 1)
            #expect(use.allSatisfy { $0.taken <= $0.capacity })
            #expect(use.map(\.taken).reduce(0, +) == 1)
            #expect(await refusal { try await read.demand(from: until, until: from) }?.code == "days_invalid")
        }
    }
}
