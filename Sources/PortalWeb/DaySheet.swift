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

/// 派工单: a day plan worker by worker, for the wall, the pocket and the spreadsheet.
struct DaySheet {
    let sheet: PlanSheet
    let reference: Reference

    init(_ sheet: PlanSheet, _ reference: Reference) {
        self.sheet = sheet
        self.reference = reference
    }

    /// Who has something to do that day, by id.
    var workers: [Worker] {
        let busy = Set(sheet.lines.flatMap { [$0.visit.assignment.worker, $0.visit.assignment.second].compactMap { $0 } })
        return reference.franchise.workers(of: sheet.stored.provider).filter { busy.contains($0.id) }
    }

    func lines(of worker: WorkerID) -> [PlanSheet.Line] {
        sheet.lines.filter { $0.visit.assignment.worker == worker || $0.visit.assignment.second == worker }
    }

    func item(_ order: Order) -> String { "\(reference.catalogue.item(order.item)?.name ?? order.item.text) × \(order.quantity.text)" }

    /// What goes on a worker's sheet about one visit.
    private func fields(_ line: PlanSheet.Line, of worker: WorkerID) -> [String] {
        let (visit, order) = (line.visit, line.order)
        let partner = visit.assignment.worker == worker ? visit.assignment.second : visit.assignment.worker
        let name = partner.flatMap { id in reference.franchise.workers(of: sheet.stored.provider).first { $0.id == id }?.name } ?? ""
        return [
            visit.assignment.start.clock, visit.end.clock, order.number, item(order), line.elder?.name ?? "",
            line.elder?.address.line ?? "", line.elder?.phones.first { !$0.isWrong }?.number.text ?? "", name,
            visit.late_min > 0 ? "迟 \(visit.late_min) 分钟，请先电话约定" : "", order.note,
        ]
    }

    private static let header = ["开始", "结束", "工单", "项目", "老人", "地址", "电话", "同去", "提醒", "备注"]

    /// A row a visit and worker, with a byte order mark for spreadsheets.
    func csv(worker: WorkerID?) -> Response {
        var text = CSV.byteOrderMark + CSV.line(["日期", "人员编号", "人员"] + Self.header)
        for person in workers where worker == nil || worker == person.id {
            for line in lines(of: person.id) {
                text += CSV.line([sheet.stored.day.description, person.id.text, person.name] + fields(line, of: person.id))
            }
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"plan-\(sheet.stored.day).csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A table of one worker's day; on the wall page with buttons, on the printed sheet without.
    func table(_ worker: Worker, buttons: ((PlanSheet.Line) -> [HTML.Button])? = nil) -> String {
        let rows = lines(of: worker.id).map { line -> [HTML.Cell] in
            fields(line, of: worker.id).map { .text($0) } + (buttons.map { [.buttons($0(line))] } ?? [])
        }
        let caption = "\(worker.name)（\(worker.id)）· \(sheet.stored.day) · \(rows.count) 次上门"
        return HTML.table(caption, header: Self.header + (buttons == nil ? [] : [""]), rows: rows)
    }
}

extension Instant {
    /// `09:30`, as a clock in Lanzhou shows it.
    var clock: String { ClockTime.text(minuteOfDay) }
}
