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

/// 派工单: a day plan worker by worker, for the screen, the pocket and the spreadsheet.
struct DaySheet: Sendable {
    /// One visit as it stands on a worker's sheet.
    struct Row: Sendable {
        let order: String
        let start: String
        let end: String
        let number: String
        let item: String
        /// Who and where: empty once the provider may no longer know.
        let elder: String
        let address: String
        let phone: String?
        /// Who else comes, where two come together.
        let partner: String?
        let late_min: Int
        let isLate: Bool
        let isPinned: Bool
        let mayChange: Bool
        let note: String?

        var fields: [String] {
            [start, end, number, item, elder, address, phone ?? "", partner ?? "", isLate ? "\(late_min)" : "", isPinned ? "是" : "", note ?? ""]
        }
    }

    private static let header = ["开始", "结束", "工单", "项目", "老人", "地址", "电话", "同去", "迟到分钟", "固定", "备注"]

    let sheet: PlanSheet
    let reference: Reference

    init(_ sheet: PlanSheet, _ reference: Reference) {
        self.sheet = sheet
        self.reference = reference
    }

    private var staff: [Worker] { reference.franchise.workers(of: sheet.stored.provider) }

    /// Who has something to do that day, by id.
    var workers: [Worker] {
        let busy = Set(sheet.lines.flatMap { [$0.visit.assignment.worker, $0.visit.assignment.second].compactMap { $0 } })
        return staff.filter { busy.contains($0.id) }
    }

    func lines(of worker: WorkerID) -> [PlanSheet.Line] {
        sheet.lines.filter { $0.visit.assignment.worker == worker || $0.visit.assignment.second == worker }
    }

    func item(_ order: Order) -> String { "\(reference.catalogue.item(order.item)?.name ?? order.item.text) × \(order.quantity.text)" }

    func rows(of worker: WorkerID) -> [Row] {
        lines(of: worker).map { line in
            let (visit, order) = (line.visit, line.order)
            let partner = visit.assignment.worker == worker ? visit.assignment.second : visit.assignment.worker
            return Row(
                order: order.id.text, start: visit.assignment.start.clock, end: visit.end.clock, number: order.number, item: item(order),
                elder: line.elder?.name ?? "", address: line.elder?.address.line ?? "",
                phone: line.elder?.phones.first { !$0.isWrong }?.number.text,
                partner: partner.flatMap { id in staff.first { $0.id == id }?.name }, late_min: visit.late_min,
                isLate: visit.late_min > 0, isPinned: visit.isPinned, mayChange: order.state == .accepted || order.state == .scheduled,
                note: order.note.isEmpty ? nil : order.note)
        }
    }

    /// A row a visit and worker, with a byte order mark for spreadsheets.
    func csv(worker: WorkerID?) -> Response {
        var text = CSV.byteOrderMark + CSV.line(["日期", "人员编号", "人员"] + Self.header)
        for person in workers where worker == nil || worker == person.id {
            for row in rows(of: person.id) { text += CSV.line([sheet.stored.day.description, person.id.text, person.name] + row.fields) }
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"plan-\(sheet.stored.day).csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
