import Billing
import Catalog
import Foundation
import Kernel
import Registry
import Store
import Yams

/// 导出: a month's statements as files, and the recompute pack from which somebody else can compute every line again.
///
/// One provider at a time and row by row, so that memory does not grow with the month; the folder appears whole or not at all; the same month
/// is always the same bytes. What stands in which file is told in `deploy/verify-settlement.md`.
public struct ExportMonth: Sendable {
    /// Writes documents as a spreadsheet to a path.
    public typealias Spreadsheet = @Sendable (_ documents: [Document], _ path: String) throws -> Void

    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Result: Sendable {
        public let root: String
        public let linesRoot: String
        public let statements: Int
        public let lines: Int
        public let isClosed: Bool
    }

    /// - Parameters:
    ///   - output: a folder that is empty, missing, or an older export.
    ///   - spreadsheet: nil writes CSV alone.
    /// - Throws: `output_not_empty`, `output_not_writable`; `month_changed` when a closed month no longer gives the lines it gave before.
    public func callAsFunction(
        _ month: Month, to output: String, by caller: Caller, spreadsheet: Spreadsheet? = nil,
        progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Result {
        let isClosed = try await office.read { tx in try tx.settlements.state(of: month) } == .closed
        let preview = isClosed ? nil : try await PreviewMonth(office)(month).filter { !$0.lines.isEmpty }
        let reference = office.reference
        let result = try await office.read { tx in
            let source = try preview.map { StatementSource.preview($0) } ?? .frozen(tx.settlements.providers(month))
            let scope = PackRepository.Scope(month, isClosed: isClosed, began: try tx.settlements.began(month))
            let pack = MonthPack(tx: tx, reference: reference, month: month, isClosed: isClosed, scope: scope, source: source)
            return try pack.write(to: output, spreadsheet, progress: progress)
        }
        if isClosed {
            let now = office.now
            try await office.perform { tx in
                try tx.packs.record(
                    PackRepository.Root(root: result.root, linesRoot: result.linesRoot, lines: result.lines), of: month, by: caller.name, at: now)
            }
        }
        return result
    }
}

/// Where the statements come from, one provider at a time.
enum StatementSource: Sendable {
    case preview([Statement])
    case frozen([ProviderID])

    var count: Int {
        switch self {
        case .preview(let statements): statements.count
        case .frozen(let providers): providers.count
        }
    }

    func statement(_ index: Int, _ month: Month, _ tx: any Transaction) throws -> Statement {
        switch self {
        case .preview(let statements): return statements[index]
        case .frozen(let providers):
            guard let statement = try tx.settlements.statement(month, providers[index]) else {
                throw StoreFault.corrupt("statement of \(providers[index]) for \(month)")
            }
            return statement
        }
    }
}

/// One export being written, on one snapshot of the database.
struct MonthPack {
    let tx: any Transaction
    let reference: Reference
    let month: Month
    let isClosed: Bool
    let scope: PackRepository.Scope
    let source: StatementSource

    func write(
        to output: String, _ spreadsheet: ExportMonth.Spreadsheet?, progress: (_ done: Int, _ of: Int) -> Void
    ) throws -> ExportMonth.Result {
        let folder = try PackFolder(output)
        do {
            try referenceFiles(folder)
            for table in PackRepository.tables { try write(table, folder) }
            try counted(folder)
            try reused(folder)
            try ways(folder)
            try relations(folder)
            try documents(folder, spreadsheet, progress)
            let result = try lines(folder)
            if isClosed, let first = try tx.packs.roots(month).first, first.linesRoot != result.linesRoot {
                throw Rejection(
                    .conflict, "month_changed", "\(month) 已月结，但明细与此前导出的不同（此前 \(first.linesRoot.prefix(16))…），请停止拨付并查明原因。")
            }
            try manifest(folder, result)
            try folder.publish()
            return result
        } catch {
            folder.discard()
            throw error
        }
    }

    // MARK: Records

    /// The rules in force as they were published; programmes as JSON besides, because readers of YAML are rarer.
    private func referenceFiles(_ folder: PackFolder) throws {
        let files = try tx.reference.all()
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) { try folder.write("reference/\(name)", bytes) }
        guard let yaml = files["catalog/programmes.yaml"], let node = try Yams.compose(yaml: String(decoding: yaml, as: UTF8.self)) else {
            throw Rejection(.unavailable, "reference_missing", "数据库里还没有补贴项目，请先运行 vnh publish。")
        }
        try folder.write("reference/programmes.json", Array((JSON(yaml: node).text + "\n").utf8))
    }

    private func write(_ table: PackRepository.Table, _ folder: PackFolder) throws {
        try folder.write("\(table.name).csv") { file in
            try file.append(CSV.line(table.columns).utf8)
            try tx.packs.forEachRow(table, scope) { fields in try file.append(CSV.line(fields).utf8) }
        }
    }

    private func counted(_ folder: PackFolder) throws {
        let reader = tx.settlements.candidates(try tx.settlements.recipients(month), evidence: reference.evidence(on: month.last))
        try folder.write("counted.csv") { file in
            try file.append(CSV.line(["subject", "elder", "item", "date"]).utf8)
            for line in try reader.earlierPaid(reference.catalogue, scope) {
                try file.append(CSV.line([line.subject, line.elder.text, line.item.text, line.date.description]).utf8)
            }
        }
    }

