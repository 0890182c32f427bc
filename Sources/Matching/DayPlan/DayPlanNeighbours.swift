/// Which visits a worker would sensibly make just before or just after another: near, in time and without long waiting. Most of the search
/// looks only there.
struct DayPlanNeighbours {
    /// How many are kept for each visit on each side.
    let count: Int
    private let before: UnsafeMutablePointer<Int32>
    private let after: UnsafeMutablePointer<Int32>

    private static let most = 24
    /// A minute of waiting against a minute of travel.
    private static let waiting = 0.3

    init(_ instance: DayPlanInstance) {
        let visits = instance.visits
        count = min(Self.most, max(0, visits.count - 1))
        before = .allocate(capacity: max(1, count * visits.count))
        after = .allocate(capacity: max(1, count * visits.count))
        let sets = visits.map { Set($0.first.workers + ($0.second?.workers ?? [])) }
        let width = visits.count + 1
        func effort(_ from: Int, _ to: Int) -> Double {
            let (a, b) = (visits[from], visits[to])
            let way = instance.travel[(from + 1) * width + to + 1]
            let (earliest, latest) = (a.opens + a.first.duration + way, a.closes + a.first.duration + way)
            let strangers = sets[from].isDisjoint(with: sets[to]) ? 1e6 : 0
            return way + max(0, earliest - b.closes) + Self.waiting * max(0, b.opens - latest) + strangers
        }
        for visit in visits.indices {
            let others = visits.indices.filter { $0 != visit }
            let into = others.map { (effort($0, visit), $0) }.sorted { $0 < $1 }
            let out = others.map { (effort(visit, $0), $0) }.sorted { $0 < $1 }
            for rank in 0..<count {
                (before + visit * count + rank).initialize(to: Int32(into[rank].1))
                (after + visit * count + rank).initialize(to: Int32(out[rank].1))
            }
        }
    }

    func deallocate() {
        before.deallocate()
        after.deallocate()
    }

    @inline(__always) func before(_ visit: Int, _ rank: Int) -> Int { Int(before[visit &* count &+ rank]) }

    @inline(__always) func after(_ visit: Int, _ rank: Int) -> Int { Int(after[visit &* count &+ rank]) }
}
