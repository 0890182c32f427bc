import Billing
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// The papers of a month on screen and on paper.
///
/// | path | what |
/// |---|---|
/// | GET /finance/{month}/documents | all papers of the month |
/// | GET /finance/{month}/documents/{kind} | one, on screen |
/// | GET /finance/{month}/documents/{kind}/print | the same, on sheets of A4 |
public struct DocumentPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get(":month/documents", use: list)
        group.get(":month/documents/:kind", use: show)
        group.get(":month/documents/:kind/print", use: sheets)
    }

    /// The longest table that is divided into sheets: some two thousand of them.
    private static let printLimit = 50_000

    @Sendable func list(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let (sums, isClosed) = try await ReadMonth(office).sums(month)
        return try pages.page(
            "documents", .finance("\(month) 单据", request, context),
            PapersModel(month, sums, isClosed: isClosed, reference: office.reference))
    }

    @Sendable func show(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let wanted = try DocumentRequest(request, context)
        let document = try await wanted.document(office)
        return try pages.page(
            "document", .finance("\(document.title) \(wanted.month)", request, context), DocumentModel(document, wanted))
    }

    @Sendable func sheets(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let wanted = try DocumentRequest(request, context)
        let document = try await wanted.document(office)
        guard document.rows.count <= Self.printLimit else {
            throw Rejection(
                .refused, "document_too_long", "共 \(document.rows.count) 行，超过一次打印的上限 \(Self.printLimit) 行；请按服务商或街道分别打印，或下载 CSV。")
        }
        return PrintedDocument(document).response
    }
}
