import Catalog
import HTTPTypes
import Hummingbird
import Kernel
import Matching
import Orders
import Registry
import Store
import Web
import Workflow

/// 派单台 and the file of one order.
///
/// | path | what |
/// |---|---|
/// | GET /console/orders?state=&region=&category=&late=&after= | what waits, most overdue first; ended states newest first; filter and place stand in it |
/// | GET /console/orders/{id} | one order: attempts with reasons, who pays, what happened, what may be done now |
/// | POST /console/orders/{id}/{action} | override, reassign, reopen, fail, cancel, door-code, complain, each with a reason |
public struct DispatchPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("orders", use: board)
        group.get("orders/:id", use: order)
        group.post("orders/:id/:action", use: act)
    }

    @Sendable func board(_ request: Request, _ context: DeskContext) async throws -> Response {
        func chosen(_ name: String) -> String? { request.query(name).flatMap { $0.isEmpty ? nil : $0 } }
        let filter = DispatchFilter(
            state: chosen("state").flatMap { OrderState(rawValue: $0) }, region: chosen("region"), category: chosen("category"),
            isLate: chosen("late") == "1", day: chosen("day").flatMap { LocalDate($0) })
        let now = office.now
        let place = try chosen("after").map { try filter.place($0, today: now.localDate) }
        let board = try await ReadDesk(office).board(filter.stored(at: now), after: place, limit: DispatchModel.limit)
        return try pages.page(
            "orders", .console("派单台", request, context), DispatchModel(filter, isLater: place != nil, board, words: words, now: now))
    }

    @Sendable func order(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await page(try context.id(), nil, request, context)
    }

    private func page(_ id: OrderID, _ unsent: OrderModel.Unsent?, _ request: Request, _ context: DeskContext) async throws -> Response {
        let read = ReadOrders(office)
        let file = try await read.file(id, by: context.caller)
        let decisions = try await read.decisions(id, by: context.caller)
        let complaints = try await ReadComplaints(office).of(id)
        return try pages.page(
            "order", .console("工单 \(file.order.number)", request, context),
            OrderModel(
                file, decisions, complaints, unsent: unsent, once: exchange.newFormKey, caller: context.caller, words: words,
                vocabulary: pages.vocabulary(request.language), now: office.now),
            status: unsent == nil ? .ok : .conflict)
    }

    struct Action: Decodable, Sendable {
        let reason: String
        let provider: String?
        let version: Int?
        /// The last event of the order that stood on the page.
        let seen: Int64?
    }

    @Sendable func act(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.id()
        let action = try context.parameters.require("action")
        return try await exchange.formOnce(Action.self, request, context) { form in
            let step = try Self.step(action, id, form, office, by: context.caller)
            let guarded = Office.unchanged(id, since: form.version, step)
            return { tx in
                _ = try guarded(tx)
                return "/console/orders/\(id)"
            }
        } orShow: { form, error in
            guard [.conflict, .refused, .invalid].contains(error.rejection.kind) else { throw error }
            // What was typed is kept, and what has changed meanwhile stands above it.
            let unsent = OrderModel.Unsent(action: action, reason: form.reason, provider: form.provider ?? "", seen: form.seen, why: error.rejection.message)
            return try await page(id, unsent, request, context)
        }
    }

    private static func step(
        _ action: String, _ id: OrderID, _ form: Action, _ office: Office, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Order {
        switch action {
        case "override": try OverrideProvider(office).prepared(id, to: ProviderID(form.provider ?? ""), reason: form.reason, by: caller)
        case "reassign": try ReassignOrder(office).prepared(id, reason: form.reason, by: caller)
        case "reopen": try ReopenOrder(office).prepared(id, reason: form.reason, by: caller)
        case "fail": try FailOrder(office).prepared(id, reason: form.reason, by: caller)
        case "door-code": try RenewDoorCode(office).prepared(id, reason: form.reason, by: caller)
        case "cancel": try CancelOrder(office).prepared(id, reason: form.reason, by: caller)
        case "complain": try FileComplaint(office).prepared(id, text: form.reason, by: caller)
        default: throw Rejection(.missing, "route_unknown", "没有这个操作，请回到工单页面重试。")
        }
    }
}
