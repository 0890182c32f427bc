import Billing
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Registry
import Spreadsheet
import Web
import Workflow

/// The papers of a month as data and as files.
///
/// | method | path | what |
/// |---|---|---|
/// | GET | /settlements/{month}/documents | what there is |
/// | GET | /settlements/{month}/documents/{kind}[.csv\|.xlsx][?provider=\|street=\|elder=] | one paper |
/// | GET | /settlements/{month}/statements.csv, .xlsx | 结算汇总表 |
/// | GET | /settlements/{month}/statements/{provider}.csv, .xlsx | 结算明细表 of one provider |
public struct DocumentRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("settlements/:month/documents", use: list)
        group.get("settlements/:month/documents/:kind", use: document)
        for format in Format.allCases {
            group.get("settlements/:month/documents/{kind}.\(format.rawValue)") { request, context in
                let wanted = try DocumentRequest(request, context)
                return try format.response(try await wanted.document(exchange.office), name: wanted.fileName)
            }
            group.get("settlements/:month/statements.\(format.rawValue)") { _, context in
                try await statement(.summary, DocumentScope(), context, format)
            }
            group.get("settlements/:month/statements/{provider}.\(format.rawValue)") { _, context in
                let provider = ProviderID(try context.parameters.require("provider"))
                return try await statement(.detail, DocumentScope(provider: provider), context, format)
            }
        }
    }

    /// A file that other programs read.
    enum Format: String, CaseIterable, Sendable {
        case csv, xlsx

        func response(_ document: Document, name: String) throws -> Response {
            let (type, body) =
                switch self {
                case .csv: ("text/csv; charset=utf-8", ByteBuffer(string: document.csv))
                case .xlsx:
                    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ByteBuffer(bytes: try Workbook.bytes(of: [document])))
                }
            let shown = "\(document.title)-\(name).\(rawValue)".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            return Response(
                status: .ok,
                headers: [
                    .contentType: type,
                    .contentDisposition: "attachment; filename=\"\(name).\(rawValue)\"; filename*=UTF-8''\(shown)",
                ], body: .init(byteBuffer: body))
        }
    }

    private func statement(
        _ kind: DocumentKind, _ scope: DocumentScope, _ context: FinanceContext, _ format: Format
    ) async throws -> Response {
        let wanted = DocumentRequest(month: try context.month(), kind: kind, scope: scope)
        return try format.response(try await wanted.document(exchange.office), name: wanted.fileName)
    }

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return Exchange.json([
            "month": JSON(month.description),
            "documents": .array(
                DocumentKind.allCases.map { kind in
                    [
                        "kind": JSON(kind.rawValue), "title": JSON(kind.title),
                        "needs": kind.subject == .provider ? "provider" : kind.subject == .elder ? "elder" : .null,
                        "formats": .array(["json", "csv"] + (Workbook.isBuilt ? ["xlsx"] : [])),
                        "href": JSON("/api/v1/settlements/\(month)/documents/\(kind.rawValue)"),
                    ]
                }),
        ])
    }

    @Sendable func document(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let document = try await DocumentRequest(request, context).document(exchange.office)
        return Exchange.json([
            "title": JSON(document.title), "facts": .array(document.facts.map { ["name": JSON($0.name), "value": JSON($0.value)] }),
            "columns": .array(document.columns.map { ["name": JSON($0.name), "is_summed": JSON($0.isSummed)] }),
            "rows": .array(document.rows.map { .array($0.map(Self.cell)) }), "totals": .array(document.totals.map(Self.cell)),
            "notes": .array(document.notes.map { JSON($0) }), "signers": .array(document.signers.map { JSON($0) }),
        ])
    }

    /// Amounts in fen, as everywhere in the API.
    private static func cell(_ cell: Cell) -> JSON {
        switch cell {
        case .blank: .null
        case .text(let text): JSON(text)
        case .integer(let number): JSON(number)
        case .amount(let fen): JSON(fen)
        case .date(let date): JSON(date)
        }
    }
}

/// Which paper is asked for.
struct DocumentRequest: Sendable {
    let month: Month
    let kind: DocumentKind
    let scope: DocumentScope

    init(month: Month, kind: DocumentKind, scope: DocumentScope) {
        self.month = month
        self.kind = kind
        self.scope = scope
    }

    init(_ request: Request, _ context: FinanceContext) throws {
        month = try context.month()
        guard let kind = DocumentKind(rawValue: try context.parameters.require("kind")) else {
            let known = DocumentKind.allCases.map(\.rawValue).joined(separator: "、")
            throw Rejection(.missing, "document_unknown", "没有这种单据，可用的有 \(known)。")
        }
        self.kind = kind
        scope = DocumentScope(
            provider: request.query("provider").map { ProviderID($0) }, street: request.query("street"),
            elder: request.query("elder").map { ElderID($0) })
    }

    func document(_ office: Office) async throws -> Document {
        try await ReadPapers(office).document(month, kind, scope)
    }

    /// Latin letters only, for old browsers: `detail-2026-03-P001`.
    var fileName: String {
        ([kind.rawValue, month.description] + [scope.provider?.text, scope.street, scope.elder?.text].compactMap { $0 })
            .joined(separator: "-").filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }

    /// `?provider=P001`, for links from one rendering to another.
    var query: String {
        let pairs = [("provider", scope.provider?.text), ("street", scope.street), ("elder", scope.elder?.text)]
        let text = pairs.compactMap { name, value in
            value.map { "\(name)=\($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
        }.joined(separator: "&")
        return text.isEmpty ? "" : "?\(text)"
    }
}
