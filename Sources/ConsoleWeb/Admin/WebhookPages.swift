import Hummingbird
import Kernel
import Notifier
import Store
import Web
import Workflow

/// 推送
///
/// | path | what |
/// |---|---|
/// | GET, POST /admin/webhooks | everybody's subscriptions; a new one of the platform's own, its secret shown once |
/// | GET /admin/webhooks/{id}?state= | one, with what became of each event |
/// | POST /admin/webhooks/{id}/{act} | `rotate`, `test`, `replay` (dead letters, or one event), `enable`, `disable`, `delete` |
public struct WebhookPages: PageGroup {
    public let site: Site
    let webhooks: ManageWebhooks

    public init(_ site: Site, rule: AddressRule) {
        self.site = site
        webhooks = ManageWebhooks(site.office, rule: rule)
    }

    public func add(to group: RouterGroup<AdminContext>) {
        group.get("webhooks") { try await list($0, $1) }
        group.post("webhooks", use: create)
        group.get("webhooks/:id") { try await one($0, $1) }
        group.post("webhooks/:id/:act", use: act)
    }

    private func list(_ request: Request, _ context: AdminContext, typed: NewForm? = nil, fault: Rejection? = nil) async throws -> Response {
        let model = WebhooksModel(try await webhooks.all(for: context.caller), once: exchange.newFormKey, typed: typed, fault: fault?.message)
        return try pages.page(
            "webhooks", Frame.admin("推送", request, context.caller), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    struct NewForm: Decodable, Sendable {
        let url: String
        let events: String
    }

    @Sendable func create(_ request: Request, _ context: AdminContext) async throws -> Response {
        let sent = try await exchange.sent(NewForm.self, request, context)
        let form = sent.fields
        do {
            let events = form.events.split { $0.isWhitespace || $0 == "," }.map(String.init)
            let step = try webhooks.created(url: form.url, events: events, secret: nil, by: context.caller)
            // Both in one answer, so that the form sent twice shows the same subscription with the same secret.
            let made = try await exchange.once(sent) { tx in
                let entry = try step(tx).subscription
                return "\(entry.id) \(entry.secrets.entries.first?.secret.text ?? "")"
            }.answer.split(separator: " ").map(String.init)
            return try await one(request, context, id: made[0], secret: made.last)
        } catch let error as any Rejecting {
            return try await list(request, context, typed: form, fault: error.rejection)
        }
    }

    private func one(
        _ request: Request, _ context: AdminContext, id: String? = nil, secret: String? = nil, done: String? = nil, fault: Rejection? = nil
    ) async throws -> Response {
        let id = try id ?? context.parameters.require("id")
        let state = request.query("state").flatMap { DeliveryRepository.State(rawValue: $0) }
        let entry = try await webhooks.one(id, for: context.caller)
        let page = try await ReadDeliveries(office)(id, state: state, before: nil, limit: ReadDeliveries.limit, for: context.caller)
        let model = WebhookModel(
            entry, page.entries, state: state, once: exchange.newFormKey, secret: secret, done: done, fault: fault?.message)
        return try pages.page(
            "webhook", Frame.admin("推送", request, context.caller), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    struct ActForm: Decodable, Sendable {
        let event: String?
    }

    @Sendable func act(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let form = try await exchange.sent(ActForm.self, request, context)
        let caller = context.caller
        func once(_ step: @escaping @Sendable (any Transaction) throws -> String) async throws -> String {
            try await exchange.once(form, step).answer
        }
        do {
            switch try context.parameters.require("act") {
            case "rotate":
                let step = try webhooks.rotated(id, to: nil, overlap: SecretRing.overlap, by: caller)
                return try await one(request, context, secret: try await once { tx in try step(tx).subscription.secrets.entries.first?.secret.text ?? "" })
            case "test":
                let step = ReplayWebhook(office).tested(id, by: caller)
                return try await one(request, context, done: try await once(step))
            case "replay":
                let step = ReplayWebhook(office).prepared(id, form.fields.event.map { .event(id: $0) } ?? .dead, by: caller)
                return try await one(request, context, done: try await once { tx in "\(try step(tx).count)" })
            case "enable", "disable":
                let isActive = try context.parameters.require("act") == "enable"
                let step = try webhooks.changed(id, .init(isActive: isActive), by: caller)
                _ = try await once { tx in
                    _ = try step(tx)
                    return id
                }
                return Pages.redirect(to: "/admin/webhooks/\(id)")
            case "delete":
                _ = try await exchange.once(form, inParts: {
                    try await webhooks.delete(id, by: caller)
                    return id
                })
                return Pages.redirect(to: "/admin/webhooks")
            default: throw Rejection(.missing, "route_unknown", "没有这个地址，请对照接口文档。")
            }
        } catch let error as any Rejecting where error.rejection.kind != .missing {
            return try await one(request, context, fault: error.rejection)
        }
    }
}

struct WebhooksModel: Sendable {
    struct Row: Sendable {
        let id: String
        let owner: String
        let url: String
        let events: String
        let state: String
        let isActive: Bool

        init(_ entry: WebhookRepository.Entry) {
            let subscription = entry.subscription
            id = subscription.id
            owner = subscription.provider ?? localized("平台")
            url = subscription.url.text
            events = subscription.events.patterns.joined(separator: " ")
            isActive = subscription.state == .active
            let reason = subscription.disabledReason.map { DisableReason(rawValue: $0)?.message ?? $0 } ?? ""
            let active = subscription.failingSince.map { localized("启用；自 \($0.shown) 起一直失败") } ?? localized("启用")
            state = isActive ? active : localized("停用：\(localized(term: reason))")
        }
    }

    let rows: [Row]
    let isEmpty: Bool
    let once: String
    let url: String
    let events: String
    let fault: String?

    init(_ entries: [WebhookRepository.Entry], once: String, typed: WebhookPages.NewForm? = nil, fault: String? = nil) {
        rows = entries.map { Row($0) }
        isEmpty = rows.isEmpty
        self.once = once
        url = typed?.url ?? "https://"
        events = typed?.events ?? "*"
        self.fault = fault
    }
}

struct WebhookModel: Sendable {
    struct State: Sendable {
        let code: String
        let term: String
        let isCurrent: Bool
    }

    struct Delivery: Sendable {
        let event: String
        let type: String
        let at: String
        let state: String
        let attempts: Int
        let status: String
        let reason: String
        let isDead: Bool
    }

    let row: WebhooksModel.Row
    let states: [State]
    let deliveries: [Delivery]
    let isEmpty: Bool
    let once: String
    /// The secret just made; nobody can show it again.
    let secret: String?
    let done: String?
    let fault: String?

    private static func term(_ state: String) -> String { localized(term: terms[state] ?? state) }

    private static let terms = ["pending": "待送", "delivered": "已送达", "dead": "死信"]

    init(
        _ entry: WebhookRepository.Entry, _ deliveries: [DeliveryRepository.Entry], state: DeliveryRepository.State? = nil, once: String,
        secret: String? = nil, done: String? = nil, fault: String? = nil
    ) {
        row = WebhooksModel.Row(entry)
        states = DeliveryRepository.State.allCases.map { State(code: $0.rawValue, term: Self.term($0.rawValue), isCurrent: $0 == state) }
        self.deliveries = deliveries.map { delivery in
            Delivery(
                event: delivery.event.id, type: delivery.event.type, at: delivery.event.at.shown, state: Self.term(delivery.state),
                attempts: delivery.attempts, status: delivery.lastStatus.map(String.init) ?? "", reason: delivery.lastReason ?? "",
                isDead: delivery.state == "dead")
        }
        isEmpty = deliveries.isEmpty
        self.once = once
        self.secret = secret
        self.done = done
        self.fault = fault
    }
}
