// The first plan: promised visits as promised, the others by the opening of their windows to whoever can be there first.

extension DayPlanRoutes {
    func fill(_ instance: DayPlanInstance) {
        func from(_ visit: DayPlanInstance.Visit) -> Double { visit.kept?.start ?? visit.opens }
        let order = instance.visits.indices.sorted { (from(instance.visits[$0]), $0) < (from(instance.visits[$1]), $1) }
        for (rank, visit) in order.enumerated() {
            let row = instance.visits[visit]
            key[visit] = Double(rank)
            let first = row.kept?.first ?? soonest(2 * visit, among: row.first.workers, not: row.second.flatMap(Self.only) ?? -1)
            let second = row.second.map { row.kept?.second ?? soonest(2 * visit + 1, among: $0.workers, not: first) } ?? -1
            linkVisit(visit, key: Double(rank), first, second)
            time(visit)
            journal.forgetMarks()
        }
        refresh()
    }

    /// The only worker of a need, whom the other service must leave free.
    private static func only(_ need: DayPlanInstance.Need) -> Int? { need.workers.count == 1 ? Int(need.workers[0]) : nil }

    private func soonest(_ node: Int, among able: [Int32], not taken: Int) -> Int {
        var best = (start: Double.infinity, way: Double.infinity, who: -1)
        for candidate in able where Int(candidate) != taken {
            let last = prev[services + Int(candidate)]
            let way = way(last, node)
            let start = max(free[last] + way, rows[node >> 1].opens)
            if (start, way, Int(candidate)) < best { best = (start, way, Int(candidate)) }
        }
        return best.who
    }
}
