import Catalog
import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// A provider's window on its work: what is offered, what is promised, what has happened.
///
/// | path | what |
/// |---|---|
/// | GET /provider | offers with their deadline, visits under way, the latest of the feed |
/// | POST /provider/orders/{id}/accept, decline, schedule | one button each |
public struct PortalPages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("", use: board)
        group.post("orders/:id/accept", use: accept)
        group.post("orders/:id/decline", use: decline)
        group.post("orders/:id/schedule", use: schedule)
    }

    private var office: Office { exchange.office }

    @Sendable func board(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let provider = context.provider
        var tables = ""
        for state in [OrderState.offered, .accepted, .scheduled, .inService, .done] {
            let entries = try await ReadOrders(office).of(provider, state: state, after: nil, limit: 50)
            guard !entries.isEmpty || state == .offered else { continue }
            tables += table(state, entries)
        }
        let last = try await ReadFeed(office).latest(provider, limit: 20)
        let feed: [[HTML.Cell]] = last.map {
            [.number("\($0.providerSeq ?? 0)"), "\($0.at.shown)", "\($0.type)", "\($0.subject)"]
        }
        let name = office.reference.franchise.provider(provider)?.name ?? provider.text
        return HTML.page(
            name, caller: "\(context.caller.name) · \(name)", refresh: 5,
            """
            <h1>\(HTML.escaped(name))</h1><nav><a href="/provider/plan">日计划</a></nav>\(tables)\
            \(HTML.table("最近的消息", header: ["编号", "时间", "事件", "关于"], rows: feed))
            """)
    }

    private func table(_ state: OrderState, _ entries: [FeedEntry]) -> String {
        let rows: [[HTML.Cell]] = entries.compactMap { entry in
            guard let order = entry.order else { return nil }
            let name = office.reference.catalogue.item(order.item)?.name ?? order.item.text
            let region = office.reference.catalogue.region(.init(order.region))?.name ?? order.region
            return [
                "\(order.number)", "\(order.window.start.shown)", "\(name) × \(order.quantity.text)", "\(region)",
                "\(entry.elder.map { "\($0.name) \($0.address.line) \($0.phones.first?.number.text ?? "")" } ?? "接单后可见")",
                "\(order.timer?.due.shown ?? "")", .buttons(buttons(order)),
            ]
        }
        return HTML.table(state.name, header: ["工单", "时间", "项目", "街道", "老人", "截止", ""], rows: rows)
    }

    private func buttons(_ order: Order) -> [HTML.Button] {
        let path = "/provider/orders/\(order.id)"
        switch order.state {
        case .offered:
            return [.init("接单", to: "\(path)/accept"), .init("拒单：没有人手", to: "\(path)/decline", ["reason_code": "no_capacity"])]
        case .accepted:
            let workers = order.provider.map { office.reference.franchise.workers(of: $0) } ?? []
            return workers.filter(\.isActive).prefix(6).map { .init("派 \($0.name)", to: "\(path)/schedule", ["worker": $0.id.text]) }
        default: return []
        }
    }

    @Sendable func accept(_ request: Request, _ context: ProviderContext) async throws -> Response {
        _ = try await AcceptOffer(office)(OrderID(try context.parameters.require("id")), by: context.caller)
        return Pages.redirect(to: "/provider")
    }

    struct Reason: Decodable, Sendable { let reason_code: String }

    @Sendable func decline(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(Reason.self, request, context)
        _ = try await DeclineOffer(office)(OrderID(try context.parameters.require("id")), reason: form.reason_code, by: context.caller)
        return Pages.redirect(to: "/provider")
    }

    struct Choice: Decodable, Sendable { let worker: String }

    @Sendable func schedule(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(Choice.self, request, context)
        let id = OrderID(try context.parameters.require("id"))
        _ = try await office.perform(
            ScheduleWorker(office).prepared(id, worker: WorkerID(form.worker), start: nil, by: context.caller))
        return Pages.redirect(to: "/provider")
    }
}
