import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 服务商手机端: large buttons, works through a dead zone. What changes something goes to the API, so that it can wait in the telephone.
///
/// | path | what |
/// |---|---|
/// | GET /provider | offers with their deadline, visits to do |
/// | GET /provider/pieces/sheet | the same without the frame, after each live event |
/// | GET /provider/means | workers, vehicles, credentials with expiry, hours |
/// | GET /provider/news | the latest of the feed |
/// | GET /provider/events | what is addressed to this provider, as it happens |
public struct PortalPages: Sendable {
    let exchange: Exchange
    let pages: PageLibrary

    public init(_ exchange: Exchange, _ pages: PageLibrary) {
        self.exchange = exchange
        self.pages = pages
    }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("", use: sheet)
        group.get("pieces/sheet", use: piece)
        group.get("means", use: means)
        group.get("news", use: news)
        group.get("events", use: events)
    }

    private var office: Office { exchange.office }

    func frame(_ title: String, _ request: Request, _ context: ProviderContext) -> Frame {
        let name = office.reference.franchise.provider(context.provider)?.name ?? context.provider.text
        let links = [
            ("工作", "/provider"), ("日计划", "/provider/plan"), ("消息", "/provider/news"), ("结算", "/provider/statements"), ("质量", "/provider/quality"),
            ("本单位", "/provider/means"),
        ].map {
            Frame.Link($0.0, to: $0.1, isCurrent: request.uri.path == $0.1)
        }
        return Frame(title: title, caller: name, links: links, language: request.language)
    }

    private func work(_ provider: ProviderID) async throws -> SheetModel {
        var found: [(OrderState, [FeedEntry])] = []
        for state in [OrderState.offered, .inService, .scheduled, .accepted, .done] {
            let entries = try await ReadOrders(office).of(provider, state: state, after: nil, limit: 100)
            found.append((state, entries.sorted { ($0.order?.window.start ?? office.now) < ($1.order?.window.start ?? office.now) }))
        }
        let stale = try await ReadPlan(office).stale(provider).map(\.description)
        return SheetModel(found, stalePlans: stale, provider: provider, reference: office.reference, now: office.now)
    }

    @Sendable func sheet(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try pages.page("portal", frame("工作", request, context), try await work(context.provider))
    }

    @Sendable func piece(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try pages.response("sheet", try await work(context.provider), request.language)
    }

    @Sendable func means(_ request: Request, _ context: ProviderContext) async throws -> Response {
        guard let provider = office.reference.franchise.provider(context.provider) else {
            throw Rejection(.missing, "provider_unknown", "本单位不在加盟名录，请联系平台。")
        }
        return try pages.page(
            "means", frame("本单位", request, context), MeansModel(provider, reference: office.reference, today: office.now.localDate))
    }

    struct NewsModel: Sendable {
        struct Row: Sendable {
            let seq: Int64
            let at: String
            let what: String
            let about: String
        }
        let rows: [Row]
        let isEmpty: Bool
    }

    @Sendable func news(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let rows = try await ReadFeed(office).latest(context.provider, limit: 50).map {
            NewsModel.Row(seq: $0.providerSeq ?? 0, at: $0.at.shown, what: Self.names[$0.type] ?? $0.type, about: $0.subject)
        }
        return try pages.page("news", frame("消息", request, context), NewsModel(rows: rows, isEmpty: rows.isEmpty))
    }

    /// What an event is called on a provider's telephone.
    static let names = [
        "order.offered": "新工单", "order.accepted": "已接单", "order.declined": "已拒单", "order.expired": "超时未接，已转给别家",
        "order.withdrawn": "已改派", "order.scheduled": "已派人", "order.checked_in": "已签到", "order.checked_out": "已签退", "order.closed": "已办结",
        "order.cancelled": "已取消", "order.failed": "未完成", "order.disputed": "老人有异议", "order.reopened": "重新派单", "order.voided": "作废",
        "order.reminder": "快到时间", "order.overdue": "已超时",
        "plan.made": "已排日计划", "plan.stale": "日计划有变，请重排", "meal.served": "就餐刷卡", "statement.frozen": "结算单已生成", "webhook.disabled": "推送已停用",
    ]

    @Sendable func events(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let provider = context.provider
        return try await LiveEvents(office) { $0.provider == provider }.response(to: request)
    }
}
