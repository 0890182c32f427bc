import Hummingbird
import Kernel
import Notifier
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /webhooks | provider, admin | subscribe; the secret is shown here and never again |
/// | GET, PATCH, DELETE | /webhooks[/{id}] | provider (its own), admin | look, change url, events or state, take away |
/// | POST | /webhooks/{id}/rotate | same | a new secret; the old one signs on beside it for a day, or `overlap_seconds` |
/// | POST | /webhooks/{id}/test | same | sends a `webhook.test` |
/// | POST | /webhooks/{id}/replay | same | sends again: `event_id`, `since_seq` (with `until_seq`, `events`), or `state: "dead"` |
/// | GET | /webhooks/{id}/deliveries?state=&cursor=&limit= | same | what became of each event, attempt by attempt |
public struct WebhookRoutes: Sendable {
    let exchange: Exchange
    let webhooks: ManageWebhooks

    public init(_ exchange: Exchange, rule: AddressRule) {
        self.exchange = exchange
        webhooks = ManageWebhooks(exchange.office, rule: rule)
    }

    public func add(to group: RouterGroup<SubscriberContext>) {
        group.post(use: create)
        group.get(use: list)
        group.get(":id", use: one)
        group.patch(":id", use: change)
        group.delete(":id", use: delete)
        group.post(":id/rotate", use: rotate)
        group.post(":id/test", use: test)
        group.post(":id/replay", use: replay)
        group.get(":id/deliveries", use: deliveries)
    }

    struct NewWebhook: Decodable, Sendable {
        let url: String
        let events: [String]
        let secret: String?
    }

    @Sendable func create(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        try await exchange.once(NewWebhook.self, request, context) { body in
            let step = try webhooks.created(url: body.url, events: body.events, secret: body.secret, by: context.caller)
            return { tx in Answer(status: 201, body: Self.withSecret(try step(tx)).text) }
        }
    }

    @Sendable func list(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let entries = try await webhooks.all(for: context.caller)
        return Exchange.json(["webhooks": .array(entries.map(Self.show)), "next": .null])
    }

    @Sendable func one(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        Exchange.json(Self.show(try await webhooks.one(try context.parameters.require("id"), for: context.caller)))
    }

    struct ChangeBody: Decodable, Sendable {
        let url: String?
        let events: [String]?
        let state: String?

        func change() throws -> ManageWebhooks.Change {
            let wanted = state.map { Subscription.State(rawValue: $0) }
            if let wanted, wanted == nil {
                throw Rejection(.invalid, "state_unknown", "state 应为 active 或 disabled。", pointer: "/state")
            }
            return ManageWebhooks.Change(url: url, events: events, isActive: wanted.map { $0 == .active })
        }
    }

    @Sendable func change(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(ChangeBody.self, request, context) { body in
            let step = try webhooks.changed(id, try body.change(), by: context.caller)
            return { tx in Answer(status: 200, body: Self.show(try step(tx)).text) }
        }
    }

    @Sendable func delete(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        try await webhooks.delete(try context.parameters.require("id"), by: context.caller)
        return Response(status: .noContent)
    }

    struct RotateBody: Decodable, Sendable {
        let secret: String?
        let overlap_seconds: Int?
    }

    @Sendable func rotate(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(RotateBody.self, request, context) { body in
            // Cut to a range in which seconds cannot overflow; what lies outside the rule's own range is refused there.
            let overlap = body.overlap_seconds.map { Span.seconds(min(max(-1, $0), 10_000_000)) } ?? SecretRing.overlap
            let step = try webhooks.rotated(id, to: body.secret, overlap: overlap, by: context.caller)
            return { tx in Answer(status: 200, body: Self.withSecret(try step(tx)).text) }
        }
    }

