import Billing
import Kernel
import Registry
import Spreadsheet
import Store
import Web
import Workflow

/// 单据一览
struct PapersModel: Sendable {
    struct Paper: Sendable {
        let kind: String
        let title: String

        /// The papers of the whole month; those of one provider hang on its statement, the elder's on the list of papers.
        static func ofMonth() -> [Paper] {
            DocumentKind.allCases.filter { $0.subject == .month }.map { Paper(kind: $0.rawValue, title: localized(term: $0.title)) }
        }
    }

    struct Row: Sendable {
        let id: String
        let name: String
        let due: String
        let deducted: String
    }

    let month: String
    let isClosed: Bool
    let papers = Paper.ofMonth()
    let rows: [Row]

    init(_ month: Month, _ sums: [StatementSums], isClosed: Bool, reference: Reference) {
        (self.month, self.isClosed) = (month.description, isClosed)
        rows = sums.map {
            Row(
                id: $0.provider.text, name: reference.franchise.provider($0.provider)?.name ?? "", due: HTML.grouped($0.due),
                deducted: HTML.grouped($0.deducted))
        }
    }
}

/// One paper on screen.
struct DocumentModel: Sendable {
    /// The longest table a browser is asked to show; the files and the print hold everything.
    static let rowLimit = 2_000

    let month: String
    let title: String
    let links: [Frame.Link]
    let facts: [Fact]
    /// Made here and not by a template: a template takes its time with ten thousand cells.
    let table: String
    /// How many rows are left out; nil when none is.
    let rest: Int?
    let notes: [String]

    init(_ document: Document, _ wanted: DocumentRequest) {
        (month, title, notes) = (wanted.month.description, document.title, document.notes)
        let files = "/api/v1/settlements/\(wanted.month)/documents/\(wanted.kind.rawValue)"
        links =
            [
                Frame.Link(localized("打印"), to: "/finance/\(wanted.month)/documents/\(wanted.kind.rawValue)/print\(wanted.query)"),
                Frame.Link("CSV", to: "\(files).csv\(wanted.query)"),
            ] + (Workbook.isBuilt ? [Frame.Link("Excel", to: "\(files).xlsx\(wanted.query)")] : [])
        facts = document.facts.map { Fact(name: $0.name, value: $0.value) }
        let shown = document.rows.prefix(Self.rowLimit)
        var rows = shown.map { $0.map(HTML.Cell.init) }
        if document.hasTotals { rows.append(document.labelled("合计", document.totals).map(HTML.Cell.init)) }
        table = HTML.table("\(document.title)（元）", header: document.columns.map(\.name), rows: rows)
        rest = document.rows.count > shown.count ? document.rows.count - shown.count : nil
    }
}

extension HTML.Cell {
    init(_ cell: Cell) {
        switch cell {
        case .blank: self = .text("")
        case .text(let text): self = .text(text)
        case .integer(let number): self = .number("\(number)")
        case .amount(let fen): self = .amount(fen)
        case .date(let date): self = .text(date.description)
        }
    }
}
