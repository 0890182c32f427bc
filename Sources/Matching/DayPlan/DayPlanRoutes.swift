/// Everybody's routes while they are searched: a change of few visits costs the time of those few and of the visits that start at another time
/// because of them, however long the day is.
///
/// Service `k` of visit `v` is node `2v + k`, worker `w` is node `services + w`; a route is a ring through its worker's node. Each visit has a
/// place in time (`key`), every route is in the order of the keys, and so no two visits ever wait for each other in a circle. All memory is flat
/// and taken once.
final class DayPlanRoutes {
    struct Row {
        let opens: Double
        let closes: Double
        let least: Double
        let most: Double
        let lateWeight: Double
        let isDouble: Bool
    }

    let visits: Int
    let workers: Int
    /// The number of service nodes; the workers' nodes follow.
    let services: Int
    let width: Int
    let rows: UnsafeMutablePointer<Row>
    let duration: UnsafeMutablePointer<Double>
    let travel: UnsafeMutablePointer<Double>
    /// Whether a worker may give a service: node × workers + worker.
    let isAble: UnsafeMutablePointer<Bool>
    let shiftEnd: UnsafeMutablePointer<Double>
    /// A break of a worker; empty where it has none.
    let pauseStart: UnsafeMutablePointer<Double>
    let pauseEnd: UnsafeMutablePointer<Double>
    let hasPauses: Bool
    /// Whether it matters to a visit who makes it, beyond the way there.
    let isPersonal: Bool
    /// What a visit was promised, and what breaking it costs.
    let keptWorker: UnsafeMutablePointer<Int>
    let keptStart: UnsafeMutablePointer<Double>
    let moveCost: Double

    let next: UnsafeMutablePointer<Int>
    let prev: UnsafeMutablePointer<Int>
    let worker: UnsafeMutablePointer<Int>
    let key: UnsafeMutablePointer<Double>
    /// When the service is over; for a worker's node, when its shift begins.
    let free: UnsafeMutablePointer<Double>
    /// Weighted lateness of a visit with the cost of having moved it, and its largest weighted lateness.
    let soft: UnsafeMutablePointer<Double>
    let worst: UnsafeMutablePointer<Double>

    var distance = 0.0
    var softTotal = 0.0
    var worstTotal = 0.0
    /// Three times the cost as the paper weighs it, and the cost of moved visits.
    var cost: Double { distance + softTotal + worstTotal }

    var journal: DayPlanJournal

    init(_ instance: DayPlanInstance) {
        visits = instance.visits.count
        workers = instance.workers.count
        services = 2 * visits
        width = visits + 1
        let nodes = services + workers
        rows = Self.memory(instance.visits.map {
            Row(
                opens: $0.opens, closes: $0.closes, least: $0.gap.lowerBound, most: $0.gap.upperBound, lateWeight: $0.lateWeight,
                isDouble: $0.second != nil)
        })
        duration = Self.memory(instance.visits.flatMap { [$0.first.duration, $0.second?.duration ?? 0] })
        travel = Self.memory(instance.travel)
        var able = [Bool](repeating: false, count: services * workers)
        for (index, visit) in instance.visits.enumerated() {
            for (service, need) in [visit.first, visit.second].enumerated() {
                for worker in need?.workers ?? [] { able[(2 * index + service) * instance.workers.count + Int(worker)] = true }
            }
        }
        isAble = Self.memory(able)
        shiftEnd = Self.memory(instance.workers.map(\.until))
        pauseStart = Self.memory(instance.workers.map { $0.pause?.lowerBound ?? .infinity })
        pauseEnd = Self.memory(instance.workers.map { $0.pause?.upperBound ?? .infinity })
        hasPauses = instance.workers.contains { $0.pause != nil }
        isPersonal = hasPauses || instance.workers.contains { $0.until.isFinite } || instance.visits.contains { $0.kept != nil }
        keptWorker = Self.memory(instance.visits.flatMap { [$0.kept?.first ?? -1, $0.kept?.second ?? -1] })
        keptStart = Self.memory(instance.visits.map { $0.kept?.start ?? .infinity })
        moveCost = instance.moveCost * 3
        next = Self.memory(Array(0..<nodes))
        prev = Self.memory(Array(0..<nodes))
        worker = Self.memory([Int](repeating: -1, count: services) + Array(0..<instance.workers.count))
        key = Self.memory([Double](repeating: 0, count: visits))
        free = Self.memory([Double](repeating: -1, count: services) + instance.workers.map(\.from))
        soft = Self.memory([Double](repeating: 0, count: visits))
        worst = Self.memory([Double](repeating: 0, count: visits))
        journal = DayPlanJournal(visits: visits)
    }

