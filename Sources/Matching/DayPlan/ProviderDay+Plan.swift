import Kernel
import Orders
import Registry

extension ProviderDay {
    /// The best plan found in so many steps; the same day, steps and seed give the same plan.
    ///
    /// What the last plan said stays as it was wherever it is still in time: a cancelled visit leaves a gap and moves nobody.
    public func plan(steps: Int, seed: UInt64) async -> ProviderPlan {
        let plan = await solved(released: [], steps: steps, seed: seed)
        // What would be late at its old time may come earlier after all.
        let broken = Set(plan.visits.filter { $0.isMoved && $0.late_min > 0 }.map(\.order))
        guard !broken.isEmpty else { return plan }
        let other = await solved(released: broken, steps: steps, seed: seed)
        return (other.late_min, other.moved) < (plan.late_min, plan.moved) ? other : plan
    }

    /// - Parameter released: visits whose old time no longer counts.
    private func solved(released: Set<OrderID>, steps: Int, seed: UInt64) async -> ProviderPlan {
        var (placed, unplaced): ([(Appointment, DayPlanInstance.Visit)], [ProviderPlan.Unplaced]) = ([], [])
        for appointment in appointments {
            switch visit(appointment, isReleased: released.contains(appointment.order)) {
            case .success(let visit): placed.append((appointment, visit))
            case .failure(let missing): unplaced.append(.init(order: appointment.order, reason: missing.reason))
            }
        }
        let travel = travel(placed.map(\.0.place))
        do {
            let instance = try DayPlanInstance(
                workers: shifts.map(worker), visits: placed.map(\.1), travel: travel, moveCost: moveCost(travel, places: placed.count + 1))
            let plan = await DayPlanSearch(instance, seed: seed).runPolitely(.steps(steps))
            return told(plan, placed.map(\.0), travel, unplaced)
        } catch {
            preconditionFailure("a provider's day is no instance: \(error)")
        }
    }

    private struct Missing: Error { let reason: RefusalCode }

    private func minutes(_ instant: Instant) -> Double { max(0, Double((instant - Instant(date)).milliseconds) / 60_000) }

    private func worker(_ shift: Shift) -> DayPlanInstance.Worker {
        DayPlanInstance.Worker(
            from: minutes(shift.window.start), until: minutes(shift.window.end), pause: shift.pause.map { minutes($0.start)..<minutes($0.end) })
    }

    private func number(_ id: WorkerID?) -> Int? { id.flatMap { id in shifts.firstIndex { $0.worker == id } } }

    private func visit(_ appointment: Appointment, isReleased: Bool) -> Result<DayPlanInstance.Visit, Missing> {
        var needs = appointment.crew.needs
        let isDouble = needs.count == 2
        if let pin = appointment.pin {
            // Somebody said so: that person goes, whatever the rules would have said.
            needs = [[pin.worker]] + (isDouble ? [pin.second.map { [$0] } ?? needs[1].filter { $0 != pin.worker }] : [])
        } else if let lacking = appointment.crew.lacking {
            return .failure(Missing(reason: lacking))
        }
        let able = needs.map { $0.compactMap(number).sorted().map { Int32($0) } }
        guard !able.isEmpty, able.allSatisfy({ !$0.isEmpty }), !isDouble || Set(able[0] + able[1]).count > 1 else {
            return .failure(Missing(reason: .workersBusy))
        }
        let duration = minutes(appointment.window.end) - minutes(appointment.window.start)
        let need = DayPlanInstance.Need(workers: able[0], duration: duration)
        let second = isDouble ? DayPlanInstance.Need(workers: able[1], duration: duration) : nil
        if let pin = appointment.pin {
            let start = minutes(pin.start)
            return .success(.init(opens: start, closes: start, first: need, second: second, lateWeight: DayPlanPolicy.pinWeight))
        }
        let kept = isReleased ? nil : kept(appointment, able)
        let opens = max(minutes(appointment.window.start - .minutes(policy.early)), minutes(now), kept?.start ?? 0)
        let closes = max(opens, minutes(appointment.window.start + .minutes(policy.late)))
        return .success(.init(opens: opens, closes: closes, first: need, second: second, lateWeight: DayPlanPolicy.lateWeight, kept: kept))
    }

