import Catalog
import Hummingbird
import Kernel
import Web
import Workflow

/// 知识库
///
/// | path | what |
/// |---|---|
/// | GET /console/knowledge?q= | what there is, or what fits |
/// | GET /console/knowledge/{code} | one article in large type, to be read out |
/// | GET /console/items/{code} | a service: what it costs today, what to ask |
public struct KnowledgePages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("knowledge", use: list)
        group.get("knowledge/:code", use: article)
        group.get("items/:code", use: item)
    }

    struct ListModel: Sendable {
        struct Row: Sendable {
            let code: String
            let kind: String
            let title: String
        }

        let query: String
        let rows: [Row]

        init(_ query: String, _ articles: [Knowledge.Article]) {
            self.query = query
            rows = articles.map { Row(code: $0.code, kind: localized(term: $0.kind), title: $0.title) }
        }
    }

    struct ArticleModel: Sendable {
        let code: String
        let kind: String
        let title: String
        let paragraphs: [String]

        init(_ article: Knowledge.Article) {
            (code, kind, title) = (article.code, localized(term: article.kind), article.title)
            paragraphs = article.text.split(whereSeparator: \.isNewline).map(String.init)
        }
    }

    struct ItemModel: Sendable {
        let code: String
        let name: String
        let about: String
        let price: String
        let aliases: [String]
        let questions: [String]
        let notes: String

        init(_ item: Item, price: Price?) {
            (code, name, aliases, questions, notes) = (item.code.text, item.name, item.aliases, item.questions, item.notes)
            about = localized("\(Words.about(item)) · 约 \(item.durationMinutes) 分钟")
            self.price = price.map { localized("\($0.guide.yuan)（\($0.version)）") } ?? localized("暂无价格")
        }
    }

    @Sendable func item(_ request: Request, _ context: DeskContext) async throws -> Response {
        let catalogue = office.reference.catalogue
        guard let item = catalogue.item(ItemCode(try context.parameters.require("code"))) else {
            throw Rejection(.missing, "item_unknown", "没有这个服务项目，请重新查找。")
        }
        return try pages.page(
            "item", .console(item.name, request, context), ItemModel(item, price: catalogue.price(of: item.code, on: office.now.localDate)))
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (query, knowledge) = (request.typed("q"), office.reference.knowledge)
        return try pages.page(
            "knowledge", .console("知识库", request, context),
            ListModel(query, query.isEmpty ? knowledge.articles : knowledge.search(query, limit: 50)))
    }

    @Sendable func article(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard let article = office.reference.knowledge.article(try context.parameters.require("code")) else {
            throw Rejection(.missing, "file_unknown", "知识库里没有这一篇，请重新查找。")
        }
        return try pages.page("article", .console(article.title, request, context), ArticleModel(article))
    }
}
