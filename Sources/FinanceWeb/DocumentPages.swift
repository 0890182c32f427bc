import Billing
import Hummingbird
import Kernel
import Registry
import Spreadsheet
import Web
import Workflow

/// The papers of a month on screen and on paper.
///
/// | path | what |
/// |---|---|
/// | GET /finance/{month}/documents | all papers of the month |
/// | GET /finance/{month}/documents/{kind} | one, on screen |
/// | GET /finance/{month}/documents/{kind}/print | the same, on sheets of A4 |
public struct DocumentPages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get(":month/documents", use: list)
        group.get(":month/documents/:kind", use: show)
        group.get(":month/documents/:kind/print", use: sheets)
    }

    /// The longest table a browser is asked to show; the files and the print hold everything.
    private static let rowLimit = 2_000
    /// The longest table that is divided into sheets: some two thousand of them.
    private static let printLimit = 50_000

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try DocumentRequest.month(context)
        let papers = try await ReadPapers(exchange.office)(month)
        let rows: [[HTML.Cell]] = DocumentKind.allCases.filter { $0.subject == .month }.map { kind in
            let address = "/finance/\(month)/documents/\(kind.rawValue)"
            return [.link(kind.title, to: address), .link("打印", to: "\(address)/print")]
        }
        let notices: [[HTML.Cell]] = papers.statements.map { statement in
            let query = "?provider=\(statement.provider)"
            let address = "/finance/\(month)/documents"
            return [
                "\(statement.provider) \(exchange.office.reference.franchise.provider(statement.provider)?.name ?? "")",
                .link("结算明细表", to: "\(address)/detail\(query)"), .link("扣减通知书", to: "\(address)/deductions\(query)"),
                .amount(statement.payable), .amount(statement.deducted),
            ]
        }
        return HTML.page(
            "\(month) 单据", caller: context.caller.name,
            """
            <p><a href="/finance/\(month)">\(month)</a></p><h1>\(month) 单据\(papers.isClosed ? "" : "（试算，尚未月结）")</h1>
            \(HTML.table("全区", header: ["单据", ""], rows: rows))
            <form class="search" action="/finance/\(month)/documents/confirmation"><label>服务确认单：老人卡号
            <input name="elder" required placeholder="LZ00000001"></label><button>查看</button></form>
            \(HTML.table("服务商（元）", header: ["服务商", "", "", "实付", "扣减"], rows: notices))
            """)
    }

    @Sendable func show(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let wanted = try DocumentRequest(request, context)
        let document = try await wanted.document(exchange.office)
        let files = "/api/v1/settlements/\(wanted.month)/documents/\(wanted.kind.rawValue)"
        let here = "/finance/\(wanted.month)/documents"
        let links =
            [("打印", "\(here)/\(wanted.kind.rawValue)/print\(wanted.query)"), ("CSV", "\(files).csv\(wanted.query)")]
            + (Workbook.isBuilt ? [("Excel", "\(files).xlsx\(wanted.query)")] : [])
        let shown = document.rows.prefix(Self.rowLimit)
        var rows = shown.map { $0.map(HTML.Cell.init) }
        if document.hasTotals { rows.append(document.labelled("合计", document.totals).map(HTML.Cell.init)) }
        let rest = document.rows.count - shown.count
        return HTML.page(
            "\(document.title) \(wanted.month)", caller: context.caller.name,
            """
            <p><a href="\(here)">\(wanted.month) 单据</a></p><h1>\(HTML.escaped(document.title))</h1>
            <nav>\(links.map { "<a href=\"\(HTML.escaped($0.1))\">\($0.0)</a>" }.joined())</nav>
            \(HTML.facts(document.facts.map { ($0.name, $0.value) }))
            \(HTML.table("\(document.title)（元）", header: document.columns.map(\.name), rows: rows))
            \(rest > 0 ? "<p>只显示前 \(Self.rowLimit) 行，另有 \(rest) 行；合计包括全部。完整内容请打印或下载。</p>" : "")
            \(document.notes.map { "<p>\(HTML.escaped($0))</p>" }.joined())
            """)
    }

    @Sendable func sheets(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let wanted = try DocumentRequest(request, context)
        let document = try await wanted.document(exchange.office)
        guard document.rows.count <= Self.printLimit else {
            throw Rejection(
                .refused, "document_too_long", "共 \(document.rows.count) 行，超过一次打印的上限 \(Self.printLimit) 行；请按服务商或街道分别打印，或下载 CSV。")
        }
        return PrintedDocument(document).response
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
