import Foundation
import Kernel
import Matching

/// A made-up day of a district as a batch instance: the same seed gives the same arcs on every machine.
///
/// Elders and firms live around the centres of forty sub-districts. An order reaches the nearest firms of its kind within three kilometres,
/// twenty at most, in its own slot; the first slot is asked for twice as often, so that places run short there. The cost of an arc is the
/// way in metres and what the firm lacks in rating, price and acquaintance.
struct BatchDistrict {
    static let kinds = 8
    static let reach_m = 3_000.0
    static let mostArcs = 20

    private var random: SeededRandom
    private let instanceOrders: Int
    private let providers: Int
    private let slots: Int

    init(orders: Int, providers: Int, slots: Int = 4, seed: UInt64) {
        random = SeededRandom(seed: seed)
        instanceOrders = orders
        self.providers = providers
        self.slots = slots
    }

    private struct Firm {
        let index: Int
        let x: Double
        let y: Double
        let extra: Int
    }

    /// Capacity of all groups, and all arcs.
    mutating func make() -> (capacity: [Int], arcs: [(order: Int, group: Int, cost: Int)]) {
        let centres = (0..<40).map { _ in (unit() * 15_000, unit() * 15_000) }
        var firms = [[Firm]](repeating: [], count: Self.kinds)
        for index in 0..<providers {
            let (x, y) = random.pick(centres)
            let firm = Firm(index: index, x: x + normal() * 900, y: y + normal() * 900, extra: random.below(500) + random.below(400))
            firms[random.below(Self.kinds)].append(firm)
        }
        let mean = Double(instanceOrders) * 1.05 / Double(providers * slots)
        let capacity = (0..<providers * slots).map { _ in poisson(mean) }
        var arcs: [(order: Int, group: Int, cost: Int)] = []
        arcs.reserveCapacity(instanceOrders * Self.mostArcs)
        for order in 0..<instanceOrders {
            let (x, y) = random.pick(centres)
            let home = (x + normal() * 600, y + normal() * 600)
            let slot = max(0, random.below(slots + 1) - 1)
            var near: [(metres: Double, firm: Firm)] = []
            for firm in firms[random.below(Self.kinds)] {
                let metres = hypot(firm.x - home.0, firm.y - home.1)
                if metres <= Self.reach_m { near.append((metres, firm)) }
            }
            near.sort { ($0.metres, $0.firm.index) < ($1.metres, $1.firm.index) }
            for (metres, firm) in near.prefix(Self.mostArcs) {
                arcs.append((order, firm.index * slots + slot, Int(metres) + firm.extra + (random.chance(15) ? 0 : 800)))
            }
        }
        return (capacity, arcs)
    }

    private mutating func unit() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

    /// The sum of twelve uniform draws is near enough to a normal one, and the same everywhere.
    private mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }

    private mutating func poisson(_ mean: Double) -> Int {
        var (count, product) = (0, unit())
        let limit = exp(-mean)
        while product > limit {
            count += 1
            product *= unit()
        }
        return count
    }

    /// Writes an instance in the folder format, for a solver outside.
    static func write(_ capacity: [Int], _ arcs: [(order: Int, group: Int, cost: Int)], orders: Int, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        try write("meta.json", (["orders": JSON(orders), "groups": JSON(capacity.count)] as JSON).text)
        try write("capacity.csv", capacity.enumerated().reduce(into: "group,capacity\n") { $0 += "\($1.offset),\($1.element)\n" })
        try write("arcs.csv", arcs.reduce(into: "order,group,cost\n") { $0 += "\($1.order),\($1.group),\($1.cost)\n" })
    }
}
