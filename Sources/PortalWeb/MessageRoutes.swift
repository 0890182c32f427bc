import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /messages?elder=&provider=&state=&cursor=&limit= | desk | text messages, newest first: to whom (masked), why not sent |
/// | POST | /messages/consent | desk | `{elder_id or provider, allowed}`: opting out and in again |
public struct MessageRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get(use: list)
        group.post("consent", use: consent)
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        let state = try request.word("state", DeliveryRepository.State.self)
        let list = "messages?" + ["elder", "provider", "state"].map { request.query($0) ?? "" }.joined(separator: "&")
        let before = try request.cursor(list).flatMap { Int64($0) } ?? .max
        let limit = try request.integer("limit", default: 50, in: 1...ReadMessages.limit)
        let found = try await ReadMessages(exchange.office)(
            elder: request.query("elder").map { ElderID($0) }, provider: request.query("provider").map { ProviderID($0) },
            state: state?.rawValue, before: before, limit: limit)
        return Exchange.json([
            "messages": .array(found.map(Self.show)),
            "next": found.count == limit ? JSON(found.last.map { Cursor.text(after: String($0.id), in: list) }) : .null,
        ])
    }

    struct Consent: Decodable, Sendable {
        let elder_id: String?
        let provider: String?
        let allowed: Bool
    }

    @Sendable func consent(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await exchange.once(Consent.self, request, context) { body in
            let step = try MessageConsent(exchange.office).prepared(
                elder: body.elder_id.map { ElderID($0) }, provider: body.provider.map { ProviderID($0) }, isAllowed: body.allowed,
                by: context.caller)
            return { tx in Answer(status: 200, body: (["allowed": JSON(body.allowed), "changed": JSON(try step(tx))] as JSON).text) }
        }
    }

    static func show(_ message: MessageRepository.Stored) -> JSON {
        [
            "id": JSON("sms_\(message.id)"), "rule": JSON(message.rule), "subject": JSON(message.subject), "person": JSON(message.person),
            "number": JSON(ReadMessages.masked(message)), "state": JSON(message.state), "created_at": JSON(message.created),
            "due_at": message.state == "pending" ? JSON(message.due) : .null, "attempts": JSON(message.attempts),
            "last_status": JSON(message.lastStatus), "last_reason": JSON(message.lastReason), "last_at": JSON(message.lastAt),
        ]
    }
}
