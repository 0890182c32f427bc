/// Comma-separated values as RFC 4180 has them, read from UTF-8 in one pass and written back.
///
/// Own code and not a package because every fault must be told with its line, and 100,000 rows be read in well under a second.
public enum CSV {
    /// One record and the line of the file on which it starts (1 is the header).
    public struct Record: Sendable {
        public let line: Int
        public let fields: [String]
    }

    public struct Fault: Error, Hashable, Sendable {
        public let line: Int
        public let reason: String

        public init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }
    }

    /// All records, the header among them; a byte order mark, CRLF and blank lines are passed over.
    ///
    /// - Throws: ``Fault`` for a quotation mark that is never closed or stands inside a bare field, and for invalid UTF-8.
    public static func records(_ bytes: [UInt8]) throws(Fault) -> [Record] {
        var records: [Record] = []
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while at < bytes.count {
            let start = line
            var fields: [String] = []
            var isLast = false
            while !isLast {
                fields.append(try field(bytes, &at, &line))
                isLast = at >= bytes.count || bytes[at] != comma
                if !isLast { at += 1 }
            }
            if at < bytes.count, bytes[at] == 0x0D { at += 1 }
            if at < bytes.count, bytes[at] == 0x0A { at += 1 }
            line += 1
            if fields.count > 1 || !fields[0].isEmpty { records.append(Record(line: start, fields: fields)) }
        }
        return records
    }

    private static let comma: UInt8 = 0x2C
    private static let quote: UInt8 = 0x22

    private static func field(_ bytes: [UInt8], _ at: inout Int, _ line: inout Int) throws(Fault) -> String {
        guard at < bytes.count, bytes[at] == quote else {
            let start = at
            while at < bytes.count, bytes[at] != comma, bytes[at] != 0x0A, bytes[at] != 0x0D {
                if bytes[at] == quote { throw Fault(line: line, reason: "引号出现在未加引号的字段中间") }
                at += 1
            }
            return try text(bytes[start..<at], line)
        }
        let opened = line
        at += 1
        var value: [UInt8] = []
        while true {
            guard at < bytes.count else { throw Fault(line: opened, reason: "引号没有闭合") }
            if bytes[at] == quote {
                at += 1
                guard at < bytes.count, bytes[at] == quote else { break }
            }
            if bytes[at] == 0x0A { line += 1 }
            value.append(bytes[at])
            at += 1
        }
        if at < bytes.count, bytes[at] != comma, bytes[at] != 0x0A, bytes[at] != 0x0D {
            throw Fault(line: line, reason: "引号后面应是逗号或换行")
        }
        return try text(value[...], line)
    }

    private static func text(_ bytes: ArraySlice<UInt8>, _ line: Int) throws(Fault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault(line: line, reason: "不是 UTF-8 文字，请在表格软件里另存为“CSV UTF-8（逗号分隔）”") }
        return text
    }

    /// One line with CRLF; a field that needs quotation marks gets them.
    ///
    /// A field that a spreadsheet would run as a formula (`=`, `+`, `-`, `@` in front of anything but a number) gets an apostrophe in front.
    public static func line(_ fields: [String]) -> String {
        var line = ""
        line.reserveCapacity(fields.reduce(fields.count + 2) { $0 + $1.utf8.count })
        for (index, field) in fields.enumerated() {
            if index > 0 { line += "," }
            line += isPlain(field) ? field : escaped(field)
        }
        line += "\r\n"
        return line
    }

    /// Whether a field stands as it is; most do, and a million lines have 17 each.
    private static func isPlain(_ field: String) -> Bool {
        var field = field
        return field.withUTF8 { bytes in
            guard let first = bytes.first else { return true }
            guard first != 0x3D, first != 0x2B, first != 0x2D, first != 0x40 else { return false }
            for byte in bytes where byte == comma || byte == quote || byte == 0x0A || byte == 0x0D { return false }
            return true
        }
    }

    /// Put before the first line so that spreadsheets read UTF-8.
    public static let byteOrderMark = "\u{FEFF}"

    private static func escaped(_ field: String) -> String {
        var field = field
        switch field.utf8.first {
        case 0x3D, 0x2B, 0x2D, 0x40: if Decimals.hundredths(field) == nil { field = "'" + field }
        default: break
        }
        guard field.utf8.contains(where: { $0 == comma || $0 == quote || $0 == 0x0A || $0 == 0x0D }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

/// A table with named columns: the records of a file behind its header.
public struct CSVTable: Sendable {
    public let columns: [String: Int]
    public let records: [CSV.Record]

    /// - Throws: ``CSV/Fault`` for unreadable text, a missing or doubled column and a record of another width.
    public init(_ bytes: [UInt8], requiring required: [String]) throws(CSV.Fault) {
        let all = try CSV.records(bytes)
        guard let header = all.first else { throw CSV.Fault(line: 1, reason: "文件是空的，缺少表头") }
        var columns: [String: Int] = [:]
        for (index, name) in header.fields.enumerated() {
            guard columns.updateValue(index, forKey: name) == nil else { throw CSV.Fault(line: 1, reason: "表头中“\(name)”出现两次") }
        }
        for name in required where columns[name] == nil { throw CSV.Fault(line: 1, reason: "缺少列“\(name)”") }
        self.columns = columns
        records = Array(all.dropFirst())
    }

    /// The field of a record under a column's name; empty when the record is shorter or has no such column.
    public func field(_ record: CSV.Record, _ column: String) -> String {
        guard let index = columns[column], index < record.fields.count else { return "" }
        return record.fields[index]
    }
}
