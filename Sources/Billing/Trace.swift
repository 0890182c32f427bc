import Catalog
import Entitlement
import Kernel
import Orders
import Registry

/// What a line leaves behind for being compared with others: a fraction of a ``Candidate``, so that a month of a million fits in memory.
public struct Trace: Sendable {
    let subject: String
    let number: String
    let kind: Candidate.Kind
    let provider: ProviderID
    let elder: ElderID
    let item: ItemCode
    let date: LocalDate
    let createdAt: Instant
    let begin: Instant?
    let end: Instant?
    let worker: WorkerID?
    let device: String?
    let place: Coordinate?
    let slot: String?
    let swipedAt: Instant?
    let subsidy: Fen
    let isManual: Bool
    /// Counts for caps of the week and the year; not judged itself.
    let isContext: Bool

    init(_ line: Candidate, isContext: Bool = false) {
        subject = line.subject
        number = line.number
        kind = line.kind
        provider = line.provider
        elder = line.elder
        item = line.item
        date = line.date
        createdAt = line.createdAt
        begin = line.begin
        end = line.end
        worker = line.worker
        device = line.proof.device
        place = line.recipient?.place
        slot = line.proof.slot
        swipedAt = line.proof.swipedAt
        subsidy = line.subsidy
        isManual = line.isManual
        self.isContext = isContext
    }

    /// Which of two services counts first: the earlier day, then the one entered first.
    func precedes(_ other: Trace) -> Bool { (date, createdAt, subject) < (other.date, other.createdAt, other.subject) }

    var presence: TimeWindow? {
        guard let begin, let end else { return nil }
        return TimeWindow(start: begin, end: end)
    }
}

extension [Trace] {
    /// The places of those lines that have a time, in its order; of equal times by subject.
    func places(by time: (Trace) -> Instant?) -> [(place: Int, at: Instant)] {
        indices.compactMap { place in time(self[place]).map { (place, $0) } }
            .sorted { ($0.at, self[$0.place].subject) < ($1.at, self[$1.place].subject) }
    }
}

/// All lines of a month, put together in every way in which they are compared. Adding and judging take O(n log n) in all.
public struct Traces: Sendable {
    private var traces: [Trace] = []
    private var photos: [PhotoKey: [Int32]] = [:]
    private var signatures: [PhotoKey: [Int32]] = [:]
    private var funds: [String: [(line: Int32, amount: Fen, region: String?)]] = [:]

    /// The first 128 bits of a SHA-256: a chance meeting of a million is one in 10²⁶.
    private struct PhotoKey: Hashable, Sendable {
        let high: UInt64
        let low: UInt64

        init?(_ hex: String) {
            let digits = Array(hex.utf8.prefix(32))
            guard digits.count == 32, let high = UInt64(String(decoding: digits[..<16], as: UTF8.self), radix: 16),
                let low = UInt64(String(decoding: digits[16...], as: UTF8.self), radix: 16)
            else { return nil }
            self.high = high
            self.low = low
        }
    }

    public init() {}

    public var count: Int { traces.count }

    /// - Parameter isContext: an earlier service that counts for the caps of the week and year, but is settled already.
    public mutating func add(_ line: Candidate, isContext: Bool = false) {
        let place = Int32(traces.count)
        traces.append(Trace(line, isContext: isContext))
        guard !isContext else { return }
        for photo in line.proof.photos { if let key = PhotoKey(photo) { photos[key, default: []].append(place) } }
        if let signature = line.proof.signature, let key = PhotoKey(signature) { signatures[key, default: []].append(place) }
        for leg in line.funding { funds[leg.fund, default: []].append((place, leg.amount, line.recipient?.region)) }
    }

    /// What every comparison finds, by subject.
    public func findings(_ terms: Terms) -> [String: [Finding]] {
        Grouping.allCases.reduce(into: [:]) { $0.merge(findings(by: $1, terms)) { $0 + $1 } }
    }

    /// What the comparisons of one kind find, by subject. The kinds are independent of each other and may be judged side by side.
    public func findings(by grouping: Grouping, _ terms: Terms) -> [String: [Finding]] {
        var found: [String: [Finding]] = [:]
        if grouping == .fund {
            judgeBudgets(terms, &found)
            return found
        }
        let checks = Checks.group.filter { $0.grouping == grouping }
        for group in groups(by: grouping) {
            let lines = group.map { traces[Int($0)] }.sorted { $0.precedes($1) }
            for check in checks {
                check.judge(lines, terms) { place, finding in
                    guard !lines[place].isContext else { return }
                    found[lines[place].subject, default: []].append(finding)
                }
            }
        }
        return found
    }

    /// The groups with more than one line, and single lines where one alone can be too much.
    private func groups(by grouping: Grouping) -> [[Int32]] {
        func gather<Key: Hashable>(_ key: (Trace) -> Key?) -> [[Int32]] {
            var groups: [Key: [Int32]] = [:]
            for (place, trace) in traces.enumerated() { if let key = key(trace) { groups[key, default: []].append(Int32(place)) } }
            return Array(groups.values)
        }
        return switch grouping {
        case .elder: gather(\.elder)
        case .worker: gather(\.worker)
        case .device: gather(\.device)
        case .provider: gather(\.provider)
        case .photo: photos.values.filter { $0.count > 1 }
        case .signature: signatures.values.filter { $0.count > 1 }
        case .fund: []
        }
    }

    private func judgeBudgets(_ terms: Terms, _ found: inout [String: [Finding]]) {
        for (budget, limit) in terms.budgets.sorted(by: { $0.key < $1.key }) {
            let lines = (funds[budget.fund.rawValue] ?? []).filter { leg in
                let line = traces[Int(leg.line)]
                return budget.bears(budget.fund, on: line.date, terms.catalogue.item(line.item)?.category, region: leg.region)
            }.sorted { traces[Int($0.line)].precedes(traces[Int($1.line)]) }
            BudgetCheck.judge(lines.map(\.amount), limit: limit, budget) { place, finding in
                found[traces[Int(lines[place].line)].subject, default: []].append(finding)
            }
        }
    }
}
