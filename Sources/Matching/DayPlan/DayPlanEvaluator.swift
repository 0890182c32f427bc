#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func naturalLog(_ value: Double) -> Double { log(value) }

/// Reads a list of visits from front to back and says what the plan costs. Owns its scratch memory, so that a reading allocates nothing.
final class DayPlanEvaluator {
    private struct Row {
        let opens: Double
        let closes: Double
        let firstDuration: Double
        let secondDuration: Double
        let least: Double
        let most: Double
    }

    private let rows: UnsafeMutableBufferPointer<Row>
    private let travel: UnsafeMutableBufferPointer<Double>
    /// Where each worker is (0: the office) and from when it is free.
    private let place: UnsafeMutableBufferPointer<Int>
    private let free: UnsafeMutableBufferPointer<Double>
    private let width: Int

    init(_ instance: DayPlanInstance) {
        width = instance.visits.count + 1
        rows = .allocate(capacity: instance.visits.count)
        _ = rows.initialize(
            from: instance.visits.map {
                Row(
                    opens: $0.opens, closes: $0.closes, firstDuration: $0.first.duration, secondDuration: $0.second?.duration ?? 0,
                    least: $0.gap.lowerBound, most: $0.gap.upperBound)
            })
        travel = .allocate(capacity: instance.travel.count)
        _ = travel.initialize(from: instance.travel)
        place = .allocate(capacity: instance.workers)
        place.initialize(repeating: 0)
        free = .allocate(capacity: instance.workers)
        free.initialize(repeating: 0)
    }

    deinit {
        rows.deallocate()
        travel.deallocate()
        place.deallocate()
        free.deallocate()
    }

    /// The cost of a plan, or some value not below `limit` as soon as it is certain to reach it.
    func cost(_ list: DayPlanList, below limit: Double) -> Double {
        var (distance, tardiness, worst) = (0.0, 0.0, 0.0)
        reset()
        let bound = limit * 3
        for index in list.order {
            let visit = Int(index)
            let (a, b) = starts(visit, list, &distance)
            let late = a - rows[visit].closes
            if late > 0 {
                tardiness += late
                if late > worst { worst = late }
            }
            if list.second[visit] >= 0 {
                let late = b - rows[visit].closes
                if late > 0 {
                    tardiness += late
                    if late > worst { worst = late }
                }
            }
            if distance + tardiness + worst >= bound { return limit }
        }
        return (distance + back + tardiness + worst) / 3
    }

    private func reset() {
        for worker in place.indices {
            place[worker] = 0
            free[worker] = 0
        }
    }

    /// The way of everybody from the last visit to the office.
    private var back: Double {
        var distance = 0.0
        for worker in place.indices { distance += travel[place[worker] * width] }
        return distance
    }

    /// Appends a visit to its workers' routes.
    @inline(__always)
    private func starts(_ visit: Int, _ list: DayPlanList, _ distance: inout Double) -> (Double, Double) {
        let row = rows[visit]
        let here = visit + 1
        let first = Int(list.first[visit])
        let way = travel[place[first] * width + here]
        distance += way
        var a = max(free[first] + way, row.opens)
        place[first] = here
        guard list.second[visit] >= 0 else {
            free[first] = a + row.firstDuration
            return (a, a)
        }
        let second = Int(list.second[visit])
        let otherWay = travel[place[second] * width + here]
        distance += otherWay
        place[second] = here
        let b = max(free[second] + otherWay, row.opens, a + row.least)
        // The second worker comes too late for the gap: the first waits for it.
        if b > a + row.most { a = b - row.most }
        free[first] = a + row.firstDuration
        free[second] = b + row.secondDuration
        return (a, b)
    }

    func plan(_ list: DayPlanList) -> DayPlan {
        var (distance, tardiness, worst) = (0.0, 0.0, 0.0)
        var routes = [[DayPlan.Stop]](repeating: [], count: place.count)
        reset()
        for index in list.order {
            let visit = Int(index)
            let (a, b) = starts(visit, list, &distance)
            routes[Int(list.first[visit])].append(
                DayPlan.Stop(visit: visit, service: 0, start: a, end: a + rows[visit].firstDuration))
            var lates = [a - rows[visit].closes]
            if list.second[visit] >= 0 {
                routes[Int(list.second[visit])].append(
                    DayPlan.Stop(visit: visit, service: 1, start: b, end: b + rows[visit].secondDuration))
                lates.append(b - rows[visit].closes)
            }
            for late in lates where late > 0 {
                tardiness += late
                worst = max(worst, late)
            }
        }
        return DayPlan(routes: routes, distance: distance + back, tardiness: tardiness, worstTardiness: worst)
    }
}
