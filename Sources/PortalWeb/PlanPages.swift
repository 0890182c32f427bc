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
/// | POST /provider/plan/pin, unpin | one button a visit |
/// | GET /provider/plan/sheet?day=&worker= | the day sheet of one worker, for printing |
/// | GET /provider/plan.csv?day=&worker= | the same for a spreadsheet |
public struct PlanPages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("plan", use: page)
        group.post("plan", use: make)
        group.post("plan/pin", use: pin)
        group.post("plan/unpin", use: unpin)
        group.get("plan/sheet", use: paper)
        group.get("plan.csv", use: PlanRoutes(exchange).table)
    }

    private var office: Office { exchange.office }

    @Sendable func page(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let today = office.now.localDate
        let day = try request.day(default: today)
        var body = "<h1>日计划 \(day)</h1>" + navigation(day, today: today)
        if day >= today { body += HTML.Button("排计划", to: "/provider/plan", ["day": day.description]).html }
        do {
            body += content(try await ReadPlan(office)(context.provider, on: day))
        } catch let error as any Rejecting where error.rejection.code == "plan_unknown" {
            body += "<p>\(HTML.escaped(error.rejection.message))</p>"
        }
        let name = office.reference.franchise.provider(context.provider)?.name ?? context.provider.text
        return HTML.page("日计划 \(day)", caller: "\(context.caller.name) · \(name)", body)
    }

    private func navigation(_ day: LocalDate, today: LocalDate) -> String {
        let links = [("前一天", day.adding(days: -1)), ("今天", today), ("后一天", day.adding(days: 1))]
        return "<nav><a href=\"/provider\">工单</a> "
            + links.map { "<a href=\"/provider/plan?day=\($0.1)\">\($0.0)</a>" }.joined(separator: " ") + "</nav>"
    }

    private func content(_ sheet: PlanSheet) -> String {
        let (stored, day) = (sheet.stored, DaySheet(sheet, office.reference))
        var body = HTML.facts([
            ("版本", "第 \(stored.version) 版，\(stored.madeAt.shown)，\(stored.madeBy)"),
            ("上门", "\(stored.plan.visits.count) 次，行程 \(stored.plan.travel_min) 分钟，迟到合计 \(stored.plan.late_min) 分钟，变动 \(stored.plan.moved) 次"),
        ])
        if !sheet.missing.isEmpty || sheet.gone > 0 {
            body += "<p class=\"fault\" role=\"status\">计划之后新接 \(sheet.missing.count) 单、退出 \(sheet.gone) 单，请再排一次。</p>"
        }
        for worker in day.workers {
            body += day.table(worker) { line in
                guard line.order.state == .accepted || line.order.state == .scheduled else { return [] }
                let fields: KeyValuePairs = ["order": line.order.id.text, "day": stored.day.description]
                return line.visit.isPinned ? [.init("取消固定", to: "/provider/plan/unpin", fields)] : [.init("固定", to: "/provider/plan/pin", fields)]
            }
            let query = "day=\(stored.day)&amp;worker=\(HTML.escaped(worker.id.text))"
            body += "<nav><a href=\"/provider/plan/sheet?\(query)\">打印 \(HTML.escaped(worker.name)) 的派工单</a></nav>"
        }
        if !sheet.unplaced.isEmpty {
            body += HTML.table(
                "排不上的工单", header: ["工单", "时间", "项目", "原因"],
                rows: sheet.unplaced.map { ["\($0.order.number)", "\($0.order.window.start.shown)", "\(day.item($0.order))", "\($0.reason.phrase)"] })
        }
        return body + "<nav><a href=\"/provider/plan.csv?day=\(stored.day)\">导出表格（CSV）</a></nav>"
    }

    @Sendable func paper(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let day = try request.day(default: office.now.localDate)
        guard let id = request.query("worker") else {
            throw Rejection(.invalid, "worker_missing", "请写明是哪位人员的派工单。", pointer: "/worker")
        }
        let sheet = DaySheet(try await ReadPlan(office)(context.provider, on: day), office.reference)
        guard let worker = sheet.workers.first(where: { $0.id.text == id }) else {
            throw Rejection(.missing, "sheet_unknown", "这位人员当天没有上门。")
        }
        return HTML.page(
            "派工单 \(worker.name) \(day)",
            "<style>@page{size:A4 landscape}@media print{td,th{font-size:12px}}</style><h1>派工单</h1>\(sheet.table(worker))")
    }

    struct DayForm: Decodable, Sendable { let day: String }

    @Sendable func make(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(DayForm.self, request, context)
        guard let day = LocalDate(form.day) else { throw Rejection(.invalid, "day_invalid", "日期应为 YYYY-MM-DD。", pointer: "/day") }
        _ = try await office.perform(try await PlanDay(office).prepared(context.provider, on: day, by: context.caller))
        return Pages.redirect(to: "/provider/plan?day=\(day)")
    }

    struct OrderForm: Decodable, Sendable {
        let order: String
        let day: String
    }

    @Sendable func pin(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(OrderForm.self, request, context)
        _ = try await office.perform(
            PinVisit(office).prepared(OrderID(form.order), worker: nil, second: nil, start: nil, by: context.caller))
        return try await again(form, context)
    }

    @Sendable func unpin(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(OrderForm.self, request, context)
        try await office.perform(UnpinVisit(office).prepared(OrderID(form.order), by: context.caller))
        return try await again(form, context)
    }

    /// A pin shows in the plan that is made after it.
    private func again(_ form: OrderForm, _ context: ProviderContext) async throws -> Response {
        guard let day = LocalDate(form.day) else { throw Rejection(.invalid, "day_invalid", "日期应为 YYYY-MM-DD。", pointer: "/day") }
        _ = try await office.perform(try await PlanDay(office).prepared(context.provider, on: day, by: context.caller))
        return Pages.redirect(to: "/provider/plan?day=\(day)")
    }
}
