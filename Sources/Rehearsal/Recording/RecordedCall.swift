import Intake
import Kernel
import Registry

/// 录下的一通来电: what the telephone system and the operator's ear would know of it, and nothing else.
///
/// A row says who rang, what was said and how it was meant to begin; whom it is about, whether it can be served and by whom is found
/// out when it is replayed.
public struct RecordedCall: Hashable, Sendable {
    public var at: Instant
    public var id: String
    /// As the telephone shows it; empty when withheld.
    public var from: String
    public var kind: CallKind
    /// Who speaks: 本人, 女儿, 邻居 …
    public var caller: String
    /// The card number, if it was read out.
    public var card: String
    /// The elder's name, if it was said.
    public var name: String
    /// The identity number, whole or its last four characters, if it was said.
    public var idNumber: String
    /// Street code and address below it, asked of someone who is new.
    public var region: String
    public var address: String
    /// What is wanted, in the caller's words.
    public var item: String
    /// When, as ``StartWords`` reads it.
    public var start: String
    public var quantity: String
    public var note: String

    public init(
        at: Instant, id: String, from: String, kind: CallKind, caller: String = "", card: String = "", name: String = "",
        idNumber: String = "", region: String = "", address: String = "", item: String = "", start: String = "", quantity: String = "",
        note: String = ""
    ) {
        self.at = at
        self.id = id
        self.from = from
        self.kind = kind
        self.caller = caller
        self.card = card
        self.name = name
        self.idNumber = idNumber
        self.region = region
        self.address = address
        self.item = item
        self.start = start
        self.quantity = quantity
        self.note = note
    }
}

/// `CALLS.csv`: UTF-8, a header, one call a line.
public enum CallFile {
    public static let columns = [
        "at", "call_id", "from", "kind", "caller", "card", "name", "id_number", "region", "address", "item", "start", "quantity", "note",
    ]

    public static func text(_ calls: [RecordedCall]) -> String {
        CSV.line(columns)
            + calls.map { call in
                CSV.line([
                    call.at.description, call.id, call.from, call.kind.rawValue, call.caller, call.card, call.name, call.idNumber,
                    call.region, call.address, call.item, call.start, call.quantity, call.note,
                ])
            }.joined()
    }

    /// The calls of a file in the order of their time.
    ///
    /// - Throws: ``CSV/Fault`` with line and reason for an unreadable time, an unknown kind, an empty or doubled `call_id`.
    public static func calls(_ bytes: [UInt8]) throws(CSV.Fault) -> [RecordedCall] {
        let table = try CSVTable(bytes, requiring: ["at", "call_id", "from", "kind"])
        var calls: [RecordedCall] = []
        var lines: [String: Int] = [:]
        for record in table.records {
            let call = try call(record, table)
            if let line = lines.updateValue(record.line, forKey: call.id) {
                throw CSV.Fault(line: record.line, reason: "call_id \(call.id) 与第 \(line) 行重复")
            }
            calls.append(call)
        }
        guard !calls.isEmpty else { throw CSV.Fault(line: 1, reason: "文件里没有来电") }
        return calls.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }

    private static func call(_ record: CSV.Record, _ table: CSVTable) throws(CSV.Fault) -> RecordedCall {
        func field(_ name: String) -> String { table.field(record, name) }
        guard let at = Instant(field("at")) else {
            throw CSV.Fault(line: record.line, reason: "at 应为带时区的时间，如 2026-03-10T08:00:00+08:00")
        }
        guard let kind = CallKind(rawValue: field("kind")) else {
            let kinds = CallKind.allCases.map(\.rawValue).joined(separator: "、")
            throw CSV.Fault(line: record.line, reason: "kind 没有 \(field("kind"))，应为 \(kinds)")
        }
        guard (1...128).contains(field("call_id").utf8.count) else {
            throw CSV.Fault(line: record.line, reason: "call_id 应为 1 到 128 个字符")
        }
        return RecordedCall(
            at: at, id: field("call_id"), from: field("from"), kind: kind, caller: field("caller"), card: field("card"),
            name: field("name"), idNumber: field("id_number"), region: field("region"), address: field("address"), item: field("item"),
            start: field("start"), quantity: field("quantity"), note: field("note"))
    }
}
