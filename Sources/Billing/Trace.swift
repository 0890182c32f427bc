import Catalog
import Entitlement
import Kernel
import Orders
import Registry

/// What a line leaves behind for being compared with others: a fraction of a ``Candidate``, so that a month of a million fits in memory.
public struct Trace: Sendable {
    let subject: String
    let number: String
    let provider: ProviderID
    let elder: ElderID
    let item: ItemCode
    let createdAt: Instant
    /// When a service began, or a meal was swiped. What is short stands behind it: there it takes no room of its own.
    let start: Instant?
    let kind: Candidate.Kind
    let isManual: Bool
    /// Counts for caps of the week and the year; not judged itself.
    let isContext: Bool
    let date: LocalDate
    let end: Instant?
    let slot: MealSlot?
    let worker: WorkerID?
    let device: String?
    private let spot: Spot?
    let subsidy: Fen

    /// A place in millionths of a degree, as the register keeps it: half the room, and the same place again.
    private struct Spot {
        let latitude_e6: Int32
        let longitude_e6: Int32

        init(_ place: Coordinate) {
            (latitude_e6, longitude_e6) = (Int32((place.latitude * 1e6).rounded()), Int32((place.longitude * 1e6).rounded()))
        }
    }

    /// - Parameter worker: as one of two sees it; nil as the first does.
    init(_ line: Candidate, of worker: WorkerID? = nil, isContext: Bool = false) {
        subject = line.subject
        number = line.number
        kind = line.kind
        provider = line.provider
        elder = line.elder
        item = line.item
        date = line.date
        createdAt = line.createdAt
        start = line.kind == .meal ? line.proof.swipedAt : line.begin
        end = line.end
        self.worker = worker ?? line.worker
        device = line.proof.device
        spot = (line.recipient?.place).map(Spot.init)
        slot = line.proof.slot
        subsidy = line.subsidy
        isManual = line.isManual
        self.isContext = isContext
    }

    var place: Coordinate? { spot.flatMap { Coordinate(latitude: Double($0.latitude_e6) / 1e6, longitude: Double($0.longitude_e6) / 1e6) } }
    var begin: Instant? { kind == .order ? start : nil }

    /// Which of two services counts first: the earlier day, then the one entered first.
    func precedes(_ other: Trace) -> Bool { (date, createdAt, subject) < (other.date, other.createdAt, other.subject) }

    var presence: TimeWindow? {
        guard let begin, let end else { return nil }
        return TimeWindow(start: begin, end: end)
    }
}

extension [Trace] {
    /// The places of those lines that were visits from one moment to another, in the order in which they began; of equal times by subject.
    func presences(where isMeant: (Trace) -> Bool) -> [(place: Int, time: TimeWindow)] {
        indices.filter { isMeant(self[$0]) }.compactMap { place in self[place].presence.map { (place, $0) } }
            .sorted { ($0.time.start, self[$0.place].subject) < ($1.time.start, self[$1.place].subject) }
    }

    /// The places of those lines that have a time, in its order; of equal times by subject.
    func places(by time: (Trace) -> Instant?) -> [(place: Int, at: Instant)] {
        indices.compactMap { place in time(self[place]).map { (place, $0) } }
            .sorted { ($0.at, self[$0.place].subject) < ($1.at, self[$1.place].subject) }
    }
}

/// All lines of a month, put together in every way in which they are compared. Adding and judging take O(n log n) in all.
public struct Traces: Sendable {
    private var traces = Pages<Trace>()
    /// The lines of two workers once more, for whoever came along.
    private var seconds = Pages<Trace>()
    private var photos = Pages<Mark>()
    private var signatures = Pages<Mark>()
    private var funds: [String: Pages<Leg>] = [:]

    /// What a fund pays of a line.
    private struct Leg: Sendable {
        var line: Int32
        /// A place in ``regions``.
        var region: Int32
        let amount: Fen
    }

    /// The streets of the lines; nil for lines without.
    private var regions: [String?] = []
    private var regionNumbers: [String?: Int32] = [:]

    private mutating func number(of region: String?) -> Int32 {
        if let number = regionNumbers[region] { return number }
        let number = Int32(regions.count)
        regions.append(region)
        regionNumbers[region] = number
        return number
    }

