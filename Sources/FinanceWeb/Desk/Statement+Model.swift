import Billing
import Catalog
import Kernel
import Registry
import Spreadsheet
import Web
import Workflow

/// One provider's statement, line by line, each with its reasons; its sums are those of the whole, whatever part is shown.
struct StatementModel: Sendable {
    struct Line: PageRow {
        let ordinal: Int
        let number: String
        /// Where more is told of it, as far as the reader may go.
        let address: String?
        let date: String
        let item: String
        let quantity: String
        let price: String
        let gross: String
        let subsidy: String
        let selfPay: String
        let funding: String
        let evidence: String
        let verdict: String
        let urgency: String
        let findings: [String]
        let decision: String?
    }

    let id: String
    let name: String
    /// Where this page is, whichever lines it shows; its lines have addresses of their own.
    let path: String
    let capitals: String
    let sums: StatementSumsModel
    let place: StatementPlace
    let hasSpreadsheets = Workbook.isBuilt
    /// Whether the papers open to the reader.
    let isOfFinance: Bool
    let lines: [Line]

    /// - Parameter isNow: of a month that still runs, as it would close now.
    init(_ page: StatementPage, isNow: Bool = false, caller: Caller, reference: Reference) {
        path = "/finance/\(page.sums.month)/\(page.sums.provider)\(isNow ? "/now" : "")"
        (id, capitals) = (page.sums.provider.text, page.sums.due.capitals)
        name = reference.franchise.provider(page.sums.provider)?.name ?? ""
        isOfFinance = caller.isOfFinance
        (sums, place) = (StatementSumsModel(page.sums), StatementPlace(page, of: path))
        lines = page.lines.map { found in
            let (line, c) = (found.line, found.line.candidate)
            return Line(
                ordinal: found.ordinal, number: c.shownNumber, address: caller.address(of: c), date: c.date.description,
                item: reference.catalogue.item(c.item)?.name ?? c.item.text, quantity: c.quantity.text, price: HTML.grouped(c.unitPrice),
                gross: HTML.grouped(c.gross), subsidy: HTML.grouped(c.subsidy), selfPay: HTML.grouped(c.selfPay),
                funding: c.funding.map { "\($0.programme) \($0.amount.yuan)" }.joined(separator: "；"), evidence: "L\(c.evidence.rawValue)",
                verdict: localized(term: line.verdict.name), urgency: line.verdict == .blocked ? "late" : line.verdict == .held ? "near" : "",
                findings: line.findings.map { "\($0.code) \($0.sentence)" },
                decision: line.decision.map { "\($0.by) \($0.at.shown)：\($0.reason)" })
        }
    }
}

/// A running month: what of one provider's lines was not payable when the month was looked through last.
struct RunningModel: Sendable {
    struct Line: PageRow {
        let subject: String
        let number: String
        let date: String
        let item: String
        let subsidy: String
        let verdict: String
        let urgency: String
        let codes: [String]
    }

    struct Noted: Sendable {
        let at: String
        let heldLines: Int
        let held: String
        let blockedLines: Int
        let blocked: String
    }

    let month: String
    let id: String
    let name: String
    /// Nil while nobody has looked.
    let noted: Noted?
    let lines: [Line]
    let pager: Pager

    static func address(_ month: Month, _ provider: ProviderID) -> String { "/finance/\(month)/\(provider)" }

    /// - Parameter isLater: others stand before this page.
    init(_ month: Month, _ provider: Provider, _ page: ReadStopped.Page?, isLater: Bool = false, reference: Reference) {
        (self.month, id, name) = (month.description, provider.id.text, provider.name)
        noted = page.map { page in
            let (held, blocked) = (page.sums[.held], page.sums[.blocked])
            return Noted(
                at: page.notedAt.shown, heldLines: held?.lines ?? 0, held: HTML.grouped(held?.subsidy ?? .zero),
                blockedLines: blocked?.lines ?? 0, blocked: HTML.grouped(blocked?.subsidy ?? .zero))
        }
        lines = (page?.lines ?? []).map { line in
            let stopped = line.stopped
            return Line(
                subject: stopped.subject, number: line.number, date: line.date.description,
                item: reference.catalogue.item(line.item)?.name ?? line.item.text, subsidy: HTML.grouped(stopped.subsidy),
                verdict: localized(term: stopped.verdict.name), urgency: stopped.verdict == .blocked ? "late" : "near",
                codes: stopped.codes.split(separator: ",").map { "\($0) \(Checks.titles[String($0)] ?? "")" })
        }
        pager = Pager(of: Self.address(month, provider.id), isLater: isLater, after: page?.next)
    }
}
