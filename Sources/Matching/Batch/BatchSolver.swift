/// Serves as many orders as possible, then at the least total cost, capacities held: to the optimum.
///
/// Successive shortest paths on the bipartite graph (Ford and Fulkerson 1962; prices as in Edmonds and Karp 1972). Orders enter one by one.
/// Each takes the cheapest way to a free place, which may move others from full groups to their next best, or leaves out the one order whose
/// absence saves most. Groups carry prices under which nobody placed would rather be elsewhere; that is the proof of optimality.
/// Not being served costs more than any detour, so that the number of served orders comes first.
public enum BatchSolver {
    public static func solve(_ instance: BatchInstance) -> BatchAssignment {
        var search = BatchSearch(instance)
        for order in 0..<instance.orders { search.place(order) }
        return search.assignment
    }
}

/// The state while orders enter.
private struct BatchSearch {
    private let instance: BatchInstance
    /// Cost of leaving an order out: more than any path through all groups can cost.
    private let unserved: Int64
    private var prices: [Int64]
    /// Who is in each group: its places are `seats[first[g] ..< first[g] + count[g]]`.
    private let first: [Int32]
    private var count: [Int32]
    private var seats: [Int32]
    /// The arc by which each order is placed; −1 for an order that is not.
    private var placedBy: [Int32]

    // What one search knows of a group; valid where `stamp` is the number of the search.
    private var distance: [Int64]
    private var stamp: [Int32]
    /// The arc through which the group was reached: its order is the one that would move there.
    private var reachedBy: [Int32]
    private var settled: [Int32] = []
    private var round: Int32 = 0
    private var heap = GroupHeap()
    private let orderOf: [Int32]

    init(_ instance: BatchInstance) {
        self.instance = instance
        let dearest = Int64(instance.costs.max() ?? 0)
        unserved = dearest * Int64(min(instance.groups, instance.orders) + 2) + 1
        prices = [Int64](repeating: 0, count: instance.groups)
        var first = [Int32](repeating: 0, count: instance.groups)
        var total: Int32 = 0
        for group in 0..<instance.groups {
            first[group] = total
            total += min(instance.capacity[group], Int32(instance.orders))
        }
        self.first = first
        count = [Int32](repeating: 0, count: instance.groups)
        seats = [Int32](repeating: -1, count: Int(total))
        placedBy = [Int32](repeating: -1, count: instance.orders)
        distance = [Int64](repeating: 0, count: instance.groups)
        stamp = [Int32](repeating: 0, count: instance.groups)
        reachedBy = [Int32](repeating: -1, count: instance.groups)
        var orderOf = [Int32](repeating: 0, count: instance.heads.count)
        for order in 0..<instance.orders {
            for arc in Int(instance.starts[order])..<Int(instance.starts[order + 1]) { orderOf[arc] = Int32(order) }
        }
        self.orderOf = orderOf
    }

    var assignment: BatchAssignment {
        var cost: Int64 = 0
        let groups = placedBy.map { arc -> Int? in
            guard arc >= 0 else { return nil }
            cost += Int64(instance.costs[Int(arc)])
            return Int(instance.heads[Int(arc)])
        }
        return BatchAssignment(groups: groups, cost: cost)
    }

    /// Where a search ends: at a free place, or with an order left out (nil: the new one itself).
    private enum End {
        case free(group: Int)
        case leaves(order: Int32?, group: Int)
    }

    mutating func place(_ order: Int) {
        round += 1
        settled.removeAll(keepingCapacity: true)
        heap.removeAll()
        var best = unserved
        var end = End.leaves(order: nil, group: -1)
        reach(from: order, at: 0, below: best)
        while let (reached, group) = heap.popFirst() {
            guard reached == distance[group] else { continue }
            if reached >= best { break }
            if count[group] < capacity(group) {
                best = reached
                end = .free(group: group)
                break
            }
            settled.append(Int32(group))
            let start = Int(first[group])
            for seat in start..<(start + Int(count[group])) {
                let sitting = seats[seat]
                let value = Int64(instance.costs[Int(placedBy[Int(sitting)])]) + prices[group]
                let leaving = reached + unserved - value
                if leaving < best {
                    best = leaving
                    end = .leaves(order: sitting, group: group)
                }
                reach(from: Int(sitting), at: reached - value, below: best)
            }
        }
        for group in settled { prices[Int(group)] += max(0, best - distance[Int(group)]) }
        apply(end, newcomer: order)
    }

    private func capacity(_ group: Int) -> Int32 { min(instance.capacity[group], Int32(instance.orders)) }

    /// Looks along all arcs of an order that could come to rest elsewhere.
    private mutating func reach(from order: Int, at offset: Int64, below best: Int64) {
        for arc in Int(instance.starts[order])..<Int(instance.starts[order + 1]) {
            let group = Int(instance.heads[arc])
            let length = offset + Int64(instance.costs[arc]) + prices[group]
            guard length < best, instance.capacity[group] > 0 else { continue }
            if stamp[group] == round, distance[group] <= length { continue }
            stamp[group] = round
            distance[group] = length
            reachedBy[group] = Int32(arc)
            heap.push(length, group)
        }
    }

    /// Moves everybody along the way that was found, from its end to the newcomer.
    private mutating func apply(_ end: End, newcomer: Int) {
        var group: Int
        var gap: Int
        switch end {
        case .free(let free):
            group = free
            gap = Int(first[free] + count[free])
            count[free] += 1
        case .leaves(nil, _): return
        case .leaves(let order?, let full):
            group = full
            gap = seat(of: order, in: full)
            placedBy[Int(order)] = -1
        }
        while true {
            let arc = reachedBy[group]
            let order = orderOf[Int(arc)]
            seats[gap] = order
            let before = placedBy[Int(order)]
            if Int(order) == newcomer {
                placedBy[newcomer] = arc
                return
            }
            group = Int(instance.heads[Int(before)])
            gap = seat(of: order, in: group)
            placedBy[Int(order)] = arc
        }
    }

    private func seat(of order: Int32, in group: Int) -> Int {
        let start = Int(first[group])
        for seat in start..<(start + Int(count[group])) where seats[seat] == order { return seat }
        preconditionFailure("order \(order) is not in group \(group)")
    }
}

/// A binary heap of groups by distance; equal distances by number, so that the result does not depend on chance.
private struct GroupHeap {
    private var entries: [(key: Int64, group: Int32)] = []

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    mutating func push(_ key: Int64, _ group: Int) {
        var child = entries.count
        entries.append((key, Int32(group)))
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(child, parent) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> (key: Int64, group: Int)? {
        guard let top = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            var parent = 0
            while true {
                var smallest = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && precedes(child, smallest) { smallest = child }
                guard smallest != parent else { break }
                entries.swapAt(parent, smallest)
                parent = smallest
            }
        }
        return (top.key, Int(top.group))
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        entries[a].key != entries[b].key ? entries[a].key < entries[b].key : entries[a].group < entries[b].group
    }
}