    /// A photograph or signature under a line: the first 128 bits of a SHA-256, of which a chance meeting of a million is one in 10²⁶.
    private struct Mark: Sendable {
        let high: UInt64
        let low: UInt64
        var line: Int32

        init?(_ hex: String, _ line: Int32) {
            var hex = hex
            let parts: (UInt64, UInt64)? = hex.withUTF8 { digits in
                guard digits.count >= 32, let high = Self.number(digits[..<16]), let low = Self.number(digits[16..<32]) else { return nil }
                return (high, low)
            }
            guard let parts else { return nil }
            (high, low) = parts
            self.line = line
        }

        private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
            var value: UInt64 = 0
            for digit in digits {
                switch digit {
                case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
                case 0x41...0x46: value = value << 4 | UInt64(digit - 0x37)
                case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
                default: return nil
                }
            }
            return value
        }

        func isSame(_ other: Mark) -> Bool { high == other.high && low == other.low }
    }

    public init() {}

    public var count: Int { traces.count }

    /// Which lines are here.
    public var subjects: SubjectSet {
        var set = SubjectSet(capacity: count)
        for place in 0..<count { set.insert(traces[place].subject) }
        return set
    }

    /// - Parameter isContext: an earlier service that counts for the caps of the week and year, but is settled already.
    public mutating func add(_ line: Candidate, isContext: Bool = false) {
        let place = Int32(traces.count)
        traces.append(Trace(line, isContext: isContext))
        guard !isContext else { return }
        if let second = line.second { seconds.append(Trace(line, of: second)) }
        for photo in line.proof.photos { if let mark = Mark(photo, place) { photos.append(mark) } }
        if let signature = line.proof.signature, let mark = Mark(signature, place) { signatures.append(mark) }
        let region = number(of: line.recipient?.region)
        for leg in line.funding { funds[leg.fund, default: Pages()].append(Leg(line: place, region: region, amount: leg.amount)) }
    }

    /// Lines gathered elsewhere.
    public mutating func add(_ others: Traces) {
        let start = Int32(traces.count)
        func moved(_ mark: Mark) -> Mark {
            var mark = mark
            mark.line += start
            return mark
        }
        for place in 0..<others.traces.count { traces.append(others.traces[place]) }
        for place in 0..<others.seconds.count { seconds.append(others.seconds[place]) }
        for place in 0..<others.photos.count { photos.append(moved(others.photos[place])) }
        for place in 0..<others.signatures.count { signatures.append(moved(others.signatures[place])) }
        for (fund, legs) in others.funds {
            for place in 0..<legs.count {
                var leg = legs[place]
                leg.line += start
                leg.region = number(of: others.regions[Int(leg.region)])
                funds[fund, default: Pages()].append(leg)
            }
        }
    }

    /// What every comparison finds, by subject.
    public func findings(_ terms: Terms) -> [String: [Finding]] {
        Grouping.allCases.reduce(into: [:]) { $0.merge(findings(by: $1, terms)) { $0 + $1 } }
    }

    /// What the comparisons of one kind find, by subject. The kinds are independent of each other and may be judged side by side.
    public func findings(by grouping: Grouping, _ terms: Terms) -> [String: [Finding]] {
        var found: [String: [Finding]] = [:]
        if grouping == .fund { judgeBudgets(terms, &found) }
        let checks = Checks.group.filter { $0.grouping == grouping }
        forEachGroup(by: grouping) { group in
            let lines = group.map { trace(at: Int($0)) }.sorted { $0.precedes($1) }
            for check in checks {
                check.judge(lines, terms) { place, finding in
                    guard !lines[place].isContext else { return }
                    found[lines[place].subject, default: []].append(finding)
                }
            }
        }
        return found
    }

    private func forEachGroup(by grouping: Grouping, _ body: (ArraySlice<Int32>) -> Void) {
        switch grouping {
        case .elder: gather(count, \.elder, body)
        case .worker: gather(count + seconds.count, \.worker, body)
        case .device: gather(count, \.device, body)
        case .provider: gather(count, \.provider, body)
        case .photo: shared(photos, body)
        case .signature: shared(signatures, body)
        case .fund: break
        }
    }

    private func trace(at place: Int) -> Trace { place < count ? traces[place] : seconds[place - count] }

    /// Numbers the groups, counts them, and lays the lines of each side by side: two whole numbers a line, and no list of its own for a group.
    ///
    /// - Parameter count: of the lines that are grouped, those of whoever came along after all others.
    private func gather<Key: Hashable>(_ count: Int, _ key: (Trace) -> Key?, _ body: (ArraySlice<Int32>) -> Void) {
        var numbers: [Key: Int32] = [:]
        var groups: [Int32] = []
        groups.reserveCapacity(count)
        for place in 0..<count {
            guard let key = key(trace(at: place)) else {
                groups.append(-1)
                continue
            }
            let next = Int32(numbers.count)
            groups.append(numbers[key, default: next])
            if groups[place] == next { numbers[key] = next }
        }
        var starts = [Int](repeating: 0, count: numbers.count + 1)
        for group in groups where group >= 0 { starts[Int(group) + 1] += 1 }
        for group in 0..<numbers.count { starts[group + 1] += starts[group] }
        var filled = starts
        var lines = [Int32](repeating: 0, count: starts[numbers.count])
        for (place, group) in groups.enumerated() where group >= 0 {
            lines[filled[Int(group)]] = Int32(place)
            filled[Int(group)] += 1
        }
        for group in 0..<numbers.count { body(lines[starts[group]..<starts[group + 1]]) }
    }

    /// Lines under the same mark.
    private func shared(_ marks: Pages<Mark>, _ body: (ArraySlice<Int32>) -> Void) {
        // Places are sorted, not the marks: a copy of a million of them would be the most that a close holds.
        var places = (0..<Int32(marks.count)).map { $0 }
        places.sort { a, b in
            let (a, b) = (marks[Int(a)], marks[Int(b)])
            return (a.high, a.low, a.line) < (b.high, b.low, b.line)
        }
        // `[...]` would be a closure of its own, which the coverage counts and nobody runs.
        var rest = ArraySlice(places)
        while let first = rest.first {
            let same = rest.prefix { marks[Int($0)].isSame(marks[Int(first)]) }
            rest = rest.dropFirst(same.count)
            if same.count > 1 { body(ArraySlice(same.map { marks[Int($0)].line })) }
        }
    }

    private func judgeBudgets(_ terms: Terms, _ found: inout [String: [Finding]]) {
        for (budget, limit) in terms.budgets.sorted(by: { $0.key < $1.key }) {
            let legs = funds[budget.fund.rawValue, default: Pages()]
            let lines = (0..<legs.count).map { legs[$0] }.filter { leg in
                let line = traces[Int(leg.line)]
                return budget.bears(budget.fund, on: line.date, terms.catalogue.item(line.item)?.category, region: regions[Int(leg.region)])
            }.sorted { traces[Int($0.line)].precedes(traces[Int($1.line)]) }
            BudgetCheck.judge(lines.map(\.amount), limit: limit, budget) { place, finding in
                found[traces[Int(lines[place].line)].subject, default: []].append(finding)
            }
        }
    }
}

/// A list that grows page by page: never copied as a whole, as an array of a million lines would be again and again.
private struct Pages<Element: Sendable>: Sendable {
    private var pages: [[Element]] = []
    private(set) var count = 0
    private static var size: Int { 4096 }

    mutating func append(_ element: Element) {
        if count % Self.size == 0 {
            pages.append([])
            // A short month stays small.
            if count > 0 { pages[pages.count - 1].reserveCapacity(Self.size) }
        }
        pages[pages.count - 1].append(element)
        count += 1
    }

    subscript(place: Int) -> Element { pages[place / Self.size][place % Self.size] }
}

/// Subjects by their hashes: eight bytes each, and one chance in 10⁷ that a stranger to a million of them is taken for one.
public struct SubjectSet: Sendable {
    private var hashes: Set<Int> = []

    public init(capacity: Int = 0) { hashes.reserveCapacity(capacity) }

    public mutating func insert(_ subject: String) { hashes.insert(subject.hashValue) }
    public func contains(_ subject: String) -> Bool { hashes.contains(subject.hashValue) }
}
