import Kernel
import Registry

/// Which lines of a statement are shown.
public enum LineFilter: String, CaseIterable, Sendable {
    case all
    /// 未付: held or blocked.
    case unpaid
    case held, blocked

    public func shows(_ verdict: Verdict) -> Bool {
        switch self {
        case .all: true
        case .unpaid: verdict != .paid
        case .held: verdict == .held
        case .blocked: verdict == .blocked
        }
    }

    /// How many lines of a statement it shows.
    public func count(_ sums: StatementSums) -> Int {
        switch self {
        case .all: sums.lines
        case .unpaid: sums.heldLines + sums.blockedLines
        case .held: sums.heldLines
        case .blocked: sums.blockedLines
        }
    }
}

/// Part of a statement, in its order: as many lines as one looks at, with the sums of the whole.
public struct StatementPage: Sendable {
    public struct Line: Hashable, Sendable {
        /// Its place on the statement, from 1.
        public let ordinal: Int
        public let line: StatementLine

        public init(_ ordinal: Int, _ line: StatementLine) { (self.ordinal, self.line) = (ordinal, line) }
    }

    /// As many lines as a page has.
    public static let size = 50

    public let sums: StatementSums
    public let filter: LineFilter
    /// The line this part begins after; 0 for the first page.
    public let after: Int
    public let lines: [Line]
    /// The last line of this page, if others follow: what the next page begins after.
    public let next: Int?

    /// - Parameter found: the lines of the filter after some place, one more than a page has if there are so many.
    public init(_ sums: StatementSums, _ filter: LineFilter, after: Int, found: [Line]) {
        (self.sums, self.filter, self.after) = (sums, filter, after)
        lines = Array(found.prefix(Self.size))
        next = found.count > Self.size ? lines.last?.ordinal : nil
    }

    /// Of a statement whose lines are all at hand.
    public init(_ statement: Statement, _ filter: LineFilter, after ordinal: Int) {
        let numbered = statement.lines.enumerated().lazy.map { Line($0.offset + 1, $0.element) }
        let found = numbered.filter { $0.ordinal > ordinal && filter.shows($0.line.verdict) }.prefix(Self.size + 1)
        self.init(StatementSums(statement), filter, after: ordinal, found: Array(found))
    }
}
