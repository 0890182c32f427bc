// When everybody starts, brought up to date after a change: the marked visits in the order of time, and on from each as far as anything changes.

extension DayPlanRoutes {
    /// Two workers with a break each have met after as many.
    private static let mostRounds = 4

    /// Times the marked visits and all that follow from them; afterwards `cost` is the cost of the routes as they are.
    func settle() {
        sortMarks()
        var highest = 0.0
        var lostWorst = false
        while journal.markedCount > 0 {
            journal.markedCount &-= 1
            let visit = journal.marked[journal.markedCount]
            journal.isMarked[visit] = false
            let old = DayPlanJournal.Times(
                visit: visit, first: free[2 &* visit], second: free[2 &* visit &+ 1], soft: soft[visit], worst: worst[visit])
            time(visit)
            let (isFirstMoved, isSecondMoved) = (free[2 &* visit] != old.first, free[2 &* visit &+ 1] != old.second)
            guard isFirstMoved || isSecondMoved || soft[visit] != old.soft || worst[visit] != old.worst else { continue }
            guard journal.timeCount <= visits else {
                // Only after a tie of places in time: two visits wait for each other.
                journal.forgetMarks()
                softTotal = .infinity
                return
            }
            journal.note(old)
            softTotal += soft[visit] - old.soft
            if worst[visit] > highest { highest = worst[visit] }
            if old.worst >= journal.worst { lostWorst = true }
            if isFirstMoved { follow(next[2 &* visit]) }
            if isSecondMoved { follow(next[2 &* visit &+ 1]) }
        }
        if highest >= worstTotal {
            worstTotal = highest
        } else if lostWorst {
            findWorst()
        }
    }

    private func findWorst() {
        var most = 0.0
        for visit in 0..<visits where worst[visit] > most { most = worst[visit] }
        worstTotal = most
    }

    /// Earliest last, by insertion: there are only a handful.
    @inline(__always) private func sortMarks() {
        let marked = journal.marked
        var index = 1
        while index < journal.markedCount {
            let visit = marked[index]
            var hole = index
            while hole > 0, key[marked[hole &- 1]] < key[visit] {
                marked[hole] = marked[hole &- 1]
                hole &-= 1
            }
            marked[hole] = visit
            index &+= 1
        }
    }

    /// Marks the visit of a node in its order.
    @inline(__always) private func follow(_ node: Int) {
        guard node < services else { return }
        let visit = node >> 1
        if journal.isMarked[visit] { return }
        journal.isMarked[visit] = true
        let marked = journal.marked
        var hole = journal.markedCount
        while hole > 0, key[marked[hole &- 1]] < key[visit] {
            marked[hole] = marked[hole &- 1]
            hole &-= 1
        }
        marked[hole] = visit
        journal.markedCount &+= 1
    }

    /// The earliest starts of a visit given the visits before it on its workers' routes.
    @inline(__always) func time(_ visit: Int) {
        let row = rows[visit]
        let node = 2 &* visit
        var a = begin(node, notBefore: row.opens)
        guard row.isDouble else {
            free[node] = a + duration[node]
            let late = self.late(node, a, row)
            worst[visit] = late
            soft[visit] = late + moved(visit, a)
            return
        }
        var b = begin(node &+ 1, notBefore: max(row.opens, a + row.least))
        // The second worker comes too late for the gap: the first waits for it, and the other way round when that meets a break.
        var rounds = 0
        while b > a + row.most + 1e-9, rounds < Self.mostRounds {
            a = begin(node, notBefore: b - row.most)
            b = max(b, begin(node &+ 1, notBefore: a + row.least))
            rounds &+= 1
        }
        free[node] = a + duration[node]
        free[node &+ 1] = b + duration[node &+ 1]
        let (lateFirst, lateSecond) = (late(node, a, row), late(node &+ 1, b, row))
        worst[visit] = max(lateFirst, lateSecond)
        soft[visit] = lateFirst + lateSecond + moved(visit, a)
    }

    /// When a worker can begin a service. A break interrupts the way and is never interrupted by a service.
    @inline(__always) private func begin(_ node: Int, notBefore earliest: Double) -> Double {
        let before = prev[node]
        let leave = free[before]
        let arrival = leave + way(before, node)
        if hasPauses {
            let who = worker[node]
            let (from, until) = (pauseStart[who], pauseEnd[who])
            var start = arrival
            if leave < until, arrival > from { start += until - max(from, leave) }
            start = max(start, earliest)
            return start < until && start + duration[node] > from ? until : start
        }
        return max(arrival, earliest)
    }

    /// By how much the window or the worker's shift is overrun.
    @inline(__always) private func late(_ node: Int, _ start: Double, _ row: Row) -> Double {
        let late = start - min(row.closes, shiftEnd[worker[node]] - duration[node])
        return late > 0 ? late * row.lateWeight : 0
    }

    @inline(__always) private func moved(_ visit: Int, _ start: Double) -> Double {
        let kept = keptWorker[2 &* visit]
        if kept < 0 { return 0 }
        let isSame = kept == worker[2 &* visit] && (!rows[visit].isDouble || keptWorker[2 &* visit &+ 1] == worker[2 &* visit &+ 1])
        return isSame && start <= keptStart[visit] + 1e-6 ? 0 : moveCost
    }

    /// Times everything from the start and gives every visit a place in time close to its start, so that new places can be found between.
    func refresh() {
        let order = (0..<visits).sorted { (key[$0], $0) < (key[$1], $1) }
        distance = 0
        softTotal = 0
        for home in services..<(services + workers) {
            var node = home
            repeat {
                distance += way(node, next[node])
                node = next[node]
            } while node != home
        }
        for visit in order {
            time(visit)
            softTotal += soft[visit]
            var place = free[2 * visit] - duration[2 * visit]
            for node in [2 * visit, 2 * visit + 1] where node == 2 * visit || rows[visit].isDouble {
                if prev[node] < services { place = max(place, key[prev[node] >> 1] + 1e-3) }
            }
            // Ties would make the order of two visits a matter of chance.
            key[visit] = place + Double(visit) * 1e-8
        }
        findWorst()
    }
}
