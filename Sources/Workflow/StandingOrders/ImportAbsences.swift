import Intake
import Kernel
import Registry
import Store

/// 导入外出登记: card number, kind, from, until, note. All rows or none, unless told to leave bad ones out; the same file twice changes
/// nothing, and a later file with another last day moves it.
public struct ImportAbsences: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let required = ["number", "kind", "from", "until"]
    static let step = 200

    /// - Throws: ``CSV/Fault`` for a file that cannot be read at all.
    public func callAsFunction(
        _ bytes: [UInt8], dryRun: Bool, skipBad: Bool, by caller: Caller, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
    ) async throws -> ImportReport {
        let table = try CSVTable(bytes, requiring: Self.required)
        let manage = ManageAbsences(office)
        do {
            return try await office.database.writeAlone { tx in
                var report = ImportReport()
                for (index, record) in table.records.enumerated() {
                    do {
                        try Self.save(try Row(record, table), tx, manage, by: caller, &report)
                    } catch let fault as RowFault {
                        report.faults.append(fault)
                    } catch let error as any Rejecting where error.rejection.kind != .unavailable {
                        let column = error.rejection.pointer.map { String($0.dropFirst()) } ?? "number"
                        report.faults.append(
                            RowFault(line: record.line, column: column, code: error.rejection.code, reason: error.rejection.message))
                    }
                    if (index + 1) % Self.step == 0 || index + 1 == table.records.count { progress(index + 1, table.records.count) }
                }
                if dryRun || !report.faults.isEmpty && !skipBad { throw Undone(report: report) }
                return report
            }
        } catch let undone as Undone {
            return undone.report
        }
    }

    /// Thrown to take an import back: a dry run is the real import, undone.
    private struct Undone: Error { let report: ImportReport }

    private struct Row {
        let number: String
        let kind: Absence.Kind
        let from: LocalDate
        let until: LocalDate?
        let note: String

        init(_ record: CSV.Record, _ table: CSVTable) throws {
            func fault(_ column: String, _ code: String, _ reason: String) -> RowFault {
                RowFault(line: record.line, column: column, code: code, reason: reason)
            }
            number = table.field(record, "number")
            guard !number.isEmpty else { throw fault("number", "number_missing", "缺少卡号") }
            let word = table.field(record, "kind")
            guard let kind = Absence.Kind.allCases.first(where: { $0.rawValue == word || $0.name == word }) else {
                throw fault("kind", "absence_kind", "“\(word)”应为 hospital、travel、institution（住院、外出、入住机构）")
            }
            self.kind = kind
            guard let from = LocalDate(table.field(record, "from")) else { throw fault("from", "date_invalid", "应为 YYYY-MM-DD") }
            self.from = from
            let last = table.field(record, "until")
            until = LocalDate(last)
            guard last.isEmpty || until != nil else { throw fault("until", "date_invalid", "应为 YYYY-MM-DD，未知时留空") }
            note = table.field(record, "note")
        }
    }

    private static func save(
        _ row: Row, _ tx: any Transaction, _ manage: ManageAbsences, by caller: Caller, _ report: inout ImportReport
    ) throws {
        guard let elder = try tx.elders.byNumber(row.number) else {
            throw Rejection(.missing, "elder_unknown", "没有卡号 \(row.number)", pointer: "/number")
        }
        guard let known = try tx.absences.of(elder.id).first(where: { $0.from == row.from && $0.kind == row.kind }) else {
            _ = try manage.open(elder.id, row.kind, from: row.from, until: row.until, note: row.note, by: caller)(tx)
            report.inserted += 1
            return
        }
        if known.until == row.until || known.endedAt != nil {
            report.unchanged += 1
        } else {
            _ = try manage.move(known, until: row.until, by: caller)(tx)
            report.updated += 1
        }
    }
}
