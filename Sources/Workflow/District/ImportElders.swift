import Catalog
import Kernel
import Pinyin
import Registry
import Store

/// What an import would do or has done.
public struct ImportReport: Sendable {
    public var inserted = 0
    public var updated = 0
    public var unchanged = 0
    public var faults: [RowFault] = []
}

/// 导入老人档案: all rows or none, unless told to leave bad ones out; the same file twice changes nothing.
public struct ImportElders: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Rows of one transaction's step between two reports of progress.
    static let step = 2000

    /// - Parameter skipBad: import the good rows and report the others.
    /// - Throws: ``CSV/Fault`` for a file that cannot be read at all.
    public func callAsFunction(
        _ bytes: [UInt8], dryRun: Bool, skipBad: Bool, by caller: Caller, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
    ) async throws -> ImportReport {
        let (elders, faults) = try parse(bytes, progress: progress)
        guard faults.isEmpty || skipBad else { return ImportReport(faults: faults) }
        let now = office.now
        let write: @Sendable (any Transaction) throws -> ImportReport = { tx in
            var report = ImportReport(faults: faults)
            for (index, elder) in elders.enumerated() {
                try Self.save(elder, tx, &report, on: now.localDate)
                if (index + 1) % Self.step == 0 || index + 1 == elders.count { progress(elders.count + index + 1, elders.count * 2) }
            }
            if report.inserted + report.updated > 0 {
                try tx.events.append(
                    "elders.imported", subject: "elders", subjectSeq: 1, by: caller.name, at: now,
                    data: (["inserted": JSON(report.inserted), "updated": JSON(report.updated)] as JSON).text)
            }
            if dryRun { throw Rehearsal(report: report) }
            return report
        }
        do {
            let report = try await office.database.writeAlone(write)
            if report.inserted >= Self.step { try await office.database.analyze() }
            return report
        } catch let rehearsal as Rehearsal {
            return rehearsal.report
        }
    }

    /// Thrown to undo a dry run: it is the real import, taken back.
    private struct Rehearsal: Error { let report: ImportReport }

    private func parse(
        _ bytes: [UInt8], progress: (Int, Int) -> Void
    ) throws -> (elders: [Elder], faults: [RowFault]) {
        let (reference, today) = (office.reference, office.now.localDate)
        let table = try CSVTable(bytes, requiring: ElderRow.Columns.required)
        let columns = ElderRow.Columns(table.columns)
        let vocabulary = ElderRow.Vocabulary(
            regions: Set(reference.catalogue.regions.map(\.code.text)), classes: Set(reference.catalogue.classes.map(\.code.text)),
            providers: Set(reference.franchise.providers.map(\.id)))
        var elders: [Elder] = []
        var faults: [RowFault] = []
        var seen: [String: Int] = [:]
        elders.reserveCapacity(table.records.count)
        for (index, record) in table.records.enumerated() {
            let row = ElderRow.parse(record, columns, today: today, vocabulary: vocabulary) { name in
                let reading = reference.catalogue.pinyin.nameReading(name)
                return (reading.full, reading.initials)
            }
            switch row {
            case .success(let elder):
                if let line = seen.updateValue(record.line, forKey: elder.number) {
                    faults.append(
                        RowFault(line: record.line, column: "number", code: "number_twice", reason: "卡号 \(elder.number) 与第 \(line) 行重复"))
                } else {
                    elders.append(elder)
                }
            case .failure(let found): faults += found.all
            }
            if (index + 1) % Self.step == 0 { progress(index + 1, table.records.count * 2) }
        }
        return (elders, faults)
    }

    private static func save(_ elder: Elder, _ tx: any Transaction, _ report: inout ImportReport, on today: LocalDate) throws {
        guard var known = try tx.elders.byNumber(elder.number) else {
            try tx.elders.insert(elder)
            report.inserted += 1
            return
        }
        known.phones = try tx.elders.phones(of: known.id)
        var wanted = elder
        wanted.id = known.id
        wanted.version = known.version
        if wanted.isStored(as: known) {
            report.unchanged += 1
        } else {
            try tx.elders.update(wanted, expecting: known.version)
            if wanted.address.region != known.address.region {
                try tx.elders.noteMove(known.id, from: known.address.region, until: today.adding(days: -1))
            }
            report.updated += 1
        }
    }
}

extension Elder {
    /// Whether the database would hold the same for both: places are kept to a millionth of a degree.
    func isStored(as other: Elder) -> Bool {
        var (a, b) = (self, other)
        let isSamePlace: Bool =
            switch (a.place, b.place) {
            case (nil, nil): true
            case (let p?, let q?): abs(p.latitude - q.latitude) < 1e-6 && abs(p.longitude - q.longitude) < 1e-6
            default: false
            }
        (a.place, b.place) = (nil, nil)
        return isSamePlace && a == b
    }
}
