import Catalog
import Kernel
import Registry
import Testing

@testable import Matching

/// "Of eligible providers with otherwise equal scores, none is chosen that has had k or more recent orders above another";
/// so among providers that stay equal no one drifts more than k orders from its share.
@Suite struct `The fair share` {
    /// What the other parts give.
    func base(_ candidate: RankedCandidate) -> Int { candidate.score - candidate.points.fairShare }

    /// A world of a dozen providers that differ by little, so that equal scores are common.
    func world(_ random: inout SeededRandom) throws -> World {
        var world = try World(providers: (11...22).map { "P0\($0)" })
        world.policy.fairShareBound = 1 + random.below(6)
        world.policy.fairShareStep = random.pick([0, 1, 20, 200])
        world.policy.weights.fairShare = random.pick([0, 10, 100, 1_000])
        for index in world.providers.indices {
            world.providers[index].quality = 700 + random.below(2) * 100
            world.providers[index].hours[0].capacity = 1_000_000
            world.workload.recentShare[world.providers[index].id] = random.below(random.pick([3, 30, 3_000]))
        }
        return world
    }

    @Test(arguments: UInt64(1)...200)
    func `never puts one that is k orders ahead before an equal one`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var world = try world(&random)
        for index in world.providers.indices { world.take(random.below(3), of: world.providers[index].id.text) }
        let ranked = world.decision.candidates
        let recent = world.workload.recentShare
        var equals = 0
        for (place, better) in ranked.enumerated() {
            for worse in ranked[(place + 1)...] where base(better) == base(worse) {
                equals += 1
                let ahead = recent[better.provider, default: 0] - recent[worse.provider, default: 0]
                #expect(ahead < world.policy.fairShareBound, "seed \(seed): \(better.provider) before \(worse.provider)")
            }
        }
        #expect(equals > 0, "seed \(seed) compared nobody")
    }

    @Test(arguments: UInt64(1)...40)
    func `keeps equal providers within k orders of their share, however long it goes on`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var world = try world(&random)
        for index in world.providers.indices {
            world.providers[index].quality = 800
            world.workload.recentShare[world.providers[index].id] = 0
        }
        // Some come and go: whoever is away falls behind and is not blamed for it, so the bound is for those who were always there.
        let matcher = world.matcher
        let sometimes = Set(world.providers.prefix(random.below(4)).map(\.id))
        var counts: [ProviderID: Int] = [:]
        for turn in 1...300 {
            world.request.alreadyAsked = sometimes.filter { _ in random.chance(50) }
            world.workload.recentShare = counts
            let chosen = try #require(matcher.decide(world.request, world.workload).chosen)
            counts[chosen.provider, default: 0] += 1
            let steady = world.providers.map(\.id).filter { !sometimes.contains($0) }.map { counts[$0, default: 0] }
            let k = world.policy.fairShareBound
            let total = steady.reduce(0, +)
            for count in steady {
                #expect(abs(count * steady.count - total) <= k * steady.count, "seed \(seed), order \(turn)")
            }
        }
    }

    @Test func `does not move a better provider far from the elder's good`() throws {
        var world = try World(providers: ["P001", "P002"])
        world.providers[0].quality = 1_000
        world.providers[1].quality = 400
        world.workload.recentShare = [ProviderID("P001"): 1_000_000]
        // 120 points of quality against at most 100 of fair share.
        #expect(world.decision.chosen?.provider.text == "P001")
        world.providers[1].quality = 600
        #expect(world.decision.chosen?.provider.text == "P002")
    }
}
