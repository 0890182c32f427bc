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

/// 应急纸单
///
/// | path | what |
/// |---|---|
/// | GET /console/downtime | numbers reserved, which of them have been used |
/// | POST /console/downtime | reserves a pad and leads to the print |
/// | GET /console/downtime/print?from=&until= | the slips on A4, four a sheet |
/// | GET, POST /console/downtime/{number} | enters one afterwards, once |
public struct DowntimePages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("downtime", use: list)
        group.post("downtime", use: reserve)
        group.get("downtime/print", use: print)
        group.get("downtime/:number", use: form)
        group.post("downtime/:number", use: enter)
    }

    struct ListModel: Sendable {
        struct Row: Sendable {
            let number: String
            let reserved: String
            let order: String?
            let entered: String
            let isFree: Bool
        }

        let rows: [Row]
        let once: String

        init(_ slips: [SlipRepository.Slip], once: String) {
            rows = slips.map {
                Row(
                    number: $0.number, reserved: "\($0.reservedBy) \($0.reservedAt.shown)", order: $0.order?.text,
                    entered: $0.enteredAt.map { at in "\(at.shown)" } ?? "", isFree: $0.order == nil)
            }
            self.once = once
        }
    }

    struct PrintModel: Sendable { let numbers: [String] }

    /// The slip as it is typed in; what was typed stands again after a refusal.
    struct FormModel: Sendable {
        let number: String
        let once: String
        let fault: String?
        let form: Entry
    }

    struct Entry: Decodable, Sendable {
        var card = ""
        var item = ""
        var day = ""
        var at = ""
        var quantity = "1"
        var caller = "本人"
        var note = ""
        /// When the slip was filled in.
        var takenDay = ""
        var takenAt = ""
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        try pages.page(
            "downtime", .console("应急纸单", request, context), ListModel(try await Downtime(office).latest(), once: exchange.newFormKey))
    }

    struct Pad: Decodable, Sendable { let count: Int }

    @Sendable func reserve(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await exchange.formOnce(Pad.self, request, context) { form in
            let step = try Downtime(office).reserve(form.count, by: context.caller)
            return { tx in
                let numbers = try step(tx)
                return "/console/downtime/print?from=\(numbers[0])&until=\(numbers[numbers.count - 1])"
            }
        }
    }

    @Sendable func print(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (from, until) = (try request.required("from"), try request.required("until"))
        let numbers = try await Downtime(office).latest(limit: 1000).map(\.number).filter { from <= $0 && $0 <= until }
        return try pages.page("slips", .console("应急纸单", request, context), PrintModel(numbers: numbers.reversed()))
    }

    @Sendable func form(_ request: Request, _ context: DeskContext) async throws -> Response {
        let slip = try await Downtime(office).find(try context.parameters.require("number"))
        let today = office.now.localDate.description
        let fault = slip.order.map { _ in "这个号已经补录过，不能再用。" }
        return try page(slip.number, Entry(day: today, takenDay: today), fault: fault, request, context)
    }

    private func page(_ number: String, _ entry: Entry, fault: String?, _ request: Request, _ context: DeskContext) throws -> Response {
        try pages.page(
            "slip", .console("补录 \(number)", request, context), FormModel(number: number, once: exchange.newFormKey, fault: fault, form: entry),
            status: fault == nil ? .ok : .conflict)
    }

    @Sendable func enter(_ request: Request, _ context: DeskContext) async throws -> Response {
        let number = try context.parameters.require("number")
        return try await exchange.formOnce(Entry.self, request, context) { entry in
            let (wish, taken) = (try await wish(entry), try Self.instant(entry.takenDay, entry.takenAt))
            let step = try Downtime(office).enter(number, wish, takenAt: taken, by: context.caller)
            return { tx in "/console/orders/\(try step(tx).id)" }
        } orShow: { entry, error in
            try page(number, entry, fault: error.rejection.message, request, context)
        }
    }

    private func wish(_ entry: Entry) async throws -> OrderRequest {
        let found = try await FindElders(office)(entry.card, limit: 2)
        guard let elder = found.first, found.count == 1 else {
            throw Rejection(.missing, "elder_unknown", found.isEmpty ? "没有找到“\(entry.card.prefix(20))”，请写卡号。" : "“\(entry.card.prefix(20))”不止一位，请写卡号。")
        }
        let catalogue = office.reference.catalogue
        guard let item = catalogue.item(ItemCode(entry.item)) ?? catalogue.search(entry.item, limit: 1).first else {
            throw Rejection(.missing, "item_unknown", "目录中没有“\(entry.item.prefix(20))”，请写项目编码或名称。")
        }
        guard let quantity = Quantity(entry.quantity) else {
            throw Rejection(.invalid, "quantity_invalid", "数量应为数字，例如 1 或 1.5。", pointer: "/quantity")
        }
        return OrderRequest(
            elder: elder.id, item: item.code, start: try Self.instant(entry.day, entry.at), quantity: quantity, caller: entry.caller, note: entry.note)
    }

    private static func instant(_ day: String, _ clock: String) throws -> Instant {
        guard let date = LocalDate(day), let minute = ClockTime.minutes(clock) else {
            throw Rejection(.invalid, "time_invalid", "时间请写日期和 09:00 这样的钟点。")
        }
        return Instant(date, minute: minute)
    }
}
