import Catalog
import HTTPTypes
import Hummingbird
import Intake
import Kernel
import Orders
import Pinyin
import Registry
import Store
import Web
import Workflow

/// 座席工作台: one page that never goes away while calls come and go; the script puts pieces of HTML in their places.
///
/// | path | what |
/// |---|---|
/// | GET /console | the desk |
/// | GET /console/events | calls, orders and emergencies as they happen |
/// | GET /console/pieces/board | orders with a deadline, the most overdue first |
/// | GET /console/pieces/call?id= | everyone on a ringing line |
/// | GET /console/pieces/elder?id= | one elder's card |
/// | GET /console/pieces/find?q= | anything, by anything |
/// | GET /console/pieces/items?q=&elder= | items, and what they would cost this elder |
/// | GET /console/pieces/quote?… | who could come, who pays what |
/// | GET /console/pieces/placed?id= | the read-back of an order |
/// | POST /console/emergencies | the shift leader hears of it at once |
public struct DeskPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("", use: desk)
        group.get("events", use: events)
        let pieces = group.group("pieces")
        pieces.get("board", use: board)
        pieces.get("call", use: call)
        pieces.get("elder", use: elder)
        pieces.get("find", use: find)
        pieces.get("items", use: items)
        pieces.get("quote", use: quote)
        pieces.get("placed", use: placed)
        group.post("emergencies", use: raiseEmergency)
    }

    struct DeskModel: Sendable {
        let board: BoardModel
        let regions: [Choice]
        let today: String
    }

    @Sendable func desk(_ request: Request, _ context: DeskContext) async throws -> Response {
        let waiting = try await ReadDesk(office).waiting(limit: 40)
        let catalogue = office.reference.catalogue
        // The initials stand in front: in a list of streets the keyboard finds what a row begins with.
        let regions = catalogue.regions.map { region in
            Choice(value: region.code.text, name: "\(catalogue.pinyin.reading(region.name).initials) \(region.name) \(region.districtName)")
        }.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        return try pages.page(
            "desk", .console("座席", request, context),
            DeskModel(board: BoardModel(waiting, words: words, now: office.now), regions: regions, today: office.now.localDate.description))
    }

    @Sendable func events(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await LiveEvents(office) { event in
            event.type.hasPrefix("call.") || event.type.hasPrefix("order.") || event.type.hasPrefix("emergency.")
        }.response(to: request)
    }

    @Sendable func board(_ request: Request, _ context: DeskContext) async throws -> Response {
        let waiting = try await ReadDesk(office).waiting(limit: 40)
        return try pages.response("board", BoardModel(waiting, words: words, now: office.now), request.language)
    }

    @Sendable func call(_ request: Request, _ context: DeskContext) async throws -> Response {
        let ringing = try await ReadDesk(office).call(try request.required("id"))
        try await LookAtElder(office)(ringing.cards.map(\.elder.id), from: .call, reason: ringing.call.id, by: context.caller)
        return try pages.response("call", CallModel(ringing, words: words, now: office.now), request.language)
    }

    @Sendable func elder(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try request.required("id"))
        try await LookAtElder(office)(id, from: .desk, by: context.caller)
        let card = try await ReadCallCard(office)(id)
        return try pages.response("elder", CardModel(card, words: words, now: office.now), request.language)
    }

    @Sendable func find(_ request: Request, _ context: DeskContext) async throws -> Response {
        let query = request.query("q") ?? ""
        let found = try await FindAnything(office)(query)
        return try pages.response(
            "find",
            FindModel(query, found, words: words, today: office.now.localDate),
            request.language)
    }

    @Sendable func items(_ request: Request, _ context: DeskContext) async throws -> Response {
        let found = office.reference.catalogue.search(request.query("q") ?? "", limit: 9)
        let elder = try await request.query("elder").asyncMap { try await FindElders(office).card(ElderID($0)) }
        let splits = try await elder.asyncMap { try await ExplainItems(office)(found, for: $0) } ?? [:]
        return try pages.response("items", ItemsModel(found, splits: splits), request.language)
    }

    @Sendable func quote(_ request: Request, _ context: DeskContext) async throws -> Response {
        do {
            let wish = try wish(request)
            let quote = try await QuoteOrder(office)(wish)
            let elder = try await FindElders(office).card(wish.elder)
            return try pages.response("quote", QuoteModel(quote, wish, elder: elder, words: words, now: office.now), request.language)
        } catch let error as any Rejecting where [.invalid, .refused, .missing].contains(error.rejection.kind) {
            // Half a time, or a service that cannot be had: an answer to whoever is typing, and no failure of the page.
            return try pages.response("quote-refused", RefusedModel(code: error.rejection.code, message: error.rejection.message), request.language)
        }
    }

    struct RefusedModel: Sendable {
        let code: String
        let message: String
    }

    /// The order form as the operator has filled it in.
    private func wish(_ request: Request) throws -> OrderRequest {
        let typed = request.query("when") ?? ""
        let now = office.now
        guard let start = TimeShorthand.instant(typed, now: now) else {
            throw Rejection(.invalid, "when_unclear", "看不懂时间“\(typed.prefix(20))”。例：m9 明天九点，z3 14:30 周三，+2h，今晚。", pointer: "/when")
        }
        let amount = request.query("quantity").flatMap { $0.isEmpty ? nil : $0 } ?? "1"
        guard let quantity = Quantity(amount) else {
            throw Rejection(.invalid, "quantity_invalid", "数量“\(amount.prefix(20))”不对，应为数字，例如 1 或 1.5。", pointer: "/quantity")
        }
        func text(_ name: String) -> String? { request.query(name).flatMap { $0.isEmpty ? nil : $0 } }
        return OrderRequest(
            elder: ElderID(try request.required("elder")), item: .init(try request.required("item")), start: start, quantity: quantity,
            caller: text("caller"), callID: text("call"), note: text("note") ?? "", preferredProvider: text("provider").map { ProviderID($0) },
            isEmergency: text("emergency") == "1", allowsTwin: text("twin") == "1")
    }

    @Sendable func placed(_ request: Request, _ context: DeskContext) async throws -> Response {
        let file = try await ReadOrders(office).file(OrderID(try request.required("id")), by: context.caller)
        let elder = try await FindElders(office).card(file.order.elder)
        return try pages.response("placed", PlacedModel(file.order, elder: elder, words: words, now: office.now), request.language)
    }

    struct Emergency: Decodable, Sendable {
        let elder_id: String?
        let call_id: String?
    }

    @Sendable func raiseEmergency(_ request: Request, _ context: DeskContext) async throws -> Response {
        let body = try await exchange.decode(Emergency.self, request, context)
        let seq = try await RaiseEmergency(office)(
            elder: body.elder_id.flatMap { $0.isEmpty ? nil : ElderID($0) }, call: body.call_id, by: context.caller)
        return Exchange.json(["seq": JSON(seq)], status: .created)
    }
}

extension Frame {
    /// The frame of the operators' pages.
    static func console(_ title: String, _ request: Request, _ context: DeskContext) -> Frame {
        .desk(title, request, context.caller)
    }
}

extension Request {
    /// What a person has typed into a search field: a form sends `+` for every space between pasted digits.
    func typed(_ name: String) -> String { (query(name) ?? "").replacing("+", with: " ") }

    /// - Throws: `query_missing` when the page's script forgot it.
    func required(_ name: String) throws -> String {
        guard let text = query(name), !text.isEmpty else {
            throw Rejection(.invalid, "query_missing", "缺少参数 \(name)。", pointer: "/\(name)")
        }
        return text
    }
}
