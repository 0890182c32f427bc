/// What a trial change of the routes has done so far, and which visits have still to be timed again. Flat memory, taken once.
struct DayPlanJournal {
    struct Node {
        let node: Int
        let before: Int
        let worker: Int
    }
    struct Times {
        let visit: Int
        let first: Double
        let second: Double
        let soft: Double
        let worst: Double
    }

    /// More services are never moved at once.
    private static let mostMoved = 16

    let nodes: UnsafeMutablePointer<Node>
    let visits: UnsafeMutablePointer<(visit: Int, key: Double)>
    let times: UnsafeMutablePointer<Times>
    /// The visits to be timed again, the earliest last once sorted.
    let marked: UnsafeMutablePointer<Int>
    let isMarked: UnsafeMutablePointer<Bool>
    private(set) var nodeCount = 0
    private(set) var visitCount = 0
    private(set) var timeCount = 0
    var markedCount = 0
    /// Set when the change was an exchange of tails.
    var tails: (Int, Int)?
    private(set) var distance = 0.0
    private(set) var soft = 0.0
    private(set) var worst = 0.0

    init(visits count: Int) {
        nodes = .allocate(capacity: Self.mostMoved)
        visits = .allocate(capacity: Self.mostMoved)
        times = .allocate(capacity: count + 2)
        marked = .allocate(capacity: count + 1)
        isMarked = .allocate(capacity: count + 1)
        isMarked.initialize(repeating: false, count: count + 1)
    }

    func deallocate() {
        nodes.deallocate()
        visits.deallocate()
        times.deallocate()
        marked.deallocate()
        isMarked.deallocate()
    }

    /// The start of a new trial.
    @inline(__always) mutating func clear(distance: Double, soft: Double, worst: Double) {
        nodeCount = 0
        visitCount = 0
        timeCount = 0
        tails = nil
        (self.distance, self.soft, self.worst) = (distance, soft, worst)
    }

    @inline(__always) mutating func note(node: Int, before: Int, worker: Int) {
        (nodes + nodeCount).initialize(to: Node(node: node, before: before, worker: worker))
        nodeCount &+= 1
    }

    @inline(__always) mutating func note(visit: Int, key: Double) {
        (visits + visitCount).initialize(to: (visit, key))
        visitCount &+= 1
    }

    @inline(__always) mutating func note(_ entry: Times) {
        (times + timeCount).initialize(to: entry)
        timeCount &+= 1
    }

    @inline(__always) mutating func mark(_ visit: Int) {
        if isMarked[visit] { return }
        isMarked[visit] = true
        (marked + markedCount).initialize(to: visit)
        markedCount &+= 1
    }

    /// Nothing is to be timed again after all.
    @inline(__always) mutating func forgetMarks() {
        while markedCount > 0 {
            markedCount &-= 1
            isMarked[marked[markedCount]] = false
        }
    }
}
