import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /dispatch/assign-day | desk | everything that waits on a day to all providers at once |
/// | POST | /orders/{id}/accept | desk | taken on the telephone for the provider, as with emergencies |
/// | POST | /providers/{id}/state | admin | such as suspended; its orders go to others |
/// | POST | /providers/{id}/closed-days | desk | closed or open again on some days |
/// | GET, POST | /elders/{id}/ties | desk | relatives, providers that do not serve the elder, language |
/// | POST | /elders/{id}/ties/remove | desk | no longer so |
public struct DispatchRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to desk: RouterGroup<DeskContext>) {
        desk.post("dispatch/assign-day", use: assign)
        desk.post("orders/:id/accept", use: accept)
        desk.post("providers/:id/state", use: setState)
        desk.post("providers/:id/closed-days", use: setClosedDays)
        desk.get("elders/:id/ties", use: ties)
        desk.post("elders/:id/ties", use: putTie)
        desk.post("elders/:id/ties/remove", use: removeTie)
    }

    struct DayBody: Decodable, Sendable { let day: LocalDate }

    /// Safe to send again without a key: what is placed does not wait any more.
    @Sendable func assign(_ request: Request, _ context: DeskContext) async throws -> Response {
        let body = try await exchange.decode(DayBody.self, request, context)
        return Exchange.json(Self.outcome(try await AssignDay(exchange.office)(body.day, by: context.caller)))
    }

    static func outcome(_ outcome: AssignDay.Outcome) -> JSON {
        [
            "day": JSON(outcome.day), "withdrawn": JSON(outcome.withdrawn), "waiting": JSON(outcome.waiting),
            "assigned": JSON(outcome.assigned), "changed": JSON(outcome.changed), "unassigned": JSON(outcome.unassigned),
        ]
    }

    @Sendable func accept(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = AcceptOffer(exchange.office).prepared(id, by: context.caller)
            return { tx in Answer(status: 200, body: Show.order(try step(tx)).text) }
        }
    }

    struct StateBody: Decodable, Sendable {
        let state: String
        let reason_code: String
    }

    @Sendable func setState(_ request: Request, _ context: DeskContext) async throws -> Response {
        guard context.caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有管理员能变更加盟状态。") }
        let id = ProviderID(try context.parameters.require("id"))
        let manage = ManageProviders(exchange.office)
        let response = try await exchange.once(StateBody.self, request, context) { body in
            guard let state = FranchiseState(rawValue: body.state) else {
                throw Rejection(.invalid, "state_unknown", "没有“\(body.state)”这个加盟状态。", pointer: "/state")
            }
            let step = try manage.setState(id, state, reason: body.reason_code, by: context.caller)
            return { tx in Answer(status: 200, body: Self.notice(try step(tx)).text) }
        }
        try await manage.follow(id, by: context.caller)
        return response
    }

    struct ClosedDaysBody: Decodable, Sendable {
        let close: [LocalDate]?
        let open: [LocalDate]?
    }

    @Sendable func setClosedDays(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ProviderID(try context.parameters.require("id"))
        let manage = ManageProviders(exchange.office)
        let response = try await exchange.once(ClosedDaysBody.self, request, context) { body in
            let step = try manage.setClosedDays(id, closing: body.close ?? [], opening: body.open ?? [], by: context.caller)
            return { tx in Answer(status: 200, body: Self.notice(try step(tx)).text) }
        }
        try await manage.follow(id, by: context.caller)
        return response
    }

    static func notice(_ notice: ProviderNotice) -> JSON {
        [
            "provider": JSON(notice.provider), "state": JSON(notice.state?.rawValue),
            "closed_days": .array(notice.closedDays.map { JSON($0) }), "version": JSON(notice.version),
        ]
    }

    struct TieBody: Decodable, Sendable {
        let kind: String
        let value: String
        let note: String?

        func known() throws -> ElderTie.Kind {
            guard let kind = ElderTie.Kind(rawValue: kind) else {
                throw Rejection(.invalid, "tie_kind_unknown", "kind 应为 relative、refused_by 或 language。", pointer: "/kind")
            }
            return kind
        }
    }

    @Sendable func ties(_ request: Request, _ context: DeskContext) async throws -> Response {
        let ties = try await ManageTies(exchange.office).all(of: ElderID(try context.parameters.require("id")))
        return Exchange.json(["ties": .array(ties.map(Self.tie))])
    }

    @Sendable func putTie(_ request: Request, _ context: DeskContext) async throws -> Response {
        let elder = ElderID(try context.parameters.require("id"))
        return try await exchange.once(TieBody.self, request, context) { body in
            let step = try ManageTies(exchange.office).put(
                elder, try body.known(), body.value, note: body.note ?? "", by: context.caller)
            return { tx in Answer(status: 201, body: Self.tie(try step(tx)).text) }
        }
    }

    @Sendable func removeTie(_ request: Request, _ context: DeskContext) async throws -> Response {
        let elder = ElderID(try context.parameters.require("id"))
        return try await exchange.once(TieBody.self, request, context) { body in
            let step = ManageTies(exchange.office).remove(elder, try body.known(), body.value, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 200, body: (["removed": true] as JSON).text)
            }
        }
    }

    private static func tie(_ tie: ElderTie) -> JSON {
        ["kind": JSON(tie.kind.rawValue), "value": JSON(tie.value), "note": JSON(tie.note), "at": JSON(tie.at), "by": JSON(tie.actor)]
    }
}