    private static func memory<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
        memory.initialize(from: values, count: values.count)
        return memory
    }

    deinit {
        rows.deallocate()
        for memory in [duration, travel, shiftEnd, pauseStart, pauseEnd, keptStart, key, free, soft, worst] { memory.deallocate() }
        for memory in [keptWorker, next, prev, worker] { memory.deallocate() }
        isAble.deallocate()
        journal.deallocate()
    }

    @inline(__always) func place(_ node: Int) -> Int { node < services ? node >> 1 &+ 1 : 0 }

    @inline(__always) func way(_ from: Int, _ to: Int) -> Double { travel[place(from) &* width &+ place(to)] }

    /// The last node of a worker's route whose visit comes before a place in time.
    @inline(__always) func last(of worker: Int, before time: Double) -> Int {
        var node = prev[services &+ worker]
        while node < services, key[node >> 1] >= time { node = prev[node] }
        return node
    }
}

// MARK: - Links

extension DayPlanRoutes {
    /// Takes a service out of its route; remembered, so that `undo` puts it back.
    @inline(__always) func unlink(_ node: Int) {
        let (before, after) = (prev[node], next[node])
        journal.note(node: node, before: before, worker: worker[node])
        next[before] = after
        prev[after] = before
        distance += way(before, after) - way(before, node) - way(node, after)
        if after < services { journal.mark(after >> 1) }
    }

    /// Puts a service into a worker's route at its visit's place in time.
    @inline(__always) func link(_ node: Int, worker who: Int) {
        let before = last(of: who, before: key[node >> 1])
        attach(node, after: before, worker: who)
        let after = next[node]
        distance += way(before, node) + way(node, after) - way(before, after)
        if after < services { journal.mark(after >> 1) }
    }

    @inline(__always) private func attach(_ node: Int, after before: Int, worker who: Int) {
        let after = next[before]
        next[before] = node
        prev[node] = before
        next[node] = after
        prev[after] = node
        worker[node] = who
    }

    @inline(__always) func unlinkVisit(_ visit: Int) {
        journal.note(visit: visit, key: key[visit])
        unlink(2 &* visit)
        if rows[visit].isDouble { unlink(2 &* visit &+ 1) }
    }

    @inline(__always) func linkVisit(_ visit: Int, key new: Double, _ first: Int, _ second: Int) {
        key[visit] = new
        link(2 &* visit, worker: first)
        if rows[visit].isDouble { link(2 &* visit &+ 1, worker: second) }
        journal.mark(visit)
    }

    /// Exchanges what two workers do after the given nodes of their routes. Its own inverse, given the same nodes.
    func exchangeTails(_ one: Int, _ other: Int) {
        let (a, b) = (worker[one], worker[other])
        let (homeA, homeB) = (services &+ a, services &+ b)
        let (nextA, nextB) = (next[one], next[other])
        let (endA, endB) = (prev[homeA], prev[homeB])
        var node = nextA
        while node < services {
            worker[node] = b
            node = next[node]
        }
        node = nextB
        while node < services {
            worker[node] = a
            node = next[node]
        }
        join(one, nextB < services ? nextB : homeA)
        join(nextB < services ? endB : one, homeA)
        join(other, nextA < services ? nextA : homeB)
        join(nextA < services ? endA : other, homeB)
    }

    @inline(__always) private func join(_ before: Int, _ after: Int) {
        next[before] = after
        prev[after] = before
    }

    /// Everything as it was when the journal was last cleared.
    func undo() {
        if let (one, other) = journal.tails {
            exchangeTails(one, other)
        } else {
            for index in 0..<journal.nodeCount { join(prev[journal.nodes[index].node], next[journal.nodes[index].node]) }
            var index = journal.nodeCount
            while index > 0 {
                index &-= 1
                let entry = journal.nodes[index]
                attach(entry.node, after: entry.before, worker: entry.worker)
            }
            index = journal.visitCount
            while index > 0 {
                index &-= 1
                key[journal.visits[index].visit] = journal.visits[index].key
            }
        }
        var index = journal.timeCount
        while index > 0 {
            index &-= 1
            let entry = journal.times[index]
            free[2 &* entry.visit] = entry.first
            free[2 &* entry.visit &+ 1] = entry.second
            soft[entry.visit] = entry.soft
            worst[entry.visit] = entry.worst
        }
        (distance, softTotal, worstTotal) = (journal.distance, journal.soft, journal.worst)
    }
}