    private func reused(_ folder: PackFolder) throws {
        try folder.write("reused.csv") { file in
            try file.append(CSV.line(["order", "sha256", "number", "date"]).utf8)
            for reuse in try tx.visits.reused(month, began: try tx.settlements.began(month)) {
                try file.append(CSV.line([reuse.subject, reuse.photo, reuse.number, reuse.date.description]).utf8)
            }
        }
    }

    private func ways(_ folder: PackFolder) throws {
        try folder.write("ways.csv") { file in
            try file.append(CSV.line(["worker", "begin_ms", "order", "before", "metres"]).utf8)
            try tx.packs.forEachWay(scope, isBound: { reference.catalogue.item($0)?.mode.bindsWorker ?? true }) { way in
                try file.append(
                    CSV.line([
                        way.worker.text, String(way.begin.milliseconds), way.order.text, way.before.text, way.metres.map { String($0) } ?? "",
                    ]).utf8)
            }
        }
    }

    private func relations(_ folder: PackFolder) throws {
        let franchise = reference.franchise
        let relations = try tx.packs.relations(scope, workers: franchise.providers.flatMap { franchise.workers(of: $0.id) })
        try folder.write("relations.csv") { file in
            try file.append(CSV.line(["worker", "elder", "at_ms"]).utf8)
            for (tie, at) in relations {
                try file.append(CSV.line([tie.worker.text, tie.elder.text, at.map { String($0.milliseconds) } ?? ""]).utf8)
            }
        }
    }

    // MARK: Documents

    private func documents(
        _ folder: PackFolder, _ spreadsheet: ExportMonth.Spreadsheet?, _ progress: (_ done: Int, _ of: Int) -> Void
    ) throws {
        var rows: [ProviderSums] = []
        for index in 0..<source.count {
            let statement = try source.statement(index, month, tx)
            let papers = try ReadPapers.papers(tx, reference, month, isClosed: isClosed, [statement], of: statement.provider, for: [.detail, .deductions])
            let scope = DocumentScope(provider: statement.provider)
            let name = "statements/结算明细表-\(month)-\(statement.provider)"
            try write([try papers.document(.detail, scope), try papers.document(.deductions, scope)], name, folder, spreadsheet)
            rows.append(ProviderSums(statement, reference.catalogue))
            progress(index + 1, source.count)
        }
        let sums = SumPapers(
            month: month, isClosed: isClosed, rows: rows, invoices: try tx.close.invoices(month).mapValues(\.number), catalogue: reference.catalogue,
            franchise: reference.franchise)
        try write([sums.summary()], "statements/结算汇总表-\(month)", folder, spreadsheet)
    }

    /// The first document as CSV, all of them as the sheets of one workbook.
    private func write(_ documents: [Document], _ name: String, _ folder: PackFolder, _ spreadsheet: ExportMonth.Spreadsheet?) throws {
        try folder.write("\(name).csv", documents[0].csv.utf8)
        if let spreadsheet { try folder.adopt("\(name).xlsx") { path in try spreadsheet(documents, path) } }
    }

    // MARK: Lines

    /// `lines.csv`, chained; the root of the month speaks for the lines and for every other file.
    private func lines(_ folder: PackFolder) throws -> ExportMonth.Result {
        let others = folder.files.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        var chain = MonthChain(linesOf: month)
        var count = 0
        try folder.write("lines.csv") { file in
            try file.append(CSV.line(MonthChain.columns + ["chain"]).utf8)
            for index in 0..<source.count {
                let statement = try source.statement(index, month, tx)
                for (ordinal, line) in statement.lines.enumerated() {
                    let (row, link) = chain.append(line, ordinal: ordinal + 1)
                    try file.append("\(row),\(link)\r\n".utf8)
                    count += 1
                }
            }
        }
        var whole = MonthChain(start: "vnh-pack-7 \(month)\n" + others.map { "\($0.sha256)  \($0.name)\n" }.joined())
        whole.append(chain.root)
        return ExportMonth.Result(root: whole.root, linesRoot: chain.root, statements: source.count, lines: count, isClosed: isClosed)
    }

    private func manifest(_ folder: PackFolder, _ result: ExportMonth.Result) throws {
        let files = folder.files.sorted { $0.name < $1.name }
        let json: JSON = [
            "format": "vnh-pack-7", "month": JSON(month.description), "state": JSON(isClosed ? "closed" : "open"),
            "statements": JSON(result.statements), "lines": JSON(result.lines), "root": JSON(result.root),
            "lines_root": JSON(result.linesRoot), "batch_version": JSON(try tx.close.hashVersion(month)),
            "began_ms": try JSON(isClosed ? tx.settlements.began(month)?.milliseconds : nil),
            "files": .array(files.map { ["name": JSON($0.name), "sha256": JSON($0.sha256), "bytes": JSON($0.bytes)] }),
        ]
        try folder.write(PackFolder.manifest, Array((json.text + "\n").utf8))
    }
}

extension JSON {
    /// A YAML document as it stands: whole numbers and truth values as such, everything else as text.
    init(yaml node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(mapping.map { Field(name: $0.key.string ?? "", value: JSON(yaml: $0.value)) })
        case .sequence(let sequence): self = .array(sequence.map { JSON(yaml: $0) })
        case .scalar(let scalar):
            if scalar.style != .plain {
                self = .string(scalar.string)
            } else if let number = Int64(scalar.string) {
                self = .integer(number)
            } else {
                self = scalar.string == "true" ? true : scalar.string == "false" ? false : .string(scalar.string)
            }
        case .alias: self = .null
        }
    }
}
