import Catalog
import Foundation
import Kernel
import Registry
import Testing

@testable import Matching

@Suite struct `A policy` {
    @Test func `ships in order and reads back as written`() throws {
        #expect(MatchPolicy.standard.faults == [])
        #expect(MatchPolicy.standard.from == LocalDate("2026-01-01"))
        let data = try JSONEncoder().encode(MatchPolicy.standard)
        #expect(try JSONDecoder().decode(MatchPolicy.self, from: data) == MatchPolicy.standard)
    }

    static let faulty: [(String, @Sendable (inout MatchPolicy) -> Void)] = [
        ("version", { $0.version = "" }), ("weights.distance", { $0.weights.distance = -1 }),
        ("weights.load", { $0.weights.load = 100_001 }),
        ("distance_scale_m", { $0.distanceScale_m = 0 }), ("distance_step_m", { $0.distanceStep_m = 0 }),
        ("meetings_for_half", { $0.meetingsForHalf = 0 }), ("continuity_half_life_days", { $0.continuityHalfLife_days = 0 }),
        ("full_discount_permille", { $0.fullDiscount_permille = 0 }), ("fair_share_bound", { $0.fairShareBound = 0 }),
        ("fair_share_step", { $0.fairShareStep = -1 }),
    ]

    @Test(arguments: faulty.indices)
    func `with a value out of range is named and not read`(row: Int) throws {
        var policy = MatchPolicy.standard
        Self.faulty[row].1(&policy)
        #expect(policy.faults.count == 1)
        #expect(policy.faults.first?.hasPrefix(Self.faulty[row].0) == true)
        let data = try JSONEncoder().encode(policy)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(MatchPolicy.self, from: data) }
    }

    @Test func `is the one that has begun last`() throws {
        let days = ["2026-01-01", "2026-03-01", "2026-07-01"].map { LocalDate($0)! }
        let policies = days.map { day in
            var policy = MatchPolicy.standard
            policy.from = day
            policy.version = "\(day)"
            return policy
        }
        #expect(MatchPolicy.inForce(on: LocalDate("2025-12-31")!, of: policies) == nil)
        #expect(MatchPolicy.inForce(on: days[1], of: policies.reversed())?.version == "2026-03-01")
        #expect(MatchPolicy.inForce(on: LocalDate("2026-06-30")!, of: policies)?.version == "2026-03-01")
        #expect(MatchPolicy.inForce(on: days[2], of: policies)?.version == "2026-07-01")
    }

    @Test func `that gives no points for anything is at fault`() {
        var policy = MatchPolicy.standard
        policy.weights = .init(distance: 0, continuity: 0, quality: 0, price: 0, load: 0, fairShare: 0)
        #expect(policy.faults == ["weights全部为0，评分不起作用"])
    }

    @Test func `beside another of the same day or name never comes to be used, and is named`() {
        var other = MatchPolicy.standard
        other.version = "b"
        #expect(MatchPolicy.faults(of: [.standard, other]).map(\.index) == [1])
        other.from = other.from.adding(days: 1)
        #expect(MatchPolicy.faults(of: [.standard, other]).isEmpty)
        other.version = MatchPolicy.standard.version
        #expect(MatchPolicy.faults(of: [.standard, other]).first?.fault.contains("重复") == true)
        #expect(MatchPolicy.faults(of: []).count == 1)
    }

    @Test func `decides by the day of the decision and stands in its record`() throws {
        var world = try World()
        var later = MatchPolicy.standard
        (later.version, later.from) = ("later", World.monday)
        let catalogue = world.catalogue
        let matcher = Matcher(
            franchise: Franchise(providers: world.providers, offers: world.offers, workers: world.workers), catalogue: catalogue,
            policies: [later, .standard])
        #expect(matcher.decide(world.request, world.workload).policyVersion == MatchPolicy.standard.version)
        world.request.now = Instant(World.monday, minute: 1)
        #expect(matcher.decide(world.request, world.workload).policyVersion == "later")
        world.request.now = Instant(LocalDate("2020-01-01")!)
        #expect(matcher.decide(world.request, world.workload).policyVersion == MatchPolicy.standard.version)
        #expect(Matcher(matcher, policies: [later]).decide(world.request, world.workload).policyVersion == "later")
    }

    @Test func `of the greatest weights does not overflow`() throws {
        var world = try World()
        world.policy.weights = .init(
            distance: 100_000, continuity: 100_000, quality: 100_000, price: 100_000, load: 100_000, fairShare: 100_000)
        world.policy.fairShareStep = 100_000
        world.prices = world.prices.map { .init(item: $0.item, type: .market, guide: Fen.limit, span: $0.span) }
        world.offers[0].price = .zero
        world.workload.recentShare = [ProviderID("P001"): Int(Int32.max)]
        world.workload.meetings = [ProviderID("P001"): Meeting(count: .max, last: World.monday)]
        #expect(try #require(world.decision.chosen).score == 80_000 + 99_900 + 80_000 + 100_000 + 100_000 + 100_000)
    }
}

@Suite struct `The days on which something holds` {
    static func span(_ from: Int32, _ until: Int32?) -> DateSpan {
        DateSpan(from: LocalDate(dayNumber: from), until: until.map { LocalDate(dayNumber: $0) })
    }
    static func days(_ spans: [(Int32, Int32?)]) -> Validity { Validity(spans.map { span($0.0, $0.1) }) }

    static let rows: [([(Int32, Int32?)], [(Int32, Int32)])] = [
        ([], []), ([(1, 5)], [(1, 5)]), ([(5, 1)], []), ([(1, 5), (6, 9)], [(1, 9)]), ([(6, 9), (1, 4)], [(1, 4), (6, 9)]),
        ([(1, 9), (2, 3)], [(1, 9)]), ([(1, nil), (3, 4)], [(1, .max)]), ([(1, 5), (3, nil)], [(1, .max)]),
    ]

    @Test(arguments: rows.indices)
    func `are put together`(row: Int) {
        #expect(Self.days(Self.rows[row].0).spans.map(\.from) == Self.rows[row].1.map(\.0))
        #expect(Self.days(Self.rows[row].0).spans.map(\.until) == Self.rows[row].1.map(\.1))
    }

    @Test(arguments: UInt64(1)...100)
    func `agree with asking day by day`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func some() -> [DateSpan] {
            (0..<random.below(5)).map { _ in
                let from = Int32(random.below(30))
                return Self.span(from, random.chance(10) ? nil : from + Int32(random.below(12)) - 2)
            }
        }
        let (a, b) = (some(), some())
        for day in Int32(-1)...45 {
            let date = LocalDate(dayNumber: day)
            let (inA, inB) = (a.contains { $0.contains(date) }, b.contains { $0.contains(date) })
            #expect(Validity(a).contains(day) == inA, "seed \(seed)")
            #expect(Validity(a).union(Validity(b)).contains(day) == (inA || inB), "seed \(seed)")
            #expect(Validity(a).intersection(Validity(b)).contains(day) == (inA && inB), "seed \(seed)")
        }
    }

    @Test func `of streets meet where they share one`() {
        let index = StreetIndex(Set((0..<200).map { "\(620_102_000 + $0)" }))
        for a in [0, 1, 63, 64, 130, 199] {
            for b in [0, 1, 63, 64, 130, 199] {
                let (one, other) = (index.set(["\(620_102_000 + a)"]), index.set(["\(620_102_000 + b)", "unknown"]))
                #expect(one.meets(other) == (a == b))
            }
        }
        #expect(!index.set(["unknown"]).meets(index.set(["unknown"])))
    }
}
