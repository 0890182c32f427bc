import Kernel
import Registry
import Testing

@testable import Matching

/// The best of all ways to give some wishes to providers: most served, then honoured wishes, nearness and score. Tries everything.
private func bruteForce(_ world: World, _ requests: [MatchRequest]) -> (served: Int, cost: Int) {
    let matcher = world.matcher
    let most = world.policy.weights.total
    let choices = requests.map { request in
        Reach.allCases.enumerated().reduce(into: [ProviderID: Int]()) { found, step in
            var request = request
            request.reach = step.element
            for candidate in matcher.decide(request, world.workload).candidates where found[candidate.provider] == nil {
                found[candidate.provider] = step.offset * (most + 1) + most - candidate.score
            }
        }
    }
    var left: [ProviderID: Int] = [:]
    for firm in world.providers { left[firm.id] = firm.hours[0].capacity }
    func best(_ index: Int) -> (served: Int, cost: Int) {
        guard index < requests.count else { return (0, 0) }
        var found = best(index + 1)
        let wish = requests[index].preferredProvider.flatMap { choices[index][$0] == nil ? nil : $0 }
        for (provider, cost) in choices[index] where left[provider]! > 0 {
            left[provider]! -= 1
            let rest = best(index + 1)
            left[provider]! += 1
            let passedOver = wish != nil && wish != provider ? (most + 1) * (Reach.allCases.count + 1) : 0
            let (served, total) = (rest.served + 1, rest.cost + cost + passedOver)
            if served > found.served || (served == found.served && total < found.cost) { found = (served, total) }
        }
        return found
    }
    return best(0)
}

@Suite struct `A day assigned as a whole` {
    /// A handful of firms with few places and a handful of elders around them, some with a wish.
    static func world(_ random: inout SeededRandom) throws -> (World, [MatchRequest]) {
        var world = try World(providers: ["P001", "P002", "P003"])
        for index in world.providers.indices {
            world.providers[index].quality = 500 + random.below(500)
            world.providers[index].hours[0].capacity = 1 + random.below(2)
            world.providers[index].serviceRegions = random.pick([[World.street], [World.neighbour], [World.street, World.neighbour], [World.far]])
        }
        let requests = (0..<(1 + random.below(5))).map { _ in
            var request = world.request
            request.elderRegion = random.pick([World.street, World.neighbour])
            request.start = Instant(World.monday, minute: 480 + random.below(200))
            request.end = request.start + .minutes(30)
            request.preferredProvider = random.chance(40) ? ProviderID(random.pick(["P001", "P002", "P003", "P404"])) : nil
            request.alreadyAsked = random.chance(20) ? [ProviderID("P001")] : []
            return request
        }
        return (world, requests)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `serves as many, and as well, as trying everything would`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (world, requests) = try Self.world(&random)
        var batch = DayBatch(world.matcher, world.workload)
        for request in requests { batch.add(request) }
        let given = batch.solved()
        let best = bruteForce(world, requests)
        #expect(given.count { $0 != nil } == best.served, "seed \(seed)")
        let most = world.policy.weights.total
        var cost = 0
        for (request, provider) in zip(requests, given) {
            guard let provider else { continue }
            var eligible: [ProviderID: Int] = [:]
            for (step, reach) in Reach.allCases.enumerated() {
                var request = request
                request.reach = reach
                for candidate in world.matcher.decide(request, world.workload).candidates where eligible[candidate.provider] == nil {
                    eligible[candidate.provider] = step * (most + 1) + most - candidate.score
                }
            }
            cost += try #require(eligible[provider], "seed \(seed): \(provider) may not be asked")
            if let wish = request.preferredProvider, eligible[wish] != nil, wish != provider { cost += (most + 1) * (Reach.allCases.count + 1) }
        }
        #expect(cost == best.cost, "seed \(seed)")
    }

    @Test func `moves one elder to the second best so that both are served`() throws {
        var world = try World(providers: ["P001", "P002"])
        for index in 0...1 { world.providers[index].hours[0].capacity = 1 }
        world.providers[0].quality = 1_000
        // Only P001 may go to the second elder; online, the first would have taken its last place.
        var second = world.request
        second.alreadyAsked = [ProviderID("P002")]
        #expect(world.decision.chosen?.provider.text == "P001")
        var batch = DayBatch(world.matcher, world.workload)
        batch.add(world.request)
        batch.add(second)
        #expect(batch.solved().map { $0?.text } == ["P002", "P001"])
    }

    @Test func `counts the places that are taken already`() throws {
        var world = try World()
        world.take(3)
        var batch = DayBatch(world.matcher, world.workload)
        for _ in 0..<3 { batch.add(world.request) }
        #expect(batch.solved().count { $0 != nil } == 1)
        world.take(4)
        batch = DayBatch(world.matcher, world.workload)
        batch.add(world.request)
        #expect(batch.solved() == [nil])
        #expect(DayBatch(world.matcher, world.workload).solved() == [])
    }
}
