import Catalog
import Hummingbird
import Intake
import Kernel
import Registry
import Store
import Web
import Workflow

/// | path | what |
/// |---|---|
/// | GET /console/elders?q= | finding an elder |
/// | GET /console/elders/{id} | the card: alerts, open orders, last services, standing orders |
public struct ElderPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("elders", use: search)
        group.get("elders/:id", use: elder)
    }

    struct SearchModel: Sendable {
        struct Row: PageRow {
            let id: String
            let number: String
            let name: String
            let about: String
            let address: String
            let status: String
        }

        let query: String
        let count: Int
        let rows: [Row]

        init(_ query: String, _ found: [Elder], words: Words, today: LocalDate) {
            self.query = query
            count = found.count
            rows = found.map {
                Row(
                    id: $0.id.text, number: $0.number, name: Masked.name($0.name), about: Words.person($0, on: today),
                    address: words.place($0.address), status: localized(term: $0.status.term))
            }
        }
    }

    @Sendable func search(_ request: Request, _ context: DeskContext) async throws -> Response {
        let text = request.typed("q")
        let found = text.isEmpty ? [] : try await FindElders(office)(text, limit: 20)
        return try pages.page(
            "elders", .console("找老人", request, context),
            SearchModel(text, found, words: words, today: office.now.localDate))
    }

    @Sendable func elder(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        try await LookAtElder(office)(id, from: .desk, by: context.caller)
        let card = try await ReadCallCard(office)(id)
        return try pages.page(
            "elder-page", .console(card.elder.name, request, context), CardModel(card, words: words, now: office.now))
    }
}
