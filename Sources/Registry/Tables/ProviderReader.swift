import Kernel

/// Reads the files in the order in which they refer to one another and goes on after a fault, so that all are told at once.
struct ProviderReader {
    let files: [String: [UInt8]]
    let vocabulary: ProviderTables.Vocabulary
    var faults: [TableFault] = []
    var providers: [ProviderID: Provider] = [:]
    /// Firms, workers and cars whose row has a fault of its own; what refers to them raises no further one.
    var faultyProviders: Set<ProviderID> = []
    var faultyWorkers: Set<WorkerID> = []
    var faultyVehicles: Set<String> = []
    var workers: [WorkerID: Worker] = [:]
    var vehicles: [String: Vehicle] = [:]
    var offers: [Offer] = []

    init(files: [String: [UInt8]], vocabulary: ProviderTables.Vocabulary) {
        self.files = files
        self.vocabulary = vocabulary
    }

    mutating func franchise() -> Franchise {
        readProviders()
        readHours()
        readWorkers()
        readVehicles()
        readOffers()
        readCredentials()
        return Franchise(
            providers: Array(providers.values), offers: offers, workers: Array(workers.values), vehicles: Array(vehicles.values))
    }

    /// One row with its file, so that a fault knows where it stands.
    struct Row {
        let file: String
        let table: CSVTable
        let record: CSV.Record

        func text(_ column: String) -> String { Field.trimmed(table.field(record, column)) }
    }

    /// The rows of a file; an unreadable or missing file is one fault and no rows.
    mutating func rows(_ file: String, _ required: [String], isOptional: Bool = false) -> [Row] {
        guard let bytes = files[file] else {
            if !isOptional { faults.append(TableFault(file: file, line: 0, reason: "缺少文件")) }
            return []
        }
        do {
            let table = try CSVTable(bytes, requiring: required)
            return table.records.compactMap { record in
                guard record.fields.count == table.columns.count else {
                    faults.append(TableFault(
                        file: file, line: record.line, reason: "应有\(table.columns.count)列，现在是\(record.fields.count)列"))
                    return nil
                }
                return Row(file: file, table: table, record: record)
            }
        } catch {
            faults.append(TableFault(file: file, line: error.line, reason: error.reason))
            return []
        }
    }

    mutating func fault(_ row: Row, _ reason: String) {
        faults.append(TableFault(file: row.file, line: row.record.line, reason: reason))
    }

    /// The value, or a fault and nil.
    mutating func expect<T>(_ value: T?, _ row: Row, _ reason: @autoclosure () -> String) -> T? {
        if value == nil { fault(row, reason()) }
        return value
    }

    /// The provider a row names, or a fault and nil.
    mutating func knownProvider(_ row: Row, _ column: String = "provider") -> ProviderID? {
        let id = ProviderID(row.text(column))
        if providers[id] == nil, faultyProviders.contains(id) { return nil }
        return expect(providers[id] == nil ? nil : id, row, "没有服务商“\(id)”")
    }

    mutating func date(_ row: Row, _ column: String) -> LocalDate? {
        let text = row.text(column)
        return expect(LocalDate(text), row, "\(column)“\(text)”不是日期，应写成2026-01-01")
    }

    /// From one column to the other; an empty end is open.
    mutating func span(_ row: Row, _ from: String, _ until: String) -> DateSpan? {
        guard let start = date(row, from) else { return nil }
        if row.text(until).isEmpty { return DateSpan(from: start) }
        guard let end = date(row, until) else { return nil }
        return expect(start <= end ? DateSpan(from: start, until: end) : nil, row, "\(until)早于\(from)")
    }

    mutating func phone(_ row: Row) -> NormalisedPhone? {
        do { return try NormalisedPhone(row.text("phone")) } catch {
            fault(row, error.reason)
            return nil
        }
    }

    mutating func flag(_ row: Row, _ column: String) -> Bool {
        expect(Field.flag(row.text(column)), row, "\(column)应填true或false") ?? false
    }

    mutating func number(_ row: Row, _ column: String, _ range: ClosedRange<Int>) -> Int? {
        let text = row.text(column)
        let value = Int(text).flatMap { range.contains($0) ? $0 : nil }
        return expect(value, row, "\(column)“\(text)”应为\(range.lowerBound)至\(range.upperBound)的整数")
    }
}
