import Catalog
import Entitlement
import Kernel
import Orders
import Registry

/// All lines of a month, put together in every way in which they are compared. Adding and judging take O(n log n) in all.
public struct Traces: Sendable {
    private var rows = Pages<Row>()
    /// The lines of two workers once more, for whoever came along.
    private var seconds = Pages<Second>()
    private var photos = Pages<Mark>()
    private var signatures = Pages<Mark>()
    private var funds: [String: Pages<Leg>] = [:]
    /// Of what many lines name: elders, workers, streets, and so on.
    private var names = Names()
    /// Of what each line has of its own.
    private var texts = Texts()

    /// A ``Trace`` as it is kept: a month of a million fits in memory. What is short stands behind an optional, where it takes no room of its own.
    private struct Row: Sendable {
        var subject: Texts.Place
        var number: Texts.Place
        let createdAt: Instant
        let subsidy: Fen
        let start: Instant?
        let kind: Candidate.Kind
        let isManual: Bool
        let isContext: Bool
        let date: LocalDate
        let end: Instant?
        let slot: MealSlot?
        var provider: Names.Number
        let spot: Spot?
        var elder: Names.Number
        var item: Names.Number
        var worker: Names.Number
        var device: Names.Number
    }

    /// A place in millionths of a degree, as the register keeps it: half the room, and the same place again.
    private struct Spot: Sendable {
        let latitude_e6: Int32
        let longitude_e6: Int32

        init(_ place: Coordinate) {
            (latitude_e6, longitude_e6) = (Int32((place.latitude * 1e6).rounded()), Int32((place.longitude * 1e6).rounded()))
        }

        var place: Coordinate? { Coordinate(latitude: Double(latitude_e6) / 1e6, longitude: Double(longitude_e6) / 1e6) }
    }

    private struct Second: Sendable {
        var line: Int32
        var worker: Names.Number
    }

    /// What a fund pays of a line.
    private struct Leg: Sendable {
        var line: Int32
        var region: Names.Number
        let amount: Fen
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

        func moved(by lines: Int32) -> Mark {
            var mark = self
            mark.line += lines
            return mark
        }

        func isSame(_ other: Mark) -> Bool { high == other.high && low == other.low }
    }

    public init() {}

    public var count: Int { rows.count }

    /// Which lines are here to be judged.
    public var subjects: SubjectSet {
        var set = SubjectSet(capacity: count)
        for place in 0..<count where !rows[place].isContext { set.insert(texts[rows[place].subject]) }
        return set
    }

    /// - Parameter isContext: a service that is settled with a month before, and with which those of this one are compared.
    public mutating func add(_ line: Candidate, isContext: Bool = false) {
        let place = Int32(count)
        rows.append(
            Row(
                subject: texts.add(line.subject), number: texts.add(line.number), createdAt: line.createdAt, subsidy: line.subsidy,
                start: line.kind == .meal ? line.proof.swipedAt : line.begin, kind: line.kind, isManual: line.isManual, isContext: isContext,
                date: line.date, end: line.end, slot: line.proof.slot, provider: names.number(of: line.provider.text),
                spot: (line.recipient?.place).map(Spot.init), elder: names.number(of: line.elder.text), item: names.number(of: line.item.text),
                worker: names.number(of: line.worker?.text), device: names.number(of: line.proof.device)))
        guard !isContext else { return }
        if let second = line.second { seconds.append(Second(line: place, worker: names.number(of: second.text))) }
        for photo in line.proof.photos { if let mark = Mark(photo, place) { photos.append(mark) } }
        if let signature = line.proof.signature, let mark = Mark(signature, place) { signatures.append(mark) }
        let region = names.number(of: line.recipient?.region(on: line.date))
        for leg in line.funding { funds[leg.fund, default: Pages()].append(Leg(line: place, region: region, amount: leg.amount)) }
    }

