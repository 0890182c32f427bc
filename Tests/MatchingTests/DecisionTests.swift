import Catalog
import Kernel
import Registry
import Testing

@testable import Matching

@Suite struct `A stored decision` {
    static let sample = Decision(
        policyVersion: "2026-01", reach: .street,
        candidates: [
            RankedCandidate(
                provider: ProviderID("P007"), price: Fen(1_500), distance_m: 230,
                points: Points(distance: 250, continuity: 0, quality: 160, price: 12, load: 90, fairShare: 100), isElderChoice: true),
            RankedCandidate(provider: ProviderID("P003"), price: Fen(0), distance_m: nil, points: Points(distance: 7)),
        ],
        refusals: [
            Refusal(provider: ProviderID("P001"), reasons: RefusalCodes(.doesNotServeStreet)),
            Refusal(provider: ProviderID("P002"), reasons: [RefusalCodes(.slotFull), RefusalCodes(.priceOverGuide)], fullUntil: 840),
            Refusal(provider: ProviderID("P004"), reasons: RefusalCodes(.doesNotServeStreet)),
        ])
    static let text = "1|2026-01|street|P007,1500,230,e,250.0.160.12.90.100;P003,0,,,7.0.0.0.0.0|400:P001,P004;400008@840:P002"

    @Test func `is written as documented`() {
        #expect(Self.sample.encoded() == Self.text)
        #expect(Decision(encoded: Self.text) == Self.sample)
    }

    @Test func `of a whole day says so and names first whom the plan names`() throws {
        let planned = try #require(Self.sample.giving(ProviderID("P003")))
        #expect(planned.chosen?.provider == ProviderID("P003"))
        #expect(planned.candidates.count == 2)
        #expect(planned.encoded().hasSuffix("|batch"))
        #expect(Decision(encoded: planned.encoded()) == planned)
        #expect(planned.explanation(for: ProviderID("P003")).hasPrefix("全天统一派单把本单排给贵单位；"))
        #expect(Self.sample.giving(ProviderID("P001")) == nil)
    }

    @Test func `shows a provider its own part and no other`() {
        #expect(Self.sample.part(of: ProviderID("P007"))?.rank == 1)
        #expect(Self.sample.part(of: ProviderID("P003"))?.points?.total == 7)
        #expect(Self.sample.part(of: ProviderID("P002"))?.codes == [.priceOverGuide, .slotFull])
        #expect(Self.sample.part(of: ProviderID("P002"))?.rank == nil)
        #expect(Self.sample.part(of: ProviderID("P999")) == nil)
    }

    @Test func `of nobody is written too`() {
        let nobody = Decision(policyVersion: "v", reach: .everywhere, candidates: [], refusals: [])
        #expect(nobody.encoded() == "1|v|everywhere||")
        #expect(Decision(encoded: nobody.encoded()) == nobody)
    }

    @Test(arguments: UInt64(1)...200)
    func `reads back as it was, whatever is in it`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let names = ["P001", "加盟商", "a,b", "x|y;z", "100%", "%2c", ":", "@.", "", "P-9"]
        let decision = Decision(
            policyVersion: random.pick(names), reach: random.pick(Reach.allCases),
            candidates: (0..<random.below(6)).map { index in
                RankedCandidate(
                    provider: ProviderID(random.pick(names) + "\(index)"), price: Fen(Int64(random.below(1_000_000)) - 5),
                    distance_m: random.chance(30) ? nil : random.below(100_000),
                    points: Points(
                        distance: random.below(9), continuity: random.below(99), quality: random.below(100_001), price: random.below(1_000),
                        load: random.below(2), fairShare: random.below(500)), isElderChoice: index == 0 && random.chance(50))
            },
            refusals: (0..<random.below(30)).map { index in
                let bits = UInt32(truncatingIfNeeded: random.next()) & RefusalCodes.known.rawValue
                return Refusal(
                    provider: ProviderID(random.pick(names) + "\(index)"),
                    reasons: RefusalCodes(rawValue: bits | 1 << UInt32(random.below(26))),
                    fullUntil: random.chance(20) ? random.below(1_441) : nil)
            }.sorted { $0.provider < $1.provider })
        #expect(Decision(encoded: decision.encoded()) == decision, "seed \(seed)")
    }

    @Test(arguments: [
        "", "1", "1|v|street|||online", "1|v|street|||batch|", "2|2026-01|street||", "1|2026-01|moon||", "1|2026-01|street|", "1|v|street|||", "1|v|street|P1,1,2,e|",
        "1|v|street|P1,x,2,e,1.2.3.4.5.6|",
        "1|v|street|P1,1,x,e,1.2.3.4.5.6|", "1|v|street|P1,1,2,f,1.2.3.4.5.6|", "1|v|street|P1,1,2,e,1.2.3.4.5|",
        "1|v|street|P1,1,2,e,1.2.3.4.5.9999999999999|", "1|v|street|P1,1,2,e,1.2.3.4.5.6;|", "1|v|street||0:P1", "1|v|street||80000000:P1",
        "1|v|street||g:P1", "1|v|street||1@:P1", "1|v|street||1@x:P1", "1|v|street||1", "1|v|street||1:a:b", "1|%2|street||",
        "1|%zz|street||",
        "1|%41|street||", "1|a.b|street||",
    ])
    func `is refused when it is not one`(text: String) {
        #expect(Decision(encoded: text) == nil)
    }
}

