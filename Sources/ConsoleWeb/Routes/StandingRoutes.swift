import Catalog
import Foundation
import Hummingbird
import Intake
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /standing-orders | desk | the same service again and again: elder, item, rule, times |
/// | GET | /standing-orders?elder=&state= | desk | list, newest first |
/// | GET, PATCH | /standing-orders/{id} | desk | one; change the plan, with If-Match |
/// | POST | /standing-orders/{id}/suspend, resume, end | desk | with a reason code (not for resume) |
/// | GET | /standing-orders/{id}/instances?from=&until= | desk | every day with its order, or why there is none |
/// | GET | /standing-orders/{id}/preview?limit= | desk | the next days |
/// | POST | /standing-orders/preview | desk | the next days of a plan before it is taken |
/// | GET | /standing-orders/refused | desk | days ahead for which no order could be made |
/// | GET, POST | /elders/{id}/absences | desk | who is away: kind, from, until |
/// | POST | /elders/{id}/absences/{absence}/resume | desk | back again, confirmed |
/// | GET | /absences/overdue | desk | should be back, not confirmed: to be called |
public struct StandingRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to desk: RouterGroup<DeskContext>) {
        desk.post("standing-orders", use: create)
        desk.get("standing-orders", use: list)
        desk.post("standing-orders/preview", use: previewPlan)
        desk.get("standing-orders/refused", use: refused)
        desk.get("standing-orders/:id", use: show)
        desk.patch("standing-orders/:id", use: change)
        desk.get("standing-orders/:id/instances", use: instances)
        desk.get("standing-orders/:id/preview", use: preview)
        desk.post("standing-orders/:id/suspend") { request, context in
            try await setState(request, context) { try ManageStandingOrders(exchange.office).suspend($0, reason: $1, by: $2) }
        }
        desk.post("standing-orders/:id/end") { request, context in
            try await setState(request, context) { try ManageStandingOrders(exchange.office).end($0, reason: $1, by: $2) }
        }
        desk.post("standing-orders/:id/resume") { request, context in
            try await setState(request, context) { id, _, caller in try ManageStandingOrders(exchange.office).resume(id, by: caller) }
        }
        desk.get("absences/overdue", use: overdue)
        desk.get("elders/:id/absences", use: absences)
        desk.post("elders/:id/absences", use: openAbsence)
        desk.post("elders/:id/absences/:absence/resume", use: resumeAbsence)
    }

    private var manage: ManageStandingOrders { ManageStandingOrders(exchange.office) }
    private var read: ReadStandingOrders { ReadStandingOrders(exchange.office) }
    private var today: LocalDate { exchange.office.now.localDate }

    // MARK: Plans

    @Sendable func create(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await exchange.once(StandingBody.self, request, context) { body in
            guard let elder = body.elder_id else { throw Rejection(.invalid, "field_missing", "缺少字段 elder_id。", pointer: "/elder_id") }
            guard let item = body.item_code else { throw Rejection(.invalid, "field_missing", "缺少字段 item_code。", pointer: "/item_code") }
            let step = try manage.create(ElderID(elder), item: ItemCode(item), try body.plan(today: today), by: context.caller)
            return { tx in Answer(status: 201, body: ShowStanding.changed(try step(tx)).text) }
        }
    }

    @Sendable func change(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = StandingOrderID(try context.parameters.require("id"))
        let seen = try Exchange.seenVersion(request)
        let body = try await exchange.decode(StandingBody.self, request, context)
        guard body.elder_id == nil, body.item_code == nil else {
            throw Rejection(.refused, "standing_order_fixed", "老人和项目不能修改；请终止这张长期服务单，再新建一张。")
        }
        let step = manage.change(id, expecting: seen ?? body.version, by: context.caller) { try body.apply(to: &$0) }
        let changed = try await exchange.office.perform(step)
        return Self.tagged(ShowStanding.changed(changed), changed.order)
    }

    @Sendable func show(_ request: Request, _ context: DeskContext) async throws -> Response {
        let standing = try await read.find(StandingOrderID(try context.parameters.require("id")))
        return Self.tagged(ShowStanding.order(standing), standing)
    }

    private static func tagged(_ document: JSON, _ standing: StandingOrder) -> Response {
        var response = Exchange.json(document)
        response.headers[.eTag] = "\"\(standing.version)\""
        return response
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        let limit = try request.integer("limit", default: 50, in: 1...200)
        let state = try request.word("state", StandingOrder.State.self)
        let list = "standing-orders?\(state?.rawValue ?? "")"
        let before = try request.cursor(list).map { StandingOrderID($0) }
        if let elder = request.query("elder") {
            let all = try await read.of(ElderID(elder)).filter { state == nil || $0.state == state }
            return Exchange.json(["standing_orders": .array(all.map(ShowStanding.order)), "next": .null])
        }
        let page = try await read.page(state: state, before: before, limit: limit)
        return Exchange.json([
            "standing_orders": .array(page.map(ShowStanding.order)),
            "next": page.count == limit ? JSON(page.last.map { Cursor.text(after: $0.id.text, in: list) }) : .null,
        ])
    }

    struct ReasonBody: Decodable, Sendable { let reason_code: String? }

    private func setState(
        _ request: Request, _ context: DeskContext, _ prepare: (StandingOrderID, String, Caller) throws -> ManageStandingOrders.Step
    ) async throws -> Response {
        let id = StandingOrderID(try context.parameters.require("id"))
        return try await exchange.once(ReasonBody.self, request, context) { body in
            let step = try prepare(id, body.reason_code ?? "", context.caller)
            return { tx in Answer(status: 200, body: ShowStanding.changed(try step(tx)).text) }
        }
    }

    // MARK: Days

    @Sendable func instances(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = StandingOrderID(try context.parameters.require("id"))
        let from = try request.day("from") ?? today
        let until = try request.day("until") ?? max(from, today).adding(days: 30)
        guard from <= until, from.days(to: until) <= 400 else {
            throw Rejection(.refused, "range_invalid", "until 应不早于 from，且相隔不超过 400 天。", pointer: "/until")
        }
        let shown = try await read.instances(id, from: from, until: until)
        return Exchange.json(["instances": .array(shown.map(ShowStanding.instance))])
    }

    @Sendable func preview(_ request: Request, _ context: DeskContext) async throws -> Response {
        let standing = try await read.find(StandingOrderID(try context.parameters.require("id")))
        return try shown(standing.plan, from: today, request)
    }

    @Sendable func previewPlan(_ request: Request, _ context: DeskContext) async throws -> Response {
        let plan = try await exchange.decode(StandingBody.self, request, context).plan(today: today)
        return try shown(plan, from: plan.span.from, request)
    }

    private func shown(_ plan: StandingPlan, from: LocalDate, _ request: Request) throws -> Response {
        let days = try read.preview(plan, from: from, limit: try request.integer("limit", default: 10, in: 1...200))
        return Exchange.json(["rule": JSON(ShowStanding.words(plan)), "occurrences": .array(days.map(ShowStanding.planned))])
    }

    @Sendable func refused(_ request: Request, _ context: DeskContext) async throws -> Response {
        let found = try await read.refused(limit: try request.integer("limit", default: 100, in: 1...500))
        return Exchange.json([
            "instances": .array(
                found.map {
                    [
                        "standing_order": JSON($0.standing), "occurrence": JSON($0.occurrence), "date": JSON($0.day), "code": JSON($0.code),
                        "detail": JSON($0.message), "since": JSON($0.at),
                    ]
                })
        ])
    }

    // MARK: Absences

    struct AbsenceBody: Decodable, Sendable {
        let kind: String
        let from: LocalDate
        let until: LocalDate?
        let note: String?
    }

    @Sendable func absences(_ request: Request, _ context: DeskContext) async throws -> Response {
        let all = try await ManageAbsences(exchange.office).list(of: ElderID(try context.parameters.require("id")))
        return Exchange.json(["absences": .array(all.map(ShowStanding.absence))])
    }

    @Sendable func overdue(_ request: Request, _ context: DeskContext) async throws -> Response {
        let all = try await ManageAbsences(exchange.office).overdue(limit: try request.integer("limit", default: 100, in: 1...500))
        return Exchange.json(["absences": .array(all.map(ShowStanding.absence))])
    }

    @Sendable func openAbsence(_ request: Request, _ context: DeskContext) async throws -> Response {
        let elder = ElderID(try context.parameters.require("id"))
        return try await exchange.once(AbsenceBody.self, request, context) { body in
            guard let kind = Absence.Kind(rawValue: body.kind) else {
                throw Rejection(.invalid, "absence_kind", "kind 应为 hospital、travel 或 institution。", pointer: "/kind")
            }
            let step = try ManageAbsences(exchange.office).open(
                elder, kind, from: body.from, until: body.until, note: body.note ?? "", by: context.caller)
            return { tx in Answer(status: 201, body: ShowStanding.changed(try step(tx)).text) }
        }
    }

    struct ReturnBody: Decodable, Sendable { let from: LocalDate? }

    @Sendable func resumeAbsence(_ request: Request, _ context: DeskContext) async throws -> Response {
        let elder = ElderID(try context.parameters.require("id"))
        let absence = AbsenceID(try context.parameters.require("absence"))
        return try await exchange.once(ReturnBody.self, request, context) { body in
            let step = ManageAbsences(exchange.office).resume(absence, of: elder, from: body.from, by: context.caller)
            return { tx in Answer(status: 200, body: ShowStanding.changed(try step(tx)).text) }
        }
    }
}
