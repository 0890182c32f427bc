import Catalog
import Kernel
import Registry
import Testing

@testable import Matching

@Suite struct `The choice` {
    static let three = ["P001", "P002", "P003"]

    func order(_ world: World) -> [String] { world.decision.candidates.map(\.provider.text) }

    @Test func `gives the elder's own choice first, whatever the scores say`() throws {
        var world = try World(providers: Self.three)
        world.providers[2].quality = 0
        world.request.preferredProvider = ProviderID("P003")
        let decision = world.decision
        #expect(decision.chosen?.provider.text == "P003")
        #expect(decision.chosen?.isElderChoice == true)
        #expect(decision.chosen!.score < decision.candidates[1].score)
        #expect(decision.candidates.dropFirst().map(\.isElderChoice) == [false, false])
    }

    @Test func `passes over an own choice that cannot come, and says why`() throws {
        var world = try World(providers: Self.three)
        world.request.preferredProvider = ProviderID("P003")
        world.take(4, of: "P003")
        #expect(order(world) == ["P001", "P002"])
        #expect(world.decision.candidates.map(\.isElderChoice) == [false, false])
        #expect(world.decision.refused.map(\.codes) == [[.slotFull]])
    }

    @Test func `names an own choice that does not offer the item at all`() throws {
        var world = try World(providers: Self.three)
        world.request.preferredProvider = ProviderID("P000")
        #expect(order(world) == Self.three)
        #expect(world.decision.refusals == [Refusal(provider: ProviderID("P000"), reasons: RefusalCodes(.itemNotOffered))])
    }

    /// One change that makes P002 win, or lets the ids decide.
    static let ties: [(String, @Sendable (inout World) -> Void, [String])] = [
        ("nothing differs: by id", { _ in }, ["P001", "P002", "P003"]),
        ("higher score", { $0.providers[1].quality = 900 }, ["P002", "P001", "P003"]),
        ("cheaper", { $0.offers[1].price = Fen(7_000) }, ["P002", "P001", "P003"]),
        (
            "nearer by more than the step", { $0.providers[1].place = Coordinate(latitude: 36.067, longitude: 103.83)! },
            ["P002", "P001", "P003"]
        ),
        (
            "nearer by less than the step: the exact distance breaks the tie",
            { $0.standApart() }, ["P002", "P001", "P003"]
        ),
        (
            "less load comes before nearer",
            {
                $0.policy.weights.load = 0
                $0.standApart()
                $0.take(1, of: "P002")
            }, ["P001", "P003", "P002"]
        ),
        (
            "known to the elder",
            { $0.workload.meetings[ProviderID("P002")] = Meeting(count: 2, last: World.monday.adding(days: -3)) }, ["P002", "P001", "P003"]
        ),
        (
            "fewer than k recent orders apart is no difference", { $0.workload.recentShare = [ProviderID("P001"): 2] },
            ["P001", "P002", "P003"]
        ),
        (
            "k recent orders apart is one",
            { $0.workload.recentShare = [ProviderID("P001"): 3, ProviderID("P002"): 2] }, ["P002", "P003", "P001"]
        ),
        (
            "the fair share still decides when its points are spent, and before the load",
            {
                $0.policy.weights.fairShare = 0
                $0.policy.weights.load = 0
                $0.workload.recentShare = [ProviderID("P001"): 60, ProviderID("P002"): 57]
                $0.take(1, of: "P002")
            }, ["P003", "P002", "P001"]
        ),
    ]

    @Test(arguments: ties.indices)
    func `ranks by the stated rule`(row: Int) throws {
        var world = try World(providers: Self.three)
        Self.ties[row].1(&world)
        #expect(order(world) == Self.ties[row].2, "\(Self.ties[row].0)")
    }

    @Test func `does not depend on the order in which anything is given`() throws {
        for seed in UInt64(1)...20 {
            var random = SeededRandom(seed: seed)
            var world = try World(providers: (1...12).map { "P0\($0 + 10)" })
            for index in world.providers.indices {
                world.providers[index].quality = 700 + random.below(3) * 100
                world.workload.recentShare[world.providers[index].id] = random.below(6)
                world.take(random.below(5), of: world.providers[index].id.text)
            }
            let first = world.decision
            world.providers.shuffle(using: &random)
            world.offers.shuffle(using: &random)
            world.workers.shuffle(using: &random)
            world.vehicles.shuffle(using: &random)
            world.workload.recentShare = Dictionary(uniqueKeysWithValues: world.workload.recentShare.shuffled(using: &random))
            #expect(world.decision == first, "seed \(seed)")
            #expect(world.matcher.decide(world.request, world.workload) == first, "seed \(seed)")
        }
    }