@Suite struct `A decision in words` {
    @Test func `is nobody at all`() throws {
        var world = try World()
        world.request.item = World.meal
        #expect(world.decision.summary() == "没有服务商提供该项目")
        world.request.preferredProvider = ProviderID("P001")
        #expect(world.decision.summary() == "没有服务商提供该项目，老人指定的服务商不提供该项目")
    }

    @Test func `sums up why nobody fits, each provider once`() throws {
        var world = try World(providers: (11...22).map { "P0\($0)" })
        for index in 0..<9 { world.providers[index].serviceRegions = [World.far] }
        for index in 9..<12 {
            world.providers[index].hours = [OpeningHours(days: [1], opens: 480, closes: 840, capacity: 2)]
            world.take(2, of: world.providers[index].id.text)
        }
        // Full as well, but counted under the street.
        world.take(4, of: "P011")
        #expect(world.decision.summary() == "12家提供，9家不服务该街道，3家14:00前已满")
    }

    @Test func `tells who can come and how far was looked`() throws {
        var world = try World(providers: ["P001", "P002", "P003", "P004"])
        world.providers[0].serviceRegions = [World.neighbour]
        world.providers[1].state = .suspended
        world.providers[2].hours[0].closes = 610
        world.take(4, of: "P003")
        world.take(4, of: "P004")
        #expect(world.decision.summary() == "4家提供，1家不在可派单状态，1家不服务该街道，1家10:10前已满，1家12:00前已满")
        world.request.reach = .neighbours
        world.request.alreadyAsked = [ProviderID("P003")]
        #expect(world.decision.summary() == "4家提供，1家可派，1家不在可派单状态，1家10:10前已满，1家12:00前已满，含相邻街道")
    }

    /// Nobody on the telephone can do anything with points.
    @Test func `says what sets a candidate apart from the others that are shown`() {
        func decision(_ candidates: [RankedCandidate]) -> Decision { Decision(policyVersion: "v", reach: .street, candidates: candidates, refusals: []) }
        func candidate(_ name: String, price: Int64 = 100, _ points: Points, isElderChoice: Bool = false) -> RankedCandidate {
            RankedCandidate(provider: ProviderID(name), price: Fen(price), distance_m: nil, points: points, isElderChoice: isElderChoice)
        }
        let found = decision([
            candidate("P1", Points(distance: 9, quality: 5), isElderChoice: true), candidate("P2", Points(continuity: 1)),
            candidate("P3", Points(distance: 10, quality: 5)), candidate("P4", price: 99, Points(load: 3)), candidate("P5", Points(load: 4)),
            candidate("P6", Points(quality: 6)), candidate("P7", Points(fairShare: 1)), candidate("P8", Points()),
        ])
        #expect(found.merits(of: 8) == [.elderChoice, .known, .nearest, .cheapest, .freest, .best, .fewestOrders, nil])
        // Only those shown are compared, and equal ones have nothing over each other.
        #expect(found.merits(of: 2) == [.elderChoice, .known])
        #expect(decision([candidate("P1", Points(distance: 1)), candidate("P2", Points(distance: 1))]).merits(of: 5) == [nil, nil])
        #expect(decision([candidate("P1", Points(distance: 1))]).merits(of: 5) == [nil])
        #expect(decision([]).merits(of: 5).isEmpty)
    }

    @Test func `answers each provider about itself alone`() throws {
        var world = try World(providers: ["P001", "P002", "P003", "P004"])
        world.providers[2].serviceRegions = []
        world.take(4, of: "P003")
        world.workload.recentShare = [ProviderID("P002"): 9]
        func why(_ id: String) -> String { world.decision.explanation(for: ProviderID(id)) }
        #expect(why("P001") == "贵单位符合条件，排在第一位；得分640（距离240、熟悉0、质量160、价格40、空闲100、均衡100）。")
        #expect(why("P002") == "贵单位符合条件，排在第3位：按总分和并列规则，另有服务商在前；得分580（距离240、熟悉0、质量160、价格40、空闲100、均衡40）。")
        #expect(why("P003") == "老人所在街道不在贵单位的服务街道内。贵单位12:00前的接单数已满。")
        #expect(why("P999") == "贵单位没有签约该项目。")
        world.request.preferredProvider = ProviderID("P002")
        #expect(why("P002").hasPrefix("老人指定由贵单位服务，排在第一位；得分580"))
        #expect(why("P001").hasPrefix("贵单位符合条件，排在第2位：老人指定了其他服务商；得分640"))
        for own in ["P001", "P002", "P003", "P004"] {
            #expect(["P001", "P002", "P003", "P004"].allSatisfy { !why(own).contains($0) })
        }
    }

    @Test func `stays the same when it is read back`() throws {
        var world = try World(providers: ["P001", "P002", "P003", "P004"])
        world.providers[0].serviceRegions = []
        world.take(4, of: "P002")
        world.request.preferredProvider = ProviderID("P003")
        let read = try #require(Decision(encoded: world.decision.encoded()))
        #expect(read == world.decision)
        #expect(read.summary() == world.decision.summary())
    }
}
