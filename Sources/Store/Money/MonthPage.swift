import Billing
import Kernel

/// What of a month is read, judged, put in order and written at once: on no statement does a line of another page stand between its lines.
public struct MonthPage: Sendable {
    /// A day's orders or meals, from behind one id up to another.
    struct Range: Sendable {
        let kind: Candidate.Kind
        let after: String
        var until: String
    }

    public let slice: CandidateReader.Slice
    /// One, or more when their numbers overlap.
    fileprivate(set) var ranges: [Range]
    /// The first and the last number of its lines, by which they stand on a statement.
    fileprivate var numbers: (first: String, last: String)
}

/// Cuts a slice into pages as its lines come, orders by id and meals by id; what is late is one page.
///
/// Orders are numbered as they come in, so a page of ids is one of numbers, too, and a meal's number is its id. Where that is not so, as with a
/// slip that had a number long before it was entered, pages whose numbers overlap become one.
struct MonthPaging {
    private let slice: CandidateReader.Slice
    private let size: Int
    private var orders = Run()
    private var meals = Run()

    init(_ slice: CandidateReader.Slice, size: Int) { (self.slice, self.size) = (slice, slice == .late ? .max : size) }

    mutating func add(_ line: Candidate) {
        if slice != .late, line.kind == .meal { meals.add(line, slice, size) } else { orders.add(line, slice, size) }
    }

    /// Pages of what comes by id; the last one grows.
    private struct Run {
        private(set) var pages: [MonthPage] = []
        private var count = 0

        mutating func add(_ line: Candidate, _ slice: CandidateReader.Slice, _ size: Int) {
            if pages.isEmpty || count == size {
                let range = MonthPage.Range(kind: line.kind, after: pages.last?.ranges.last?.until ?? "", until: line.subject)
                pages.append(MonthPage(slice: slice, ranges: [range], numbers: (line.number, line.number)))
                count = 0
            }
            pages[pages.count - 1].grow(by: line)
            count += 1
        }
    }

    /// In the order of their lines.
    var pages: [MonthPage] {
        var apart: [MonthPage] = []
        for var page in (orders.pages + meals.pages).sorted(by: { $0.numbers.first < $1.numbers.first }) {
            while let last = apart.last, page.numbers.first <= last.numbers.last {
                apart.removeLast()
                page.join(last)
            }
            apart.append(page)
        }
        return apart
    }
}

extension MonthPage {
    fileprivate mutating func grow(by line: Candidate) {
        ranges[ranges.count - 1].until = line.subject
        if line.number < numbers.first { numbers.first = line.number }
        if line.number > numbers.last { numbers.last = line.number }
    }

    fileprivate mutating func join(_ page: MonthPage) {
        ranges += page.ranges
        numbers = (min(numbers.first, page.numbers.first), max(numbers.last, page.numbers.last))
    }
}
