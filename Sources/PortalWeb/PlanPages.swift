import Hummingbird
import Kernel
import Matching
import Orders
import Registry
import Store
import Web
import Workflow

/// A provider's day on the screen and on paper.
///
/// | path | what |
/// |---|---|
/// | GET /provider/plan?day= | the plan of everybody, with what nobody can do and what is not in the plan yet |
/// | POST /provider/plan | plans the day (again) |
/// | POST /provider/plan/pin, unpin | one button a visit; the day is planned again with it |
/// | GET /provider/plan/sheet?day=&worker= | the day sheet of one worker, for printing |
/// | GET /provider/plan.csv?day=&worker= | the same for a spreadsheet |
public struct PlanPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("plan", use: plan)
        group.post("plan", use: make)
        group.post("plan/pin", use: pin)
        group.post("plan/unpin", use: unpin)
        group.get("plan/sheet", use: paper)
        group.get("plan.csv", use: PlanRoutes(exchange).table)
    }

    @Sendable func plan(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let today = office.now.localDate
        let day = try request.day() ?? today
        var model = PlanModel(day, today: today)
        do {
            model.show(DaySheet(try await ReadPlan(office)(context.provider, on: day), office.reference))
        } catch let error as any Rejecting where error.rejection.code == "plan_unknown" {
            model.isUnplanned = true
        }
        return try pages.page("plan", frame("日计划 \(day)", request, context), model)
    }

    @Sendable func paper(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let day = try request.day() ?? office.now.localDate
        guard let id = request.query("worker") else {
            throw Rejection(.invalid, "worker_missing", "请写明是哪位人员的派工单。", pointer: "/worker")
        }
        let sheet = DaySheet(try await ReadPlan(office)(context.provider, on: day), office.reference)
        guard let worker = sheet.workers.first(where: { $0.id.text == id }) else {
            throw Rejection(.missing, "sheet_unknown", "这位人员当天没有上门。")
        }
        let model = PlanModel.Route(worker, day, sheet.rows(of: worker.id))
        return try pages.page("daysheet", frame("派工单 \(worker.name) \(day)", request, context), model)
    }

    struct DayForm: Decodable, Sendable { let day: String }

    @Sendable func make(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try await again(try await exchange.form(DayForm.self, request, context).day, context)
    }

    struct OrderForm: Decodable, Sendable {
        let order: String
        let day: String
    }

    @Sendable func pin(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(OrderForm.self, request, context)
        _ = try await office.perform(
            PinVisit(office).prepared(OrderID(form.order), worker: nil, second: nil, start: nil, by: context.caller))
        return try await again(form.day, context)
    }

    @Sendable func unpin(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(OrderForm.self, request, context)
        try await office.perform(UnpinVisit(office).prepared(OrderID(form.order), by: context.caller))
        return try await again(form.day, context)
    }

    /// Plans the day and shows it.
    private func again(_ text: String, _ context: ProviderContext) async throws -> Response {
        let day = try LocalDate.read(text)
        _ = try await office.perform(try await PlanDay(office).prepared(context.provider, on: day, by: context.caller))
        return Pages.redirect(to: "/provider/plan?day=\(day)")
    }
}

/// What the page of a day shows.
struct PlanModel: Sendable {
    struct Route: Sendable {
        let id: String
        let name: String
        let day: String
        let count: Int
        let rows: [DaySheet.Row]

        init(_ worker: Worker, _ day: LocalDate, _ rows: [DaySheet.Row]) {
            (id, name, self.day) = (worker.id.text, worker.name, day.description)
            (count, self.rows) = (rows.count, rows)
        }
    }
    struct Unplaced: Sendable {
        let number: String
        let start: String
        let item: String
        let reason: String
    }

    let day: String
    let before: String
    let today: String
    let after: String
    let mayPlan: Bool
    var isUnplanned = false
    var isPlanned = false
    var isStale = false
    var version = 0
    var madeAt = ""
    var madeBy = ""
    var visits = 0
    var travel_min = 0
    var late_min = 0
    var moved = 0
    var added = 0
    var gone = 0
    var routes: [Route] = []
    var unplaced: [Unplaced] = []
    var hasUnplaced = false

    init(_ day: LocalDate, today: LocalDate) {
        self.day = day.description
        self.today = today.description
        (before, after) = (day.adding(days: -1).description, day.adding(days: 1).description)
        mayPlan = day >= today
    }

    mutating func show(_ sheet: DaySheet) {
        let stored = sheet.sheet.stored
        isPlanned = true
        (version, madeAt, madeBy) = (stored.version, stored.madeAt.shown, stored.madeBy)
        (visits, travel_min, late_min, moved) = (stored.plan.visits.count, stored.plan.travel_min, stored.plan.late_min, stored.plan.moved)
        (added, gone) = (sheet.sheet.missing.count, sheet.sheet.gone)
        isStale = sheet.sheet.isStale
        routes = sheet.workers.map { Route($0, stored.day, sheet.rows(of: $0.id)) }
        unplaced = sheet.sheet.unplaced.map {
            Unplaced(
                number: $0.order.number, start: $0.order.window.start.shown, item: sheet.item($0.order), reason: $0.reason.phrase)
        }
        hasUnplaced = !unplaced.isEmpty
    }
}
