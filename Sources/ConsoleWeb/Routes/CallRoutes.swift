import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /calls/{id}/note | desk | what became of it |
/// | POST | /calls | desk | a telephone event; while it rings, everyone on the line |
public struct CallRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<DeskContext>) {
        group.post("calls", use: record)
        group.post("calls/:id/note", use: note)
    }

    struct Note: Decodable, Sendable {
        let outcome: String
        let elder_id: String?
    }

    @Sendable func note(_ request: Request, _ context: DeskContext) async throws -> Response {
        let body = try await exchange.decode(Note.self, request, context)
        let id = try context.parameters.require("id")
        try await NoteCall(exchange.office)(id, elder: body.elder_id.map { ElderID($0) }, outcome: body.outcome, by: context.caller)
        return Exchange.json(["id": JSON(id), "outcome": JSON(body.outcome)])
    }

    struct Body: Decodable, Sendable {
        let event: String
        let call_id: String
        let from: String
        let to: String?
        let at: Instant?
    }

    @Sendable func record(_ request: Request, _ context: DeskContext) async throws -> Response {
        let body = try await exchange.decode(Body.self, request, context)
        guard let event = CallEvent(rawValue: body.event) else {
            throw Rejection(.invalid, "event_unknown", "event 应为 newCall、answer 或 hangup。", pointer: "/event")
        }
        let now = exchange.office.now
        let cards = try await RecordCall(exchange.office)(
            event, id: body.call_id, from: body.from, to: body.to ?? "", at: body.at ?? now, by: context.caller)
        return Exchange.json([
            "call": ["id": JSON(body.call_id), "event": JSON(event.rawValue)],
            "elders": .array(cards.map { Show.callCard($0, today: now.localDate) }),
        ])
    }
}
