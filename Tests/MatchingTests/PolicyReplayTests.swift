import Kernel
import Registry
import Testing

@testable import Matching

@Suite struct `A record gone through again` {
    static func policy(_ change: (inout MatchPolicy.Weights) -> Void) -> [MatchPolicy] {
        var policy = MatchPolicy.standard
        policy.weights = .init(distance: 0, continuity: 0, quality: 0, price: 0, load: 0, fairShare: 0)
        change(&policy.weights)
        return [policy]
    }

    /// Two firms, one near and dear, one far, cheap and slow to answer; ten elders ask twice.
    static func figures(_ policies: [MatchPolicy]) throws -> PolicyReplay.Figures {
        var world = try World(providers: ["P001", "P002"])
        world.providers[1].place = Coordinate(latitude: 36.100, longitude: 103.830)!
        world.offers[1].price = Fen(5_000)
        for index in 0...1 { world.providers[index].hours[0].capacity = 100 }
        let habits = [
            ProviderID("P001"): PolicyReplay.Habit(answer_s: 60, refuses_permille: 0),
            ProviderID("P002"): PolicyReplay.Habit(answer_s: 600, refuses_permille: 500),
        ]
        var replay = PolicyReplay(
            Matcher(world.matcher, policies: policies), habits: habits, usual: PolicyReplay.Habit(answer_s: 0, refuses_permille: 0))
        for turn in 0..<20 {
            var request = world.request
            request.start = Instant(World.monday.adding(days: turn / 10), minute: 600)
            request.end = request.start + .hours(1)
            replay.take(PolicyReplay.Wish(request: request, elder: ElderID("e\(turn % 10)"), meetings: [:]))
        }
        return replay.figures
    }

    @Test func `differs by what the policy weighs`() throws {
        let near = try Self.figures(Self.policy { $0.distance = 100 })
        let cheap = try Self.figures(Self.policy { $0.price = 100 })
        #expect(near.shares == [ProviderID("P001"): 20])
        #expect(cheap.shares == [ProviderID("P002"): 20])
        #expect(near.meanDistance_m < cheap.meanDistance_m)
        #expect((near.cost, cheap.cost) == (Fen(160_000), Fen(100_000)))
        #expect(near.meanWait_s == 60)
        // Asked first, P002 refuses every second time, and P001 is asked then.
        #expect(cheap.meanWait_s == 600 + 30)
        // The second round finds the firm of the first.
        #expect(near.known_permille == 500)
        #expect(near.unmet == 0)
    }

    @Test func `shares alike when only the share counts, and is the same every time`() throws {
        let fair = try Self.figures(Self.policy { $0.fairShare = 100 })
        #expect(fair.shares.values.allSatisfy { abs($0 - 10) <= MatchPolicy.standard.fairShareBound })
        #expect(try Self.figures(Self.policy { $0.fairShare = 100 }) == fair)
    }

    @Test func `counts those for whom nobody was there`() throws {
        var world = try World()
        world.providers[0].hours[0].capacity = 1
        var replay = PolicyReplay(world.matcher, habits: [:], usual: .init(answer_s: 1, refuses_permille: 0))
        for turn in 0..<3 { replay.take(PolicyReplay.Wish(request: world.request, elder: ElderID("e\(turn)"), meetings: [:])) }
        #expect((replay.figures.placed, replay.figures.unmet) == (1, 2))
    }
}
