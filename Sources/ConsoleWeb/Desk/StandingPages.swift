import Catalog
import HTTPTypes
import Hummingbird
import Intake
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 长期服务 and 外出 of one elder.
///
/// | path | what |
/// |---|---|
/// | GET /console/elders/{id}/standing | standing orders and absences; the form for a new one |
/// | POST /console/elders/{id}/standing | `step=preview`: the next dates, to be read aloud; `step=save`: taken |
/// | POST /console/elders/{id}/absences | away from, until |
/// | POST /console/elders/{id}/absences/{absence}/back | back again |
/// | GET /console/standing/{id} | one: every day of the next weeks with its order, or why there is none |
/// | POST /console/standing/{id}/suspend, resume, end, except | with a reason; one day left out |
public struct StandingPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("elders/:id/standing", use: list)
        group.post("elders/:id/standing", use: create)
        group.post("elders/:id/absences", use: away)
        group.post("elders/:id/absences/:absence/back", use: back)
        group.get("standing/:id", use: show)
        group.post("standing/:id/:action", use: change)
    }

    private var manage: ManageStandingOrders { ManageStandingOrders(office) }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await page(ElderID(try context.parameters.require("id")), StandingForm(), preview: nil, fault: nil, request, context)
    }

    private func page(
        _ id: ElderID, _ form: StandingForm, preview: StandingListModel.Preview?, fault: String?, _ request: Request, _ context: DeskContext
    ) async throws -> Response {
        let elder = try await FindElders(office).card(id)
        try await LookAtElder(office)(id, from: .desk, by: context.caller)
        let orders = try await ReadStandingOrders(office).of(id)
        let absences = try await ManageAbsences(office).list(of: id)
        return try pages.page(
            "standing-list", .console("长期服务", request, context),
            StandingListModel(
                elder, orders, absences, form: form, preview: preview, fault: fault, once: exchange.newFormKey, words: words,
                today: office.now.localDate),
            status: fault == nil ? .ok : .unprocessableContent)
    }

    @Sendable func create(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        let form = try StandingForm(fields: try URLEncodedFormDecoder().decode(StandingForm.Fields.self, from: String(buffer: buffer)))
        do {
            let (item, plan) = (try form.item(words.reference.catalogue), try form.plan(today: office.now.localDate))
            let days = try ReadStandingOrders(office).preview(plan, from: plan.span.from, limit: 6)
            guard form.step == "save" else {
                let preview = StandingListModel.Preview(plan, item: item, days: days, elder: try await FindElders(office).card(id), now: office.now)
                return try await page(id, form, preview: preview, fault: nil, request, context)
            }
            var again = request
            again.body = RequestBody(buffer: buffer)
            return try await exchange.formOnce(StandingForm.Fields.self, again, context) { _ in
                let step = try manage.create(id, item: item.code, plan, by: context.caller)
                return { tx in "/console/standing/\(try step(tx).order.id)" }
            }
        } catch let error as any Rejecting where error.rejection.kind != .unavailable {
            return try await page(id, form, preview: nil, fault: error.rejection.message, request, context)
        }
    }

    @Sendable func show(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = StandingOrderID(try context.parameters.require("id"))
        let read = ReadStandingOrders(office)
        let standing = try await read.find(id)
        let today = office.now.localDate
        let days = try await read.instances(id, from: today.adding(days: -7), until: today.adding(days: 60))
        return try pages.page(
            "standing", .console("长期服务", request, context),
            StandingModel(standing, days, elder: try await FindElders(office).card(standing.elder), once: exchange.newFormKey, words: words))
    }

    struct Change: Decodable, Sendable {
        let reason: String?
        let day: String?
        let version: Int?
    }

    @Sendable func change(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = StandingOrderID(try context.parameters.require("id"))
        let action = try context.parameters.require("action")
        return try await exchange.formOnce(Change.self, request, context) { form in
            let step: ManageStandingOrders.Step = switch action {
            case "suspend": try manage.suspend(id, reason: form.reason ?? "", by: context.caller)
            case "resume": try manage.resume(id, by: context.caller)
            case "end": try manage.end(id, reason: form.reason ?? "", by: context.caller)
            case "except": try except(id, form, by: context.caller)
            default: throw Rejection(.missing, "route_unknown", "没有这个操作，请回到长期服务单重试。")
            }
            return { tx in
                _ = try step(tx)
                return "/console/standing/\(id)"
            }
        }
    }

    /// Leaves one day out, or takes it in again when it had been left out.
    private func except(_ id: StandingOrderID, _ form: Change, by caller: Caller) throws -> ManageStandingOrders.Step {
        let day = try Self.day(form.day, "/day")
        return manage.change(id, expecting: form.version, by: caller) { plan in
            if plan.recurrence.exdates.remove(day) == nil { plan.recurrence.exdates.insert(day) }
        }
    }

    struct Away: Decodable, Sendable {
        let kind: String
        let from: String
        let until: String?
        let note: String?
    }

    @Sendable func away(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        return try await exchange.formOnce(Away.self, request, context) { form in
            guard let kind = Absence.Kind(rawValue: form.kind) else {
                throw Rejection(.invalid, "absence_kind", "请选择住院、外出或入住机构。", pointer: "/kind")
            }
            let until = try form.until.flatMap { $0.isEmpty ? nil : $0 }.map { try Self.day($0, "/until") }
            let step = try ManageAbsences(office).open(
                id, kind, from: try Self.day(form.from, "/from"), until: until, note: form.note ?? "", by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/console/elders/\(id)/standing"
            }
        }
    }

    @Sendable func back(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        let absence = AbsenceID(try context.parameters.require("absence"))
        return try await exchange.formOnce(Nothing.self, request, context) { _ in
            let step = ManageAbsences(office).resume(absence, of: id, from: nil, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/console/elders/\(id)/standing"
            }
        }
    }

    static func day(_ text: String?, _ pointer: String) throws -> LocalDate {
        guard let day = text.flatMap({ LocalDate($0) }) else {
            throw Rejection(.invalid, "day_invalid", "日期请写成 2026-12-01 的样子。", pointer: pointer)
        }
        return day
    }
}
