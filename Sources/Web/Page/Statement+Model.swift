import Billing
import Kernel

/// The sums of a whole statement, as its pages show them above whatever part of it they show.
public struct StatementSumsModel: Sendable {
    let month: String
    let lines: Int
    let heldLines: Int
    let blockedLines: Int
    let unpaidLines: Int
    let gross: String
    let selfPay: String
    let subsidy: String
    let held: String
    let blocked: String
    let deducted: String
    let payable: String
    let adjusted: String
    let due: String

    public init(_ sums: StatementSums) {
        (month, lines, heldLines, blockedLines) = (sums.month.description, sums.lines, sums.heldLines, sums.blockedLines)
        unpaidLines = LineFilter.unpaid.count(sums)
        (gross, selfPay, subsidy) = (HTML.grouped(sums.gross), HTML.grouped(sums.selfPay), HTML.grouped(sums.subsidy))
        (held, blocked, deducted) = (HTML.grouped(sums.held), HTML.grouped(sums.blocked), HTML.grouped(sums.deducted))
        (payable, adjusted, due) = (HTML.grouped(sums.payable), HTML.grouped(sums.adjusted), HTML.grouped(sums.due))
    }
}

/// Which part of a statement a page shows, and where the next one begins.
public struct StatementPlace: Sendable {
    let show: String
    let isAll: Bool
    let isUnpaid: Bool
    let isHeld: Bool
    let isBlocked: Bool
    /// The numbers of the first and the last line shown; nil when none is.
    let first: Int?
    let last: Int?
    let pager: Pager
    /// What this part begins after.
    let after: Int

    /// - Parameter address: of the statement.
    public init(_ page: StatementPage, of address: String) {
        show = page.filter.rawValue
        (isAll, isUnpaid, isHeld, isBlocked) = (page.filter == .all, page.filter == .unpaid, page.filter == .held, page.filter == .blocked)
        (first, last, after) = (page.lines.first?.ordinal, page.lines.last?.ordinal, page.after)
        let part = "\(address)?show=\(page.filter.rawValue)"
        pager = Pager(first: page.after > 0 ? part : nil, next: page.next.map { "\(part)&after=\($0)" })
    }
}
