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
    private let pages: FeedPages

    public init(_ exchange: Exchange) {
        self.exchange = exchange
        pages = FeedPages(exchange.office)
    }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("feed", use: feed)
        group.get("orders", use: orders)
        group.post("orders/bulk", use: bulk)
        group.post("orders/:id/accept", use: accept)
        group.post("orders/:id/decline", use: decline)
        group.post("orders/:id/propose", use: propose)
        group.post("orders/:id/lease", use: lease)
        group.delete("orders/:id/lease", use: release)
        group.post("orders/:id/schedule", use: schedule)
        group.post("orders/:id/check-in", use: checkIn)
        group.post("orders/:id/check-out", use: checkOut)
        group.post("orders/:id/fail", use: fail)
    }

    private var today: LocalDate { exchange.office.now.localDate }
    private var steps: ProviderSteps { ProviderSteps(exchange.office) }

    @Sendable func feed(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let after = try request.integer("after", default: 0, in: 0...Int.max)
        let wait = try request.integer("wait", default: 0, in: 0...ReadFeed.longestWait)
        let limit = try request.integer("limit", default: 100, in: 1...ReadFeed.limit)
        let page = try await pages(context.provider, after: Int64(after), limit: limit)
        if page.isEmpty, wait > 0, let held = HeldRequest.here {
            let feed = ReadFeed(exchange.office)
            let (provider, deadline) = (context.provider, held.came + .seconds(wait))
            let isHeld = deadline > .now && held.put(aside: { await feed.news(for: provider, after: Int64(after), until: deadline) })
            if isHeld { return Response(status: .noContent) }
        }
        return Exchange.tagged(page.text, as: page.tag, for: request)
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

    // MARK: Steps

    @Sendable func accept(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.Accept.self, request, context)
    }
    @Sendable func decline(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.Decline.self, request, context)
    }
    @Sendable func propose(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.Propose.self, request, context)
    }
    @Sendable func lease(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.TakeInHand.self, request, context)
    }
    @Sendable func schedule(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.Schedule.self, request, context)
    }
    @Sendable func checkIn(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.In.self, request, context)
    }
    @Sendable func checkOut(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.Out.self, request, context)
    }
    @Sendable func fail(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await step(ProviderSteps.Fail.self, request, context)
    }

    @Sendable func release(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let step = try LeaseOffer(exchange.office).released(
            OrderID(try context.parameters.require("id")), holder: request.query("holder"), by: context.caller)
        try await exchange.office.perform(step)
        return Response(status: .noContent)
    }

    private func step<Body: ProviderStep>(_ type: Body.Type, _ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(type, request, context) { try $0.prepared(id, steps, by: context.caller) }
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