    /// What the last plan said, as long as the same people may still come.
    private func kept(_ appointment: Appointment, _ able: [[Int32]]) -> DayPlanInstance.Kept? {
        guard let former = appointment.former, let first = number(former.worker), able[0].contains(Int32(first)) else { return nil }
        guard able.count == 2 else { return DayPlanInstance.Kept(first: first, start: minutes(former.start)) }
        guard let second = number(former.second), second != first, able[1].contains(Int32(second)) else { return nil }
        return DayPlanInstance.Kept(first: first, second: second, start: minutes(former.start))
    }

    /// Whole minutes, rounded up.
    private func travel(_ places: [Coordinate]) -> [Double] {
        let all = [office] + places
        return all.flatMap { a in all.map { b in Double((a.metres(to: b) + policy.speed - 1) / policy.speed) } }
    }

    /// More than all the travel of a day with every visit made from the office and back, so that nobody is moved to save travel;
    /// and so many minutes of lateness on top.
    private func moveCost(_ travel: [Double], places: Int) -> Double {
        let there = (0..<places).reduce(0) { $0 + travel[$1] + travel[$1 * places] + 2 }
        return (2 * there + DayPlanPolicy.moveMinutes * DayPlanPolicy.lateWeight) / 3
    }

    private func told(_ plan: DayPlan, _ placed: [Appointment], _ travel: [Double], _ unplaced: [ProviderPlan.Unplaced]) -> ProviderPlan {
        var people = [(first: Int, second: Int?)](repeating: (0, nil), count: placed.count)
        for (worker, route) in plan.routes.enumerated() {
            for stop in route {
                if stop.service == 0 { people[stop.visit].first = worker } else { people[stop.visit].second = worker }
            }
        }
        let starts = unhurried(plan, placed, travel)
        let visits = placed.indices.map { index -> ProviderPlan.Visit in
            let (appointment, found) = (placed[index], people[index])
            let start = Instant(date) + Span(milliseconds: Int64((starts[index] * 60_000).rounded(.up)))
            let assignment = Assignment(worker: shifts[found.first].worker, second: found.second.map { shifts[$0].worker }, start: start)
            let end = start + (appointment.window.end - appointment.window.start)
            let latest = appointment.pin?.start ?? appointment.window.start + .minutes(policy.late)
            let overtime = [found.first, found.second].compactMap { $0 }.map { (end - shifts[$0].window.end).milliseconds }
            let late = max(0, (start - latest).milliseconds, overtime.max() ?? 0)
            return ProviderPlan.Visit(
                order: appointment.order, assignment: assignment, end: end, late_min: Int((late + 59_999) / 60_000),
                isPinned: appointment.pin != nil, isMoved: appointment.former.map { $0 != assignment } ?? false)
        }
        return ProviderPlan(visits: visits, unplaced: unplaced, travel_min: Int(plan.distance.rounded()))
    }

    /// The starts, put off until the time promised wherever the rest of the day allows: the plan itself starts everything as early as it may.
    private func unhurried(_ plan: DayPlan, _ placed: [Appointment], _ travel: [Double]) -> [Double] {
        var starts = [Double](repeating: 0, count: placed.count)
        var next = [[(visit: Int?, worker: Int)]](repeating: [], count: placed.count)
        for (worker, route) in plan.routes.enumerated() {
            for (index, stop) in route.enumerated() {
                starts[stop.visit] = stop.start
                next[stop.visit].append((index + 1 < route.count ? route[index + 1].visit : nil, worker))
            }
        }
        // From the end of the day, so that what follows has been put off already.
        for visit in placed.indices.sorted(by: { (starts[$0], $0) > (starts[$1], $1) }) {
            let appointment = placed[visit]
            guard appointment.pin == nil, appointment.former.map({ minutes($0.start) != starts[visit] }) ?? true else { continue }
            let duration = minutes(appointment.window.end) - minutes(appointment.window.start)
            var latest = minutes(appointment.window.start)
            for (after, worker) in next[visit] {
                let pause = shifts[worker].pause.map { (from: minutes($0.start), until: minutes($0.end)) }
                let isBefore = pause.map { starts[visit] < $0.from } ?? false
                if let pause, isBefore { latest = min(latest, pause.from - duration) }
                latest = min(latest, minutes(shifts[worker].window.end) - duration)
                guard let after else { continue }
                let way = travel[(visit + 1) * (placed.count + 1) + after + 1]
                let rest = pause.map { isBefore && starts[after] >= $0.until ? $0.until - $0.from : 0 } ?? 0
                latest = min(latest, starts[after] - way - rest - duration)
            }
            starts[visit] = max(starts[visit], latest)
        }
        return starts
    }
}
