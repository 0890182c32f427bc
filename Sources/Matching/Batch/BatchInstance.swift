/// 整批派单: all open orders of a day and all groups that could take them. A group is one provider in one slot.
///
/// Orders and groups are numbered from 0. Arcs stand order by order (compressed rows), so that a whole district fits in a few megabytes.
public struct BatchInstance: Sendable {
    public let groups: Int
    /// Orders that each group can take, ≥ 0.
    public let capacity: [Int32]
    /// Arcs of order `o` are those from `starts[o]` up to `starts[o + 1]`.
    public let starts: [Int32]
    public let heads: [Int32]
    /// Cost of each arc, ≥ 0.
    public let costs: [Int32]

    public var orders: Int { starts.count - 1 }

    public enum Fault: Error, Hashable, Sendable {
        /// Position in the list of arcs as it was given.
        case unknownOrder(arc: Int)
        case unknownGroup(arc: Int)
        case negativeCost(arc: Int)
        case costTooLarge(arc: Int)
        case negativeCapacity(group: Int)
    }

    /// The largest cost of an arc: keeps every sum over a path far inside 64 bits.
    public static let costLimit = 1_000_000_000

    /// - Parameter arcs: In any order; of two arcs between the same order and group the cheaper one counts.
    public init(orders: Int, capacity: [Int], arcs: [(order: Int, group: Int, cost: Int)]) throws(Fault) {
        var degree = [Int32](repeating: 0, count: orders + 1)
        for (index, arc) in arcs.enumerated() {
            guard arc.order >= 0, arc.order < orders else { throw .unknownOrder(arc: index) }
            guard arc.group >= 0, arc.group < capacity.count else { throw .unknownGroup(arc: index) }
            guard arc.cost >= 0 else { throw .negativeCost(arc: index) }
            guard arc.cost <= Self.costLimit else { throw .costTooLarge(arc: index) }
            degree[arc.order + 1] += 1
        }
        for (group, value) in capacity.enumerated() where value < 0 { throw .negativeCapacity(group: group) }
        for order in 0..<orders { degree[order + 1] += degree[order] }
        starts = degree
        var next = degree
        var heads = [Int32](repeating: 0, count: arcs.count)
        var costs = heads
        for arc in arcs {
            let at = Int(next[arc.order])
            heads[at] = Int32(arc.group)
            costs[at] = Int32(arc.cost)
            next[arc.order] += 1
        }
        self.heads = heads
        self.costs = costs
        self.capacity = capacity.map { Int32(clamping: $0) }
        groups = capacity.count
    }
}

/// A plan for a whole batch.
public struct BatchAssignment: Hashable, Sendable {
    /// The group of each order; nil for one that is not served.
    public let groups: [Int?]
    public let cost: Int64

    public var assigned: Int { groups.count { $0 != nil } }
}
