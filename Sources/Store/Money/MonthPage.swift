import Billing
import Kernel

/// What of a month is read, judged, put in order and written at once: on no statement does a line of another page stand between its lines.
public struct MonthPage: Sendable {
    /// A day's orders or meals, from behind one id up to another.
    struct Range: Sendable {
        let kind: Candidate.Kind
        let after: String
        let until: String
    }

    public let slice: CandidateReader.Slice
    /// One, or more when their numbers overlap.
    fileprivate(set) var ranges: [Range]
    /// The first and the last number of its lines, by which they stand on a statement.
    fileprivate var numbers: (first: String, last: String)
}

/// Cuts a slice into pages as its lines come, orders by id and meals by id; what is late is one page.
///
/// Orders are numbered as they come in, so a page of ids is one of numbers, too, and a meal's number is its id. It is cut where every number
/// before is lower than every number behind: two that were taken at the same moment may stand the other way round. Where there is no such
/// place, as behind a slip that had a number long before it was entered, a page is longer.
struct MonthPaging {
    private let slice: CandidateReader.Slice
    private let size: Int
    private var orders: [Line] = []
    private var meals: [Line] = []

    private struct Line {
        let id: String
        let number: String
    }

    init(_ slice: CandidateReader.Slice, size: Int) { (self.slice, self.size) = (slice, slice == .late ? .max : size) }

    mutating func add(_ line: Candidate) {
        let isMeal = slice != .late && line.kind == .meal
        if isMeal { meals.append(Line(id: line.subject, number: line.number)) } else { orders.append(Line(id: line.subject, number: line.number)) }
    }

    /// In the order of their lines; those of orders and of meals whose numbers overlap become one.
    var pages: [MonthPage] {
        var apart: [MonthPage] = []
        for var page in (cut(orders, .order) + cut(meals, .meal)).sorted(by: { $0.numbers.first < $1.numbers.first }) {
            while let last = apart.last, page.numbers.first <= last.numbers.last {
                apart.removeLast()
                page.join(last)
            }
            apart.append(page)
        }
        return apart
    }

    private func cut(_ lines: [Line], _ kind: Candidate.Kind) -> [MonthPage] {
        guard var lowest = lines.last?.number else { return [] }
        // The lowest number from each line on.
        var lowestFrom = [String](repeating: lowest, count: lines.count)
        for index in lines.indices.reversed() {
            lowest = min(lowest, lines[index].number)
            lowestFrom[index] = lowest
        }
        var pages: [MonthPage] = []
        var (start, highest) = (0, "")
        for (index, line) in lines.enumerated() {
            highest = max(highest, line.number)
            let isLast = index + 1 == lines.count
            guard isLast || (index + 1 - start >= size && highest < lowestFrom[index + 1]) else { continue }
            let ids = MonthPage.Range(kind: kind, after: pages.last?.ranges.last?.until ?? "", until: line.id)
            pages.append(MonthPage(slice: slice, ranges: [ids], numbers: (lowestFrom[start], highest)))
            start = index + 1
        }
        return pages
    }
}

extension MonthPage {
    fileprivate mutating func join(_ page: MonthPage) {
        ranges += page.ranges
        numbers = (min(numbers.first, page.numbers.first), max(numbers.last, page.numbers.last))
    }
}