    @Test func `knows whose workload is worth loading`() throws {
        var world = try World(providers: Self.three)
        world.providers[0].serviceRegions = []
        world.take(4, of: "P002")
        #expect(world.matcher.providers(of: World.bath.code).map(\.text) == Self.three)
        #expect(world.matcher.contenders(for: world.request).map(\.text) == ["P002", "P003"])
        #expect(world.matcher.providers(of: World.meal.code).isEmpty)
        world.request.item = World.meal
        #expect(world.matcher.contenders(for: world.request).isEmpty)
        #expect(world.decision.chosen == nil)
    }

    @Test func `takes the price of the day`() throws {
        var world = try World()
        world.offers = [
            Offer(provider: ProviderID("P001"), item: "02001", price: Fen(7_000), span: DateSpan(from: World.monday)),
            Offer(provider: ProviderID("P001"), item: "02001", price: Fen(8_000), span: DateSpan(from: World.year.from)),
        ]
        #expect(world.decision.chosen?.price == Fen(7_000))
        world.request.start = Instant(World.monday.adding(days: -3), minute: 600)
        #expect(world.decision.chosen?.price == Fen(8_000))
    }
}

extension World {
    /// P002 stands 45 metres nearer than the others, in the same step of distance.
    mutating func standApart() {
        for index in providers.indices {
            providers[index].place = Coordinate(latitude: index == 1 ? 36.0691 : 36.0695, longitude: World.home.longitude)!
        }
    }
}

@Suite struct `The parts of a score` {
    func points(_ world: World) throws -> Points { try #require(world.decision.chosen).points }

    @Test(arguments: [(0.0, 300), (0.004, 276), (0.009, 240), (0.0449, 6), (0.046, 0), (0.5, 0)])
    func `fall with the distance`(degrees: Double, expected: Int) throws {
        var world = try World()
        world.providers[0].place = Coordinate(latitude: World.home.latitude + degrees, longitude: World.home.longitude)!
        #expect(try points(world).distance == expected)
    }

    @Test func `count no distance when nobody travels or nobody knows it`() throws {
        var world = try World()
        world.ask(for: World.advice)
        world.providers[0].place = Coordinate(latitude: 30, longitude: 100)!
        #expect(try points(world).distance == 300)
        world.ask(for: World.bath)
        world.providers[0].serviceRegions = [World.far]
        world.request.elderRegion = World.far
        world.request.elderPlace = nil
        #expect(try points(world).distance == 0)
        #expect(world.decision.chosen?.distance_m == nil)
    }

    @Test(arguments: [
        (0, 0, 0), (1, 0, 50), (3, 0, 100), (9, 0, 150), (1_000_000, 0, 199), (3, 30, 75), (3, 60, 50), (3, 90, 37), (3, 120, 25),
        (3, 100_000, 0), (-5, 0, 0), (3, -10, 100),
    ])
    func `grow with meetings and fade with time apart`(count: Int, daysAgo: Int, expected: Int) throws {
        var world = try World()
        world.workload.meetings[ProviderID("P001")] = Meeting(count: count, last: World.monday.adding(days: -daysAgo))
        #expect(try points(world).continuity == expected)
    }

    @Test(arguments: [(0, 0), (800, 160), (1_000, 200), (5_000, 200), (-1, 0)])
    func `follow the assessment`(quality: Int, expected: Int) throws {
        var world = try World()
        world.providers[0].quality = quality
        #expect(try points(world).quality == expected)
    }

    @Test(arguments: [(10_000, 0), (9_999, 0), (8_000, 40), (5_000, 100), (1_000, 100), (0, 100)] as [(Int64, Int)])
    func `reward a price below the guide`(price: Int64, expected: Int) throws {
        var world = try World()
        world.offers[0].price = Fen(price)
        #expect(try points(world).price == expected)
    }

    @Test(arguments: [(PriceType.free, 0, 0, 100), (.market, 0, 500, 0), (.market, 10_000, 12_000, 0)] as [(PriceType, Int64, Int64, Int)])
    func `bear a guide of nothing and prices above it`(type: PriceType, guide: Int64, price: Int64, expected: Int) throws {
        var world = try World()
        world.prices = [Price(item: World.bath.code, type: type, guide: Fen(guide), span: World.year)]
        world.offers[0].price = Fen(price)
        #expect(try points(world).price == expected)
    }

    @Test(arguments: [(0, 100), (1, 75), (3, 25)])
    func `give room its due`(taken: Int, expected: Int) throws {
        var world = try World()
        world.take(taken)
        #expect(try points(world).load == expected)
    }

    @Test func `add up to the score under their names`() throws {
        var world = try World()
        world.workload.meetings[ProviderID("P001")] = Meeting(count: 3, last: World.monday)
        let chosen = try #require(world.decision.chosen)
        #expect(chosen.parts.map(\.name) == ["distance", "continuity", "quality", "price", "load", "fair_share"])
        #expect(chosen.parts.map(\.points) == [240, 100, 160, 40, 100, 100])
        #expect(chosen.score == 740)
    }
}
