import Kernel
import Matching
import Testing

/// The best of all ways to serve a few orders: most served first, then the least cost. Tries everything.
private func bruteForce(_ instance: BatchInstance) -> (assigned: Int, cost: Int64) {
    var left = instance.capacity
    func best(from order: Int) -> (assigned: Int, cost: Int64) {
        guard order < instance.orders else { return (0, 0) }
        var found = best(from: order + 1)
        for arc in Int(instance.starts[order])..<Int(instance.starts[order + 1]) where left[Int(instance.heads[arc])] > 0 {
            left[Int(instance.heads[arc])] -= 1
            let rest = best(from: order + 1)
            left[Int(instance.heads[arc])] += 1
            let (assigned, cost) = (rest.assigned + 1, rest.cost + Int64(instance.costs[arc]))
            if assigned > found.assigned || (assigned == found.assigned && cost < found.cost) { found = (assigned, cost) }
        }
        return found
    }
    return best(from: 0)
}

private func random(_ seed: UInt64) throws -> BatchInstance {
    var random = SeededRandom(seed: seed)
    let (orders, groups) = (1 + random.below(7), 1 + random.below(5))
    var arcs: [(order: Int, group: Int, cost: Int)] = []
    for order in 0..<orders {
        for group in 0..<groups where random.chance(55) { arcs.append((order, group, random.below(30))) }
    }
    return try BatchInstance(orders: orders, capacity: (0..<groups).map { _ in random.below(3) }, arcs: arcs)
}

@Suite struct `A batch of orders` {
    @Test(arguments: 0..<400 as Range<UInt64>)
    func `is served as well as trying everything would`(seed: UInt64) throws {
        let instance = try random(seed)
        let assignment = BatchSolver.solve(instance)
        let best = bruteForce(instance)
        #expect(assignment.assigned == best.assigned)
        #expect(assignment.cost == best.cost)
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `keeps to arcs and capacities`(seed: UInt64) throws {
        let instance = try random(seed)
        var taken = [Int32](repeating: 0, count: instance.groups)
        for (order, group) in BatchSolver.solve(instance).groups.enumerated() {
            guard let group else { continue }
            let arcs = Int(instance.starts[order])..<Int(instance.starts[order + 1])
            #expect(arcs.contains { Int(instance.heads[$0]) == group })
            taken[group] += 1
        }
        #expect(zip(taken, instance.capacity).allSatisfy { $0 <= $1 })
    }

    @Test func `serves more orders rather than cheaper ones`() throws {
        let instance = try BatchInstance(
            orders: 2, capacity: [1, 1], arcs: [(order: 0, group: 0, cost: 0), (order: 0, group: 1, cost: 1_000_000), (order: 1, group: 0, cost: 1)])
        #expect(BatchSolver.solve(instance).groups == [1, 0])
    }

    @Test func `may be empty`() throws {
        #expect(BatchSolver.solve(try BatchInstance(orders: 0, capacity: [], arcs: [])).assigned == 0)
        #expect(BatchSolver.solve(try BatchInstance(orders: 3, capacity: [0], arcs: [(order: 1, group: 0, cost: 5)])).groups == [nil, nil, nil])
    }

    @Test func `names the arc or group at fault`() {
        #expect(throws: BatchInstance.Fault.unknownOrder(arc: 0)) { try BatchInstance(orders: 1, capacity: [1], arcs: [(order: 1, group: 0, cost: 0)]) }
        #expect(throws: BatchInstance.Fault.unknownGroup(arc: 0)) { try BatchInstance(orders: 1, capacity: [1], arcs: [(order: 0, group: 1, cost: 0)]) }
        #expect(throws: BatchInstance.Fault.negativeCost(arc: 0)) { try BatchInstance(orders: 1, capacity: [1], arcs: [(order: 0, group: 0, cost: -1)]) }
        #expect(throws: BatchInstance.Fault.negativeCapacity(group: 0)) { try BatchInstance(orders: 1, capacity: [-1], arcs: []) }
    }
}
