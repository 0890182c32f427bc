import Kernel
import Registry
import Store

/// 导入服务商: rows of `providers.csv`, put in or over those of the same id, then checked together with all other published files.
///
/// A firm without hours and offers is registered but gets no orders until those are published, too.
public struct ImportProviders: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let name = "providers/providers.csv"

    /// - Returns: what was, or with `dryRun` would be, put in, changed and left alone.
    /// - Throws: ``CSV/Fault`` for a file that cannot be read, `reference_invalid` with every fault of the whole.
    public func callAsFunction(_ bytes: [UInt8], dryRun: Bool) async throws -> ImportReport {
        var files = try await office.read { tx in try tx.reference.all() }
        let (merged, report) = try Self.merged(try CSVTable(files[Self.name] ?? [], requiring: ["id"]), try CSVTable(bytes, requiring: ["id"]))
        guard report.inserted + report.updated > 0 else { return report }
        files[Self.name] = merged
        let reference = try Reference(files)
        guard !dryRun else { return report }
        try await PublishReference(office.database)([Self.name: merged], at: office.now)
        office.shelf.replace(with: reference)
        return report
    }

    /// Columns of the published table; one that the import does not have keeps its value.
    private static func merged(_ old: CSVTable, _ new: CSVTable) throws -> (bytes: [UInt8], report: ImportReport) {
        let columns = old.columns.sorted { $0.value < $1.value }.map(\.key)
        for name in new.columns.keys.sorted() where old.columns[name] == nil {
            throw CSV.Fault(line: 1, reason: "没有列“\(name)”，应为 \(columns.joined(separator: ","))")
        }
        var rows = old.records.map(\.fields)
        var places = Dictionary(old.records.enumerated().map { (old.field($1, "id"), $0) }) { first, _ in first }
        var report = ImportReport()
        var seen: Set<String> = []
        for record in new.records {
            let id = new.field(record, "id")
            guard !id.isEmpty else { throw CSV.Fault(line: record.line, reason: "缺少服务商编号 id") }
            guard seen.insert(id).inserted else { throw CSV.Fault(line: record.line, reason: "服务商 \(id) 出现两次") }
            let place = places[id]
            let fields = columns.enumerated().map { index, name in
                new.columns[name] == nil ? place.map { rows[$0].indices.contains(index) ? rows[$0][index] : "" } ?? "" : new.field(record, name)
            }
            if let place {
                if rows[place] == fields { report.unchanged += 1 } else { report.updated += 1 }
                rows[place] = fields
            } else {
                places[id] = rows.count
                rows.append(fields)
                report.inserted += 1
            }
        }
        return (Array(([columns] + rows).map(CSV.line).joined().utf8), report)
    }
}
