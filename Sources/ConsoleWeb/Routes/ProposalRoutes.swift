import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Store
import Web
import Workflow

/// Other times that providers propose: the desk speaks with the elder and answers.
public struct ProposalRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("proposals", use: list)
        group.post("proposals/:id/accept", use: accept)
        group.post("proposals/:id/refuse", use: refuse)
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        let state = try request.word("state", Proposal.State.self) ?? .open
        let limit = try request.integer("limit", default: 50, in: 1...200)
        let list = "proposals?state=\(state.rawValue)"
        let page = try await AnswerProposal(exchange.office).page(state, after: try request.cursor(list), limit: limit)
        return Exchange.json([
            "proposals": .array(page.map { Show.proposal($0) }),
            "next": page.count == limit ? JSON(page.last.map { Cursor.text(after: $0.id, in: list) }) : .null,
        ])
    }

    @Sendable func accept(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = AnswerProposal(exchange.office).accepted(id, by: context.caller)
            return { tx in Answer(status: 200, body: Show.order(try step(tx)).text) }
        }
    }

    @Sendable func refuse(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = AnswerProposal(exchange.office).refused(id, by: context.caller)
            return { tx in Answer(status: 200, body: Show.order(try step(tx)).text) }
        }
    }
}

extension ProposalRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        let roles = DeskContext.roles
        let codes = ["proposal_unknown", "proposal_answered", "proposal_lapsed"]
        return [
            Operation(
                .get, "/api/v1/proposals", "服务商提议的改期，等得最久的在前", by: roles,
                query: [.init("state", .oneOf(Proposal.State.self), "默认 open。"), .cursor, .limit(1...200, default: 50)],
                answers: .json(.object(["proposals": .array(.of(Shapes.proposal)), "next": Schema.cursor.nullable])),
                refuses: ["state_unknown", "cursor_invalid", "cursor_mismatch"]),
            Operation(
                .post, "/api/v1/proposals/{id}/accept", "老人同意：按新时间重新报价并由该服务商承接", by: roles, body: Nothing.self,
                answers: .json(.of(Shapes.order)), refuses: codes + ["proposal_not_possible", "start_in_past", "price_expired", "elder_absent"]),
            Operation(
                .post, "/api/v1/proposals/{id}/refuse", "老人不同意：原派单继续有效", by: roles, body: Nothing.self, answers: .json(.of(Shapes.order)),
                refuses: codes),
        ]
    }
}
