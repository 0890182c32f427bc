import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// A provider's machines: what is addressed to it, its orders, and its steps on them, one by one or many at once.
///
/// What each route takes and gives stands in ``operations``.
public struct ProviderRoutes: Sendable {
    let exchange: Exchange
    private let poll: FeedPoll

    public init(_ exchange: Exchange) {
        self.exchange = exchange
        poll = FeedPoll(exchange.office)
    }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("feed", use: feed)
        group.get("orders", use: orders)
        group.get("orders/:id/workers", use: workers)
        group.post("orders/bulk", use: bulk)
        group.post("orders/:id/accept", use: step(ProviderSteps.Accept.self))
        group.post("orders/:id/decline", use: step(ProviderSteps.Decline.self))
        group.post("orders/:id/propose", use: step(ProviderSteps.Propose.self))
        group.post("orders/:id/lease", use: step(ProviderSteps.TakeInHand.self))
        group.delete("orders/:id/lease", use: release)
        group.post("orders/:id/schedule", use: step(ProviderSteps.Schedule.self))
        group.post("orders/:id/check-in", use: step(ProviderSteps.In.self))
        group.post("orders/:id/check-out", use: step(ProviderSteps.Out.self))
        group.post("orders/:id/fail", use: step(ProviderSteps.Fail.self))
    }

    private var today: LocalDate { exchange.office.now.localDate }
    private var steps: ProviderSteps { ProviderSteps(exchange.office) }

    @Sendable func feed(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await poll.answer(request, context.provider)
    }

    @Sendable func orders(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let state = try request.word("state", OrderState.self) ?? .offered
        let limit = try request.integer("limit", default: 50, in: 1...200)
        let list = "provider/orders?state=\(state.rawValue)"
        let found = try await ReadOrders(exchange.office).of(
            context.provider, state: state, after: try request.cursor(list).map { OrderID($0) }, limit: limit)
        let today = today
        let last = found.last?.order?.id.text
        return Exchange.json([
            "orders": .array(found.compactMap { entry in entry.order.map { Show.providerOrder($0, entry.elder, entry.lease, today: today) } }),
            "next": found.count == limit ? JSON(last.map { Cursor.text(after: $0, in: list) }) : .null,
        ])
    }

    @Sendable func workers(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let found = try await ReadWorkers(exchange.office)(OrderID(try context.parameters.require("id")), by: context.caller)
        return Exchange.json([
            "workers": .array(
                found.map { candidate in
                    [
                        "id": JSON(candidate.worker.id), "name": JSON(candidate.worker.name), "fit": JSON(candidate.obstacle == nil),
                        "code": JSON(candidate.obstacle?.code), "reason": JSON(candidate.obstacle?.rejection().message),
                    ]
                })
        ])
    }

    // MARK: Steps

    @Sendable func release(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let step = try LeaseOffer(exchange.office).released(
            OrderID(try context.parameters.require("id")), holder: request.query("holder"), by: context.caller)
        try await exchange.office.perform(step)
        return Response(status: .noContent)
    }

    private func step<Body: ProviderStep>(_ type: Body.Type) -> @Sendable (Request, ProviderContext) async throws -> Response {
        { request, context in
            let id = OrderID(try context.parameters.require("id"))
            return try await exchange.once(type, request, context) { try $0.prepared(id, steps, by: context.caller) }
        }
    }

    /// Many steps in one request: what is wrong with one line is told for that line, and the others are done.
    @Sendable func bulk(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let body = try await exchange.decode(ProviderSteps.Bulk.self, request, context)
        guard (1...ProviderSteps.Bulk.limit).contains(body.items.count) else {
            throw Rejection(.invalid, "bulk_too_long", "items 应有 1 到 \(ProviderSteps.Bulk.limit) 行。", pointer: "/items")
        }
        let answers = try await exchange.each(body.items, request, context, digest: \.digest) { line in
            try line.step.get().prepared(OrderID(line.id), steps, by: context.caller)
        }
        let lines = zip(body.items, answers).map { line, answer -> JSON in
            switch answer {
            case .success(let answer):
                ["id": JSON(line.id), "action": JSON(line.action.rawValue), "status": JSON(answer.status), "result": .raw(answer.body), "problem": .null]
            case .failure(let rejection):
                [
                    "id": JSON(line.id), "action": JSON(line.action.rawValue), "status": JSON(Problem.code(rejection)), "result": .null,
                    "problem": Problem.json(rejection),
                ]
            }
        }
        return Exchange.json(["items": .array(lines)])
    }
}
