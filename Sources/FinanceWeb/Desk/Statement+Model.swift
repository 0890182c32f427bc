import Billing
import Catalog
import Kernel
import Registry
import Spreadsheet
import Web
import Workflow

/// One provider's statement, line by line, each with its reasons; its sums are those of the whole, whatever part is shown.
struct StatementModel: Sendable {
    struct Line: Sendable {
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
    let capitals: String
    let sums: StatementSumsModel
    let place: StatementPlace
    let hasSpreadsheets = Workbook.isBuilt
    /// Whether the papers open to the reader.
    let isOfFinance: Bool
    let lines: [Line]

    init(_ page: StatementPage, caller: Caller, reference: Reference) {
        (id, capitals) = (page.sums.provider.text, page.sums.due.capitals)
        name = reference.franchise.provider(page.sums.provider)?.name ?? ""
        isOfFinance = caller.isOfFinance
        (sums, place) = (StatementSumsModel(page.sums), StatementPlace(page))
        lines = page.lines.map { found in
            let (line, c) = (found.line, found.line.candidate)
            return Line(
                ordinal: found.ordinal, number: c.number, address: caller.address(of: c), date: c.date.description,
                item: reference.catalogue.item(c.item)?.name ?? c.item.text, quantity: c.quantity.text, price: HTML.grouped(c.unitPrice),
                gross: HTML.grouped(c.gross), subsidy: HTML.grouped(c.subsidy), selfPay: HTML.grouped(c.selfPay),
                funding: c.funding.map { "\($0.programme) \($0.amount.yuan)" }.joined(separator: "；"), evidence: "L\(c.evidence.rawValue)",
                verdict: localized(term: line.verdict.name), urgency: line.verdict == .blocked ? "late" : line.verdict == .held ? "near" : "",
                findings: line.findings.map { "\($0.code) \($0.sentence)" },
                decision: line.decision.map { "\($0.by) \($0.at.shown)：\($0.reason)" })
        }
    }
}
