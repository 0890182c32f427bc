import Hummingbird
import Kernel
import Matching
import Orders
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /provider/orders/{id or number}/decision | provider | “why not me?”: itself and nobody else, nothing about the elder |
/// | POST | /provider/orders/{id}/refuse-elder | provider | does not serve this elder any more, with the reason |
/// | POST | /provider/closed-days | provider | its own closed days; orders of those days go to others |
public struct DecisionRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("orders/:id/decision", use: decision)
        group.post("orders/:id/refuse-elder", use: refuseElder)
        group.post("closed-days", use: setClosedDays)
    }

    @Sendable func decision(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let own = try await ReadDecisions(exchange.office)(try context.parameters.require("id"), for: context.provider)
        return Exchange.json([
            "number": JSON(own.number),
            "decisions": .array(
                own.parts.map { entry in
                    [
                        "at": JSON(entry.at), "policy_version": JSON(entry.policy), "basis": JSON(entry.basis.rawValue),
                        "rank": JSON(entry.part.rank), "score": JSON(entry.part.points?.total),
                        "parts": .array((entry.part.points?.parts ?? []).map { ["name": JSON($0.name), "points": JSON($0.points)] }),
                        "codes": .array(entry.part.codes.map { JSON($0.rawValue) }), "explanation": JSON(entry.part.explanation),
                    ]
                }),
        ])
    }

    struct Reason: Decodable, Sendable { let reason: String }

    @Sendable func refuseElder(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(Reason.self, request, context) { body in
            let step = try ManageTies(exchange.office).refuse(id, note: body.reason, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 201, body: (["refused": true] as JSON).text)
            }
        }
    }

    struct ClosedDaysBody: Decodable, Sendable {
        let close: [LocalDate]?
        let open: [LocalDate]?
    }

    @Sendable func setClosedDays(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let manage = ManageProviders(exchange.office)
        let response = try await exchange.once(ClosedDaysBody.self, request, context) { body in
            let step = try manage.setClosedDays(
                context.provider, closing: body.close ?? [], opening: body.open ?? [], by: context.caller)
            return { tx in
                let notice = try step(tx)
                return Answer(
                    status: 200,
                    body: (["closed_days": .array(notice.closedDays.map { JSON($0) }), "version": JSON(notice.version)] as JSON).text)
            }
        }
        try await manage.follow(context.provider, by: context.caller)
        return response
    }
}
