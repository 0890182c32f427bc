import Catalog
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// A provider's visits in the calendar of a telephone: with its token, or under a secret address that calendars can read by themselves.
///
/// An address can be passed on, so under it there are no names and no doors, only the service, the street and the order's number.
public struct CalendarRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    /// How long a secret address lasts.
    static let life = Span.days(365)

    public func add(to group: RouterGroup<ProviderContext>, open: RouterGroup<AppContext>) {
        group.get("visits.ics", use: visits)
        group.post("calendar", use: address)
        open.get("calendar/:file", use: shared)
    }

    @Sendable func visits(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await calendar(of: context.provider, isPrivate: true)
    }

    @Sendable func address(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await exchange.once(Nothing.self, request, context) { _ in
            let step = try ManageTokens(exchange.office).created(
                .init(
                    role: .provider, provider: context.provider, name: "calendar", scopes: ["calendar:read"],
                    expires: exchange.office.now + Self.life), by: context.caller)
            return { tx in
                let issued = try step(tx)
                return Answer(
                    status: 201,
                    body: (["token_id": JSON(issued.stored.id), "path": "/calendar/\(issued.token).ics", "expires_at": JSON(issued.stored.expiresAt)] as JSON)
                        .text)
            }
        }
    }

    @Sendable func shared(_ request: Request, _ context: AppContext) async throws -> Response {
        let file = try context.parameters.require("file")
        guard file.hasSuffix(".ics"), file.utf8.count <= 200,
            let caller = try await ManageTokens(exchange.office).caller(token: String(file.dropLast(4))), let provider = caller.provider,
            let scope = Caller.Scope.calendar, caller.scopes == [scope]
        else { throw Rejection(.missing, "calendar_unknown", "没有这个日历地址，可能已过期或已吊销，请重新生成。") }
        return try await calendar(of: provider, isPrivate: false)
    }

    private func calendar(of provider: ProviderID, isPrivate: Bool) async throws -> Response {
        let (catalogue, franchise) = (exchange.office.reference.catalogue, exchange.office.reference.franchise)
        let entries = try await ReadVisits(exchange.office)(provider)
        let events = entries.compactMap { entry -> ICalendar.Event? in
            guard let order = entry.order else { return nil }
            let item = catalogue.item(order.item)?.name ?? order.item.text
            let street = catalogue.region(.init(order.region))?.name ?? order.region
            let elder = isPrivate ? entry.elder : nil
            return ICalendar.Event(
                id: order.id.text, sequence: order.version, changed: order.createdAt, start: order.window.start, end: order.window.end,
                summary: elder.map { "\(item) · \($0.name)" } ?? item, location: elder?.address.line ?? street,
                description: "工单 \(order.number)\(order.worker.map { "，人员 \($0)" } ?? "")，\(order.state.name)", isConfirmed: order.worker != nil)
        }
        let text = ICalendar(name: "\(franchise.provider(provider)?.name ?? provider.text) 上门安排", events: events).text
        return Response(
            status: .ok, headers: [.contentType: "text/calendar; charset=utf-8", .cacheControl: "private, no-cache"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension CalendarRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        [
            Operation(
                .get, "/api/v1/provider/visits.ics", "本机构的上门安排（iCalendar，RFC 5545）", by: ProviderContext.roles, answers: .text("text/calendar")),
            Operation(
                .post, "/api/v1/provider/calendar", "生成可供手机日历订阅的保密地址；其中不含姓名和门牌", by: ProviderContext.roles, body: Nothing.self,
                answers: .created(
                    .object([
                        "token_id": .text(sample: "9f86d081884c7d65"), "path": .text(sample: "/calendar/vnh_….ics"), "expires_at": .instant,
                    ]))),
            Operation(.get, "/calendar/{file}", "保密地址下的上门安排", by: [], answers: .text("text/calendar"), refuses: ["calendar_unknown"]),
        ]
    }
}
