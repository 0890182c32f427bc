import Hummingbird
import Intake
import Kernel
import Registry
import Store
import Web
import Workflow

/// 管理后台
///
/// | path | what |
/// |---|---|
/// | GET /admin | credentials that lapse within sixty days, providers by state |
/// | GET /admin/elders/{id}, POST …/reveal | one file, masked until a reason is given |
/// | POST /admin/elders/{id}/items | one of the 27 items of a file that has been revealed |
/// | GET, POST /admin/reference | catalogue, programmes, calendar, providers: checked, shown as what changes, published |
/// | POST /admin/import?dry= | elders from CSV: a report of every row that is wrong, or the import |
public struct AdminPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<AdminContext>) {
        group.get("", use: home)
        group.get("elders/:id") { try await file($0, $1, isMasked: true) }
        group.post("elders/:id/reveal", use: reveal)
        group.post("elders/:id/items", use: writeItem)
        group.get("reference", use: reference)
        group.post("reference", use: revise)
        group.get("import", use: importForm)
        group.post("import", use: importElders)
    }

    private var today: LocalDate { office.now.localDate }

    private func frame(_ title: String, _ request: Request, _ context: AdminContext) -> Frame { .admin(title, request, context.caller) }

    @Sendable func home(_ request: Request, _ context: AdminContext) async throws -> Response {
        try pages.page("admin", frame("管理", request, context), AdminModel(office.reference, today: today))
    }

    private func file(
        _ request: Request, _ context: AdminContext, isMasked: Bool, typed: ItemForm? = nil, fault: Rejection? = nil
    ) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        if isMasked { try await LookAtElder(office)(id, from: .registry, by: context.caller) }
        let elder = try await ReadCallCard(office)(id).elder
        let history = try await LookAtElder(office).latest(at: id, limit: 50)
        let register = try await KeepRegister(office).entries(of: id)
        return try pages.page(
            "file", frame("档案", request, context),
            FileModel(
                elder, isMasked: isMasked, register: register, typed: typed, fault: fault?.message, history: history, words: words,
                once: exchange.newFormKey, today: today), status: fault == nil ? .ok : .conflict)
    }

    struct ItemForm: Decodable, Sendable {
        let item: String
        let value: String
        let seen: Int
    }

    /// Comes from the revealed page, so the answer is revealed, too; that it was looked at is written down again.
    @Sendable func writeItem(_ request: Request, _ context: AdminContext) async throws -> Response {
        let sent = try await exchange.sent(ItemForm.self, request, context)
        let form = sent.fields
        let id = ElderID(try context.parameters.require("id"))
        guard let item = RegisterItem(rawValue: form.item) else {
            throw Rejection(.missing, "register_item_unknown", "没有这个档案项目。", pointer: "/item")
        }
        try await LookAtElder(office)(id, from: .reveal, reason: "更新档案项目：\(item.term)", by: context.caller)
        do {
            _ = try await exchange.once(sent, inParts: {
                try await KeepRegister(office).write(item, form.value, of: id, seen: form.seen, by: context.caller)
                return item.rawValue
            })
            return try await file(request, context, isMasked: false)
        } catch let error as any Rejecting where error.rejection.kind != .missing {
            return try await file(request, context, isMasked: false, typed: form, fault: error.rejection)
        }
    }

    struct Reason: Decodable, Sendable { let reason: String }

    @Sendable func reveal(_ request: Request, _ context: AdminContext) async throws -> Response {
        let form = try await exchange.form(Reason.self, request, context)
        try await LookAtElder(office)(
            ElderID(try context.parameters.require("id")), from: .reveal, reason: form.reason, by: context.caller)
        return try await file(request, context, isMasked: false)
    }

    @Sendable func reference(_ request: Request, _ context: AdminContext) async throws -> Response {
        let files = try await ReviseReference(office).files()
        let name = request.query("file") ?? "catalog/calendar.csv"
        guard let bytes = files[name] else { throw Rejection(.missing, "file_unknown", "没有文件 \(name)。") }
        return try referencePage(request, context, files, name, String(decoding: bytes, as: UTF8.self), nil, done: nil)
    }

    private func referencePage(
        _ request: Request, _ context: AdminContext, _ files: [String: [UInt8]], _ name: String, _ text: String,
        _ preview: ReviseReference.Preview?, done: String?
    ) throws -> Response {
        try pages.page(
            "reference", frame("目录与参数", request, context),
            ReferenceModel(files.keys.sorted(), name, text, preview, done: done, once: exchange.newFormKey),
            status: preview?.faults.isEmpty == false ? .unprocessableContent : .ok)
    }

    struct ReferenceForm: Decodable, Sendable {
        let file: String
        let text: String
        let publish: String?
    }

    @Sendable func revise(_ request: Request, _ context: AdminContext) async throws -> Response {
        let sent = try await exchange.sent(ReferenceForm.self, request, context)
        let form = sent.fields
        let bytes = Array(form.text.replacing("\r\n", with: "\n").utf8)
        let revise = ReviseReference(office)
        let preview = try await revise.preview(form.file, bytes)
        if form.publish == "yes", preview.faults.isEmpty {
            _ = try await exchange.once(sent, inParts: {
                try await revise.publish(form.file, bytes, by: context.caller)
                return form.file
            })
            // Sent again after another has published, what is in force stays so and is shown.
            let files = try await revise.files()
            return try referencePage(
                request, context, files, form.file, String(decoding: files[form.file] ?? bytes, as: UTF8.self), nil, done: form.file)
        }
        return try referencePage(request, context, try await revise.files(), form.file, form.text, preview, done: nil)
    }

    struct ImportModel: Sendable {
        let required = ElderRow.Columns.required.joined(separator: ", ")
        let optional = ElderRow.Columns.optional.joined(separator: ", ")
    }

    @Sendable func importForm(_ request: Request, _ context: AdminContext) async throws -> Response {
        try pages.page("import", frame("导入", request, context), ImportModel())
    }

    struct ReportModel: Sendable {
        let inserted: Int
        let updated: Int
        let unchanged: Int
        let faults: [String]
        let isDry: Bool
        let isRefused: Bool
    }

    @Sendable func importElders(_ request: Request, _ context: AdminContext) async throws -> Response {
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        let isDry = request.query("dry") != "0"
        do {
            let report = try await ImportElders(office)(
                Array(buffer.readableBytesView), dryRun: isDry, skipBad: false, by: context.caller, progress: { _, _ in })
            return try pages.response(
                "import-report",
                ReportModel(
                    inserted: report.inserted, updated: report.updated, unchanged: report.unchanged,
                    faults: report.faults.prefix(200).map(\.description), isDry: isDry, isRefused: !report.faults.isEmpty),
                request.language)
        } catch let fault as CSV.Fault {
            let faults = ["第\(fault.line)行：\(fault.reason)"]
            return try pages.response(
                "import-report", ReportModel(inserted: 0, updated: 0, unchanged: 0, faults: faults, isDry: isDry, isRefused: true), request.language)
        }
    }
}
