import Billing
import Kernel

/// What of a month is read, judged, put in order and written at once: on no statement does a line of another page stand between its lines.
public struct MonthPage: Sendable {
    public let slice: CandidateReader.Slice
    /// Ids of a day's orders, from behind one up to another; more than one such range when their numbers overlap.
    var orders: [(after: String, until: String)] = []
    /// All meals of a day stand on one page.
    var hasMeals = false
    /// The first and the last number of its lines, by which they stand on a statement.
    fileprivate var numbers: (first: String, last: String)
}

/// Cuts a slice into pages as its lines come, orders by id.
///
/// Orders are numbered as they come in, so a page of ids is one of numbers, too. Where that is not so, as with a slip that had a number long before
/// it was entered, pages whose numbers overlap become one.
struct MonthPaging {
    private let slice: CandidateReader.Slice
    private let size: Int
    private var whole: [MonthPage] = []
    private var open: (page: MonthPage, count: Int)?
    private var other: MonthPage?

    init(_ slice: CandidateReader.Slice, size: Int) { (self.slice, self.size) = (slice, size) }

    mutating func addOrder(_ line: Candidate) {
        var (page, count) = open ?? (MonthPage(slice: slice, numbers: (line.number, line.number)), 0)
        page.orders = [(whole.last?.orders.last?.until ?? "", line.subject)]
        page.numbers.first = min(page.numbers.first, line.number)
        page.numbers.last = max(page.numbers.last, line.number)
        count += 1
        open = count < size ? (page, count) : nil
        if open == nil { whole.append(page) }
    }

    /// A meal, or what is late.
    mutating func addOther(_ line: Candidate) {
        var page = other ?? MonthPage(slice: slice, hasMeals: true, numbers: (line.number, line.number))
        page.numbers = (min(page.numbers.first, line.number), max(page.numbers.last, line.number))
        other = page
    }

    /// In the order of their lines.
    var pages: [MonthPage] {
        var apart: [MonthPage] = []
        for var page in (whole + [open?.page, other].compactMap { $0 }).sorted(by: { $0.numbers.first < $1.numbers.first }) {
            while let last = apart.last, page.numbers.first <= last.numbers.last {
                apart.removeLast()
                page.add(last)
            }
            apart.append(page)
        }
        return apart
    }
}

extension MonthPage {
    fileprivate mutating func add(_ page: MonthPage) {
        numbers = (min(numbers.first, page.numbers.first), max(numbers.last, page.numbers.last))
        hasMeals = hasMeals || page.hasMeals
        orders += page.orders
    }
}
