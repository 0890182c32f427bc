import Catalog
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
public struct PortalPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("", use: sheet)
        group.get("pieces/sheet", use: piece)
        group.get("means", use: means)
        group.get("news", use: news)
        group.get("events", use: events)
    }

    private func work(_ request: Request, _ provider: ProviderID) async throws -> SheetModel {
        SheetModel(
            try await ReadSheet(office)(provider), stalePlans: try await ReadPlan(office).stale(provider).map(\.description), provider: provider,
            reference: office.reference, vocabulary: pages.vocabulary(request.language), now: office.now)
    }

    @Sendable func sheet(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try pages.page("portal", frame("工作", request, context), try await work(request, context.provider))
    }

    @Sendable func piece(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try pages.response("sheet", try await work(request, context.provider), request.language)
    }

    @Sendable func means(_ request: Request, _ context: ProviderContext) async throws -> Response {
        guard let provider = office.reference.franchise.provider(context.provider) else {
            throw Rejection(.missing, "provider_unknown", "本单位不在加盟名录，请联系平台。")
        }
        let limit = try await office.read { tx in try tx.providers.find(context.provider)?.capacity }
        return try pages.page(
            "means", frame("本单位", request, context),
            MeansModel(provider, limit: limit, reference: office.reference, today: office.now.localDate))
    }

    struct NewsModel: Sendable {
        struct Row: Sendable {
            let seq: Int64
            let at: String
            let what: String
            /// The order it speaks of: its service, when, and its number.
            let item: String?
            let start: String?
            let number: String?
        }
        let rows: [Row]
        let isEmpty: Bool

        init(_ entries: [FeedEntry], _ catalogue: Catalogue, _ vocabulary: Vocabulary) {
            rows = entries.map { entry in
                Row(
                    seq: entry.event.providerSeq ?? 0, at: entry.event.at.shown, what: vocabulary(.event, entry.event.type),
                    item: entry.order.map { catalogue.item($0.item)?.name ?? $0.item.text }, start: entry.order?.window.start.shown,
                    number: entry.order?.number)
            }
            isEmpty = rows.isEmpty
        }
    }

    @Sendable func news(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let model = NewsModel(
            try await ReadFeed(office).latest(context.provider, limit: 50), office.reference.catalogue, pages.vocabulary(request.language))
        return try pages.page("news", frame("消息", request, context), model)
    }

    @Sendable func events(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let provider = context.provider
        return try await LiveEvents(office) { $0.provider == provider }.response(to: request)
    }
}

extension PageGroup {
    /// The frame of a provider's pages.
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
}
