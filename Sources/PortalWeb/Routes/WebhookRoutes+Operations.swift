import HTTPTypes
import Kernel
import Notifier
import Web
import Workflow

extension WebhookRoutes: DescribedRoutes {
    private static let secret = Schema.formatted("webhook-secret", sample: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    private static let events = Schema.array(.formatted("event-type", sample: "order.offered"), 1...50)
    private static let url = Schema.formatted("uri", sample: "https://example.org/hook")
    private static let faults = ["webhook_events_invalid", "webhook_address_private", "webhook_url_scheme"]

    public static var operations: [Operation] {
        let roles = SubscriberContext.roles
        let withSecret = Shapes.webhook.schema.adding(["secret": .text(sample: "whsec_…").described("只在这里给出一次")])
        let unknown = ["webhook_unknown"]
        return [
            Operation(
                .post, "/api/v1/webhooks", "订阅推送（Standard Webhooks 1.0）", by: roles, body: NewWebhook.self,
                refining: ["url": url, "events": events, "secret": secret], answers: .created(withSecret),
                refuses: faults + ["webhook_secret_invalid", "webhook_limit"]),
            Operation(
                .get, "/api/v1/webhooks", "推送订阅", by: roles,
                answers: .json(.object(["webhooks": .array(.of(Shapes.webhook)), "next": Schema.cursor.nullable]))),
            Operation(.get, "/api/v1/webhooks/{id}", "一个订阅", by: roles, answers: .json(.of(Shapes.webhook)), refuses: unknown),
            Operation(
                .patch, "/api/v1/webhooks/{id}", "更改地址、事件或状态", by: roles, body: ChangeBody.self,
                refining: ["url": url, "events": events, "state": .oneOf(["active", "disabled"])], isIdempotent: true, answers: .json(.of(Shapes.webhook)),
                refuses: unknown + faults + ["webhook_change_empty", "state_unknown"]),
            Operation(.delete, "/api/v1/webhooks/{id}", "取消订阅", by: roles, answers: .nothing, refuses: unknown),
            Operation(
                .post, "/api/v1/webhooks/{id}/rotate", "换新密钥；重叠期内新旧都签名", by: roles, body: RotateBody.self,
                refining: ["secret": secret, "overlap_seconds": .integer(0...604_800, sample: 86_400)], answers: .json(withSecret),
                refuses: unknown + ["webhook_secret_invalid", "webhook_overlap_invalid"]),
            Operation(
                .post, "/api/v1/webhooks/{id}/test", "发送一条 webhook.test", by: roles, body: Nothing.self,
                answers: .json(.object(["event_id": .text(sample: "evt_000000000042")]), status: 202), refuses: unknown + ["webhook_disabled"]),
            Operation(
                .post, "/api/v1/webhooks/{id}/replay", "重发：一条、一段编号或全部死信，三者择一", by: roles, body: ReplayBody.self,
                refining: [
                    "event_id": .text(sample: "evt_000000000042"), "since_seq": .integer(1...Int.max), "until_seq": .integer(1...Int.max),
                    "state": .oneOf(["dead"]), "events": events,
                ], answers: .json(.object(["replayed": .integer(), "next_seq": Schema.integer().nullable]), status: 202),
                refuses: unknown + ["replay_range", "replay_selection", "webhook_event_unknown", "webhook_events_invalid"]),
            Operation(
                .get, "/api/v1/webhooks/{id}/deliveries", "每个事件的投递经过，新的在前", by: roles,
                query: [.init("state", .oneOf(["pending", "delivered", "dead"]), "状态。"), .cursor, .limit(1...ReadDeliveries.limit, default: 50)],
                answers: .json(.object(["deliveries": .array(.of(Shapes.delivery)), "next": Schema.cursor.nullable])),
                refuses: unknown + ["state_unknown", "cursor_invalid", "cursor_mismatch"]),
        ]
    }
}
