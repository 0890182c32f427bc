import Billing
import Catalog
import Crypto
import Kernel
import Store

/// What is kept of a judged line until it is written; a class, as tens of thousands of them are put in order.
final class JudgedLine: Sendable {
    let line: SettlementRepository.NewLine
    let place: LinePlace
    let totals: StatementTotals
    let services: ServiceShare
    /// Its bytes on the signed record, but for its number.
    let record: String
    /// In which public money is paid for it; nil when none is.
    let street: String?
    /// What a rule takes from it is known only while its proof is at hand: it is taken with the line.
    let deduction: Adjustment?

    init(_ line: StatementLine, of month: Month, _ catalogue: Catalogue, _ rules: CheckPolicy) {
        self.line = SettlementRepository.NewLine(line, of: month)
        place = LinePlace(line.candidate)
        totals = StatementTotals(line)
        services = ServiceShare(line.candidate, catalogue)
        record = StatementDocument.line(line, of: month, catalogue: catalogue)
        street = totals.payable > .zero ? line.candidate.recipient?.region(on: line.candidate.date) : nil
        deduction = Deduction.blocks(line, of: month, rules)
    }

}

/// A statement as its lines are written, one after the other: what it adds up to, and the fingerprint of the very bytes that are signed.
///
/// So a month of a million lines is sealed without being read again.
struct GrowingStatement: Sendable {
    private(set) var totals = StatementTotals()
    private(set) var services = ServiceTally()
    /// How many lines with public money each street has; of lines that were written here.
    private(set) var streets: [String: Int] = [:]
    private var record = SHA256()
    private var last: LinePlace?

    init() { Self.add(StatementDocument.head, to: &record) }

    /// One that stands already.
    init(_ statement: Statement, _ catalogue: Catalogue) {
        self.init()
        for line in statement.lines {
            add(
                StatementDocument.line(line, of: statement.month, catalogue: catalogue), StatementTotals(line), ServiceShare(line.candidate, catalogue))
        }
    }

    /// - Returns: false when the line belongs before one that is there: then the statement has to be read again.
    mutating func add(_ line: JudgedLine) -> Bool {
        if let last, line.place < last { return false }
        last = line.place
        if let street = line.street { streets[street, default: 0] += 1 }
        add(line.record, line.totals, line.services)
        return true
    }

    private mutating func add(_ line: String, _ sums: StatementTotals, _ share: ServiceShare) {
        totals += sums
        services.add(share)
        Self.add(StatementDocument.numbered(line, totals.lines), to: &record)
    }

    /// 64 hexadecimal digits.
    var sha256: String {
        var record = record
        Self.add(StatementDocument.foot(totals), to: &record)
        return record.finalize().hex
    }

    private static func add(_ text: String, to record: inout SHA256) {
        var text = text
        text.withUTF8 { record.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }
}
