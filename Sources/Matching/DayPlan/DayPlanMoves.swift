import Kernel

/// Small changes of the routes, drawn at random. Each says whether it changed anything; the routes are then still to be settled or undone.
struct DayPlanMoves {
    private let routes: DayPlanRoutes
    private let neighbours: DayPlanNeighbours
    /// Who can give a service: the workers of node `n` are `able[from[n] ..< from[n + 1]]`.
    private let able: [Int]
    private let from: [Int]
    var random: SeededRandom

    init(_ instance: DayPlanInstance, _ routes: DayPlanRoutes, random: SeededRandom) {
        self.routes = routes
        self.random = random
        neighbours = DayPlanNeighbours(instance)
        var (able, from) = ([Int](), [0])
        for visit in instance.visits {
            for need in [visit.first, visit.second] {
                able += (need?.workers ?? []).map { Int($0) }
                from.append(able.count)
            }
        }
        (self.able, self.from) = (able, from)
    }

    func deallocate() { neighbours.deallocate() }

    @inline(__always) mutating func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }

    @inline(__always) mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: ((random.next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32) }

    /// One of the moves. More often those that more often lead somewhere.
    mutating func change() -> Bool {
        let kind = below(100)
        if kind < 52 { return besideANeighbour() }
        if kind < 62 { return alongTheRoute() }
        if kind < 75 { return toAnotherWorker() }
        if kind < 90 { return exchangeVisits() }
        return exchangeTails()
    }

    @inline(__always) private mutating func anyone(_ node: Int) -> Int {
        let first = from[node]
        return able[first &+ below(from[node &+ 1] &- first)]
    }

    /// A worker for the other service of a visit: mostly the one it has.
    @inline(__always) private mutating func partner(_ node: Int, not taken: Int) -> Int? {
        var who = routes.worker[node]
        if who == taken || below(4) == 0 {
            who = anyone(node)
            if who == taken { who = anyone(node) }
        }
        return who == taken ? nil : who
    }

    /// Puts a visit just before or after one that lies well for it, on the same route.
    private mutating func besideANeighbour() -> Bool {
        let visit = below(routes.visits)
        let isDouble = routes.rows[visit].isDouble
        let service = isDouble ? below(2) : 0
        let node = 2 &* visit &+ service
        var before: Int
        if neighbours.count == 0 || below(24) == 0 {
            before = routes.services &+ anyone(node)
        } else {
            let skew = unit()
            let rank = Int(skew * skew * Double(neighbours.count))
            let isAfter = below(2) == 0
            let other = isAfter ? neighbours.before(visit, rank) : neighbours.after(visit, rank)
            var anchor = 2 &* other &+ (routes.rows[other].isDouble ? below(2) : 0)
            if !routes.isAble[node &* routes.workers &+ routes.worker[anchor]] {
                guard routes.rows[other].isDouble else { return false }
                anchor ^= 1
                guard routes.isAble[node &* routes.workers &+ routes.worker[anchor]] else { return false }
            }
            before = isAfter ? anchor : routes.prev[anchor]
        }
        return put(node, after: before)
    }

    /// Puts a visit, rather one that is late, anywhere else on the route it is on: where one worker has too much to do, its order is what matters.
    private mutating func alongTheRoute() -> Bool {
        var visit = below(routes.visits)
        let other = below(routes.visits)
        if routes.soft[other] > routes.soft[visit] { visit = other }
        let node = 2 &* visit &+ (routes.rows[visit].isDouble ? below(2) : 0)
        let isEarlier = below(4) > 0
        var before = node
        for _ in 0...below(8) {
            let next = isEarlier ? routes.prev[before] : routes.next[before]
            if next >= routes.services { break }
            before = next
        }
        guard before != node else { return false }
        return put(node, after: isEarlier ? routes.prev[before] : before)
    }

    /// Takes a visit out and puts it in after another node, whose worker it gets for the service given.
    private mutating func put(_ node: Int, after position: Int) -> Bool {
        let (visit, service) = (node >> 1, node & 1)
        let isDouble = routes.rows[visit].isDouble
        var before = position
        if before >> 1 == visit, before < routes.services { before = routes.prev[before] }
        var after = routes.next[before]
        if after < routes.services, after >> 1 == visit { after = routes.next[after] }
        let who = before < routes.services ? routes.worker[before] : before &- routes.services
        var other = -1
        if isDouble {
            guard let found = partner(node ^ 1, not: who) else { return false }
            other = found
        }
        guard let key = key(for: visit, between: before, and: after) else { return false }
        routes.unlinkVisit(visit)
        routes.linkVisit(visit, key: key, service == 0 ? who : other, service == 0 ? other : who)
        return true
    }

    /// A place in time between two neighbours on a route: when the visit could start there, or anywhere between.
    @inline(__always) private mutating func key(for visit: Int, between before: Int, and after: Int) -> Double? {
        let low = before < routes.services ? routes.key[before >> 1] : -.infinity
        let high = after < routes.services ? routes.key[after >> 1] : .infinity
        let way = routes.travel[routes.place(before) &* routes.width &+ visit &+ 1]
        var key = max(routes.free[before] + way, routes.rows[visit].opens)
        if key >= high || below(8) == 0 {
            let floor = max(low, high < .infinity ? high - 60 : key - 60)
            let ceiling = min(high, max(floor, key) + 60)
            key = floor + (ceiling - floor) * unit()
        }
        // Two visits at the same place in time could come to wait for each other.
        key += unit() * 1e-4
        return key > low && key < high ? key : nil
    }

    /// Gives one service of a visit to somebody else at the same place in time.
    private mutating func toAnotherWorker() -> Bool {
        let visit = below(routes.visits)
        let service = routes.rows[visit].isDouble ? below(2) : 0
        let node = 2 &* visit &+ service
        let who = anyone(node)
        guard who != routes.worker[node] else { return false }
        if routes.rows[visit].isDouble, who == routes.worker[node ^ 1] { return false }
        routes.journal.note(visit: visit, key: routes.key[visit])
        routes.unlink(node)
        routes.link(node, worker: who)
        routes.journal.mark(visit)
        return true
    }

    /// Two visits take each other's place, each with the worker of the other where that is possible.
    private mutating func exchangeVisits() -> Bool {
        let visit = below(routes.visits)
        guard neighbours.count > 0 else { return false }
        let skew = unit()
        let rank = Int(skew * skew * Double(neighbours.count))
        let other = below(2) == 0 ? neighbours.before(visit, rank) : neighbours.after(visit, rank)
        let (one, two) = (2 &* visit, 2 &* other)
        var (a, b) = (routes.worker[one], routes.worker[one &+ 1])
        var (c, d) = (routes.worker[two], routes.worker[two &+ 1])
        let width = routes.workers
        let (isOneDouble, isTwoDouble) = (routes.rows[visit].isDouble, routes.rows[other].isDouble)
        // Which of the two services meet: one of each.
        let (s, t) = (isOneDouble ? below(2) : 0, isTwoDouble ? below(2) : 0)
        let (from, to) = (s == 0 ? a : b, t == 0 ? c : d)
        if from != to {
            guard routes.isAble[(one &+ s) &* width &+ to], routes.isAble[(two &+ t) &* width &+ from] else { return false }
            if s == 0 { a = to } else { b = to }
            if t == 0 { c = from } else { d = from }
            if isOneDouble, a == b { return false }
            if isTwoDouble, c == d { return false }
        }
        let (keyOne, keyTwo) = (routes.key[visit], routes.key[other])
        routes.unlinkVisit(visit)
        routes.unlinkVisit(other)
        routes.linkVisit(visit, key: keyTwo, a, b)
        routes.linkVisit(other, key: keyOne, c, d)
        return true
    }

    /// Two workers take over the rest of each other's day from a visit on.
    private mutating func exchangeTails() -> Bool {
        let visit = below(routes.visits)
        let isDouble = routes.rows[visit].isDouble
        let cut = 2 &* visit &+ (isDouble ? below(2) : 0)
        let one = routes.worker[cut]
        let other = below(routes.workers)
        guard one != other else { return false }
        let partner = routes.last(of: other, before: routes.key[visit])
        // The visit goes along with the rest or it stays; made by both of them it goes, or one would have both its services.
        let isShared = isDouble && routes.worker[cut ^ 1] == other
        let start = !isShared && below(2) == 0 ? cut : routes.prev[cut]
        guard canTake(routes.next[start], other), canTake(routes.next[partner], one) else { return false }
        let (a, b) = (routes.next[start], routes.next[partner])
        if a >= routes.services, b >= routes.services { return false }
        routes.distance += routes.way(start, b) + routes.way(partner, a) - routes.way(start, a) - routes.way(partner, b)
        routes.journal.tails = (start, partner)
        routes.exchangeTails(start, partner)
        if a < routes.services { markTail(a) }
        if b < routes.services { markTail(b) }
        return true
    }

    private func markTail(_ from: Int) {
        // With shifts, breaks or promises it matters to each visit who makes it.
        guard routes.isPersonal else { return routes.journal.mark(from >> 1) }
        var node = from
        while node < routes.services {
            routes.journal.mark(node >> 1)
            node = routes.next[node]
        }
    }

    @inline(__always) private func canTake(_ from: Int, _ who: Int) -> Bool {
        var node = from
        while node < routes.services {
            guard routes.isAble[node &* routes.workers &+ who] else { return false }
            node = routes.next[node]
        }
        return true
    }
}
