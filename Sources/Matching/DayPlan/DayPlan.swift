/// Who goes where and when.
public struct DayPlan: Sendable {
    public struct Stop: Hashable, Sendable {
        public let visit: Int
        /// 0 for the first service of the visit, 1 for the second.
        public let service: Int
        public let start: Double
        public let end: Double
    }

    /// The stops of each worker in the order of the day.
    public let routes: [[Stop]]
    public let distance: Double
    public let tardiness: Double
    public let worstTardiness: Double
    /// (distance + total tardiness + largest tardiness) / 3, as the paper weighs them.
    public var cost: Double { (distance + tardiness + worstTardiness) / 3 }
}

extension DayPlan {
    /// The plan that the routes stand for, with the lateness of each service counted once and unweighted.
    init(_ routes: DayPlanRoutes) {
        var stops: [[Stop]] = []
        var (distance, tardiness, worst) = (0.0, 0.0, 0.0)
        for home in routes.services..<(routes.services + routes.workers) {
            var route: [Stop] = []
            var node = home
            repeat {
                distance += routes.way(node, routes.next[node])
                node = routes.next[node]
                if node == home { break }
                let visit = node >> 1
                let start = routes.free[node] - routes.duration[node]
                route.append(Stop(visit: visit, service: node & 1, start: start, end: routes.free[node]))
                let late = max(0, start - routes.rows[visit].closes)
                tardiness += late
                worst = max(worst, late)
            } while true
            stops.append(route)
        }
        self.init(routes: stops, distance: distance, tardiness: tardiness, worstTardiness: worst)
    }
}
