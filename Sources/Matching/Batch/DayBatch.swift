import Kernel
import Registry

/// 全天统一派单: the waiting orders of a day against the free places of all providers, with the online rules as arcs.
///
/// An arc stands for a provider that passes every hard filter. Its cost is what the provider's score lacks to the most a score can be; a
/// provider from beyond the elder's street costs more than any score can save, one step for each widening; passing over the elder's own
/// choice costs more than all of that. As many orders as possible come first, whatever they cost.
public struct DayBatch: Sendable {
    private let matcher: Matcher
    private let workload: Workload
    private var places: [SlotKey: Int] = [:]
    private var capacity: [Int] = []
    private var owners: [ProviderID] = []
    private var arcs: [(order: Int, group: Int, cost: Int)] = []
    private var orders = 0

    /// - Parameter workload: Slots and bookings of all providers on that day; meetings and shares come with each order.
    public init(_ matcher: Matcher, _ workload: Workload) {
        self.matcher = matcher
        self.workload = workload
    }

    /// Takes an order in. Its place in ``solved()`` is the number of orders taken in before.
    ///
    /// - Parameter shares: Of the item's category, as they stand before the batch.
    public mutating func add(_ request: MatchRequest, meetings: [ProviderID: Meeting] = [:], shares: [ProviderID: Int] = [:]) {
        var (request, workload) = (request, workload)
        workload.meetings = meetings
        workload.recentShare = shares
        let most = matcher.policy(on: request.now.localDate).weights.total
        let (widening, wish) = (most + 1, (most + 1) * (Reach.allCases.count + 1))
        var seen: Set<ProviderID> = []
        var found: [(provider: ProviderID, cost: Int)] = []
        for (step, reach) in Reach.allCases.enumerated() {
            request.reach = reach
            for candidate in matcher.decide(request, workload).candidates where seen.insert(candidate.provider).inserted {
                found.append((candidate.provider, step * widening + most - candidate.score))
            }
        }
        let hasChoice = request.preferredProvider.map(seen.contains) ?? false
        for (provider, cost) in found {
            guard let slot = matcher.slot(of: provider, at: request.start) else { continue }
            arcs.append((orders, group(slot), cost + (hasChoice && provider != request.preferredProvider ? wish : 0)))
        }
        orders += 1
    }

    private mutating func group(_ slot: Slot) -> Int {
        let key = SlotKey(slot)
        if let group = places[key] { return group }
        places[key] = capacity.count
        owners.append(slot.provider)
        capacity.append(max(0, slot.capacity - (workload.slotTaken[key] ?? 0)))
        return capacity.count - 1
    }

    /// The provider of each order, in the order in which they were taken in; nil where there is no place left.
    public func solved() -> [ProviderID?] {
        do {
            return BatchSolver.solve(try BatchInstance(orders: orders, capacity: capacity, arcs: arcs)).groups.map { $0.map { owners[$0] } }
        } catch {
            preconditionFailure("the arcs of a day are made here: \(error)")
        }
    }
}