    /// Lines gathered elsewhere.
    public mutating func add(_ others: Traces) {
        let start = Int32(count)
        let page = texts.add(others.texts)
        let numbers = names.add(others.names)
        for place in 0..<others.count {
            var row = others.rows[place]
            row.subject.page += page
            row.number.page += page
            (row.provider, row.elder, row.item) = (numbers[row.provider], numbers[row.elder], numbers[row.item])
            (row.worker, row.device) = (numbers[row.worker], numbers[row.device])
            rows.append(row)
        }
        for place in 0..<others.seconds.count {
            let second = others.seconds[place]
            seconds.append(Second(line: second.line + start, worker: numbers[second.worker]))
        }
        for place in 0..<others.photos.count { photos.append(others.photos[place].moved(by: start)) }
        for place in 0..<others.signatures.count { signatures.append(others.signatures[place].moved(by: start)) }
        for (fund, legs) in others.funds {
            for place in 0..<legs.count {
                let leg = legs[place]
                funds[fund, default: Pages()].append(Leg(line: leg.line + start, region: numbers[leg.region], amount: leg.amount))
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
            let all = group.sorted { precedes($0, $1) }.map { trace(at: $0) }
            // What is settled stands first.
            let own = all.first?.isContext == true ? all.filter { !$0.isContext } : all
            for check in checks {
                let lines = check.looksBack ? all : own
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
        case .elder: gather(count, { rows[$0].elder }, body)
        case .worker: gather(count + seconds.count, worker(at:), body)
        case .device: gather(count, { rows[$0].device }, body)
        case .provider: gather(count, { rows[$0].provider }, body)
        case .photo: shared(photos, body)
        case .signature: shared(signatures, body)
        case .fund: break
        }
    }

    /// The worker of a line, or behind all lines whoever came along.
    private func worker(at place: Int) -> Names.Number { place < count ? rows[place].worker : seconds[place - count].worker }

    private func row(at place: Int32) -> Row { rows[Int(place) < count ? Int(place) : Int(seconds[Int(place) - count].line)] }

    private func trace(at place: Int32) -> Trace {
        let row = row(at: place)
        return Trace(
            subject: texts[row.subject], number: texts[row.number], provider: ID(names[row.provider]), elder: ID(names[row.elder]),
            item: ID(names[row.item]), kind: row.kind, date: row.date, createdAt: row.createdAt, start: row.start, end: row.end,
            worker: names.text(worker(at: Int(place))).map { ID($0) }, device: names.text(row.device), place: row.spot?.place, slot: row.slot,
            subsidy: row.subsidy, isManual: row.isManual, isContext: row.isContext)
    }

    /// Which of two services counts first: what is settled, the earlier day, then the one entered first.
    private func precedes(_ a: Int32, _ b: Int32) -> Bool {
        let (a, b) = (row(at: a), row(at: b))
        guard a.isContext == b.isContext else { return a.isContext }
        guard a.date == b.date, a.createdAt == b.createdAt else { return (a.date, a.createdAt) < (b.date, b.createdAt) }
        return texts[a.subject] < texts[b.subject]
    }

    /// Lays the lines of each name side by side: two whole numbers a line, and no list of its own for a group.
    ///
    /// - Parameter count: of the lines that are grouped, those of whoever came along after all others.
    private func gather(_ count: Int, _ name: (Int) -> Names.Number, _ body: (ArraySlice<Int32>) -> Void) {
        var starts = [Int](repeating: 0, count: names.count + 1)
        for place in 0..<count where name(place) != .none { starts[name(place).index + 1] += 1 }
        for group in 0..<names.count { starts[group + 1] += starts[group] }
        var filled = starts
        var lines = [Int32](repeating: 0, count: starts[names.count])
        for place in 0..<count where name(place) != .none {
            let group = name(place).index
            lines[filled[group]] = Int32(place)
            filled[group] += 1
        }
        for group in 0..<names.count where starts[group] < starts[group + 1] { body(lines[starts[group]..<starts[group + 1]]) }
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
                let row = rows[Int(leg.line)]
                return budget.bears(
                    budget.fund, on: row.date, terms.catalogue.category(of: ID(names[row.item])), region: names.text(leg.region))
            }.sorted { precedes($0.line, $1.line) }
            BudgetCheck.judge(lines.map(\.amount), limit: limit, budget) { place, finding in
                found[texts[rows[Int(lines[place].line)].subject], default: []].append(finding)
            }
        }
    }
}

/// Names that many lines have in common, each kept once.
private struct Names: Sendable {
    /// Which of the names; ``none`` where a line has none.
    struct Number: Hashable, Sendable {
        fileprivate let value: Int32
        static let none = Number(value: -1)
        var index: Int { Int(value) }
    }

    private var texts: [String] = []
    private var numbers: [String: Int32] = [:]

    var count: Int { texts.count }

    mutating func number(of text: String?) -> Number {
        guard let text else { return .none }
        if let number = numbers[text] { return Number(value: number) }
        let number = Int32(count)
        texts.append(text)
        numbers[text] = number
        return Number(value: number)
    }

    /// Of what every line has.
    subscript(number: Number) -> String { texts[number.index] }

    func text(_ number: Number) -> String? { number == .none ? nil : texts[number.index] }

    /// What the numbers of others are here.
    struct Moved {
        fileprivate let numbers: [Number]
        subscript(number: Number) -> Number { number == .none ? .none : numbers[number.index] }
    }

    mutating func add(_ others: Names) -> Moved { Moved(numbers: others.texts.map { number(of: $0) }) }
}

/// Short texts end to end: each for itself would take more room for being kept than for what it says.
private struct Texts: Sendable {
    struct Place: Sendable {
        var page: Int32
        let start: Int32
        let count: Int32
    }

    private var pages: [[UInt8]] = []
    private static var size: Int { 65_536 }

    mutating func add(_ text: String) -> Place {
        let bytes = text.utf8
        if pages.isEmpty || pages[pages.count - 1].count + bytes.count > Self.size {
            pages.append([])
            // A few lines stay small.
            if pages.count > 1 { pages[pages.count - 1].reserveCapacity(Self.size) }
        }
        let start = pages[pages.count - 1].count
        pages[pages.count - 1].append(contentsOf: bytes)
        return Place(page: Int32(pages.count - 1), start: Int32(start), count: Int32(bytes.count))
    }

    subscript(place: Place) -> String {
        let start = Int(place.start)
        return String(decoding: pages[Int(place.page)][start..<start + Int(place.count)], as: UTF8.self)
    }

    /// - Returns: by how many pages the places of others have moved.
    mutating func add(_ others: Texts) -> Int32 {
        let moved = Int32(pages.count)
        pages += others.pages
        return moved
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