    @Sendable func test(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = ReplayWebhook(exchange.office).tested(id, by: context.caller)
            return { tx in Answer(status: 202, body: (["event_id": JSON(try step(tx))] as JSON).text) }
        }
    }

    struct ReplayBody: Decodable, Sendable {
        let event_id: String?
        let since_seq: Int64?
        let until_seq: Int64?
        let state: String?
        let events: [String]?

        func selection() throws -> DeliveryRepository.Selection {
            let filter = try events.map { (patterns) throws(Rejection) in try EventFilter(patterns, known: EventTypes.all) }
            switch (event_id, since_seq, state) {
            case (let id?, nil, nil) where until_seq == nil && filter == nil: return .event(id: id)
            case (nil, let since?, nil):
                let until = until_seq ?? .max
                guard since >= 1, until >= since else {
                    throw Rejection(.refused, "replay_range", "since_seq 应从 1 起，until_seq 不应小于它。", pointer: "/since_seq")
                }
                return .range(since...until, filter)
            case (nil, nil, "dead"?) where until_seq == nil && filter == nil: return .dead
            default:
                throw Rejection(
                    .refused, "replay_selection", "请给出 event_id、since_seq（可加 until_seq、events）、或 state:\"dead\" 三者之一。")
            }
        }
    }

    @Sendable func replay(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(ReplayBody.self, request, context) { body in
            let step = ReplayWebhook(exchange.office).prepared(id, try body.selection(), by: context.caller)
            return { tx in
                let result = try step(tx)
                return Answer(status: 202, body: (["replayed": JSON(result.count), "next_seq": JSON(result.next)] as JSON).text)
            }
        }
    }

    @Sendable func deliveries(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let state = try request.word("state", DeliveryRepository.State.self)
        let webhook = try context.parameters.require("id")
        let list = "webhooks/\(webhook)/deliveries?state=\(request.query("state") ?? "")"
        let before = try request.cursor(list).flatMap { Int64($0) } ?? .max
        let limit = try request.integer("limit", default: 50, in: 1...ReadDeliveries.limit)
        let page = try await ReadDeliveries(exchange.office)(
            webhook, state: state, before: before, limit: limit, for: context.caller)
        return Exchange.json([
            "deliveries": .array(page.entries.map { Self.show($0, for: page.subscription) }), 
            "next": JSON(page.next.map { Cursor.text(after: String($0), in: list) }),
        ])
    }
}

extension WebhookRoutes {
    /// Without the secret: what is shown more than once.
    static func show(_ entry: WebhookRepository.Entry) -> JSON {
        let subscription = entry.subscription
        return [
            "id": JSON(subscription.id), "provider": JSON(subscription.provider), "url": JSON(subscription.url.text),
            "events": .array(subscription.events.patterns.map { JSON($0) }), "state": JSON(subscription.state.rawValue),
            "disabled_reason": JSON(subscription.disabledReason),
            "disabled_detail": JSON(subscription.disabledReason.flatMap { DisableReason(rawValue: $0)?.message }),
            "failing_since": JSON(subscription.failingSince), "created_at": JSON(entry.createdAt),
        ]
    }

    static func withSecret(_ entry: WebhookRepository.Entry) -> JSON {
        show(entry).adding(["secret": JSON(entry.subscription.secrets.entries.first?.secret.text)])
    }

    static func show(_ entry: DeliveryRepository.Entry, for subscription: Subscription) -> JSON {
        [
            "event_id": JSON(entry.event.id), "type": JSON(entry.event.type),
            "seq": JSON(subscription.provider == nil ? entry.event.seq : entry.event.providerSeq), "subject": JSON(entry.event.subject),
            "order_seq": JSON(entry.event.subjectSeq), "at": JSON(entry.event.at), "state": JSON(entry.state),
            "attempts": JSON(entry.log.count), "due_at": entry.state == "pending" ? JSON(entry.due) : .null,
            "last_status": JSON(entry.lastStatus), "last_reason": JSON(entry.lastReason), "last_at": JSON(entry.lastAt),
            "log": .array(
                entry.log.map {
                    [
                        "attempt": JSON($0.number), "at": JSON($0.at), "took_ms": JSON($0.took.milliseconds), "status": JSON($0.status),
                        "reason": JSON($0.reason),
                    ]
                }),
        ]
    }
}
