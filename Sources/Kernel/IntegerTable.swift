/// A table of whole numbers under a header, such as a million arcs: read in one pass without making a text of every field.
public struct IntegerTable: Sendable {
    public let width: Int
    /// Row by row.
    public let values: [Int]

    public var rows: Int { values.count / width }
    public func value(_ row: Int, _ column: Int) -> Int { values[row * width + column] }
    /// The line of the file on which a row stands.
    public func line(ofRow row: Int) -> Int { row + 2 }

    /// - Throws: ``CSV/Fault`` for another header, a field that is not a whole number of at most 15 digits, and a row of another width.
    public init(_ bytes: [UInt8], header: [String]) throws(CSV.Fault) {
        let first = Array(header.joined(separator: ",").utf8)
        var at = first.count
        guard bytes.starts(with: first), at == bytes.count || bytes[at] == 0x0A || bytes[at] == 0x0D else {
            throw CSV.Fault(line: 1, reason: "表头应为 \(header.joined(separator: ","))")
        }
        width = header.count
        var values: [Int] = []
        values.reserveCapacity(bytes.count / 5)
        var line = 1
        while at < bytes.count {
            if bytes[at] == 0x0D { at += 1 }
            if at < bytes.count {
                guard bytes[at] == 0x0A else { throw CSV.Fault(line: line, reason: "应有 \(header.count) 个字段") }
                at += 1
            }
            line += 1
            guard at < bytes.count else { break }
            for column in 0..<header.count {
                if column > 0 {
                    guard at < bytes.count, bytes[at] == 0x2C else { throw CSV.Fault(line: line, reason: "应有 \(header.count) 个字段") }
                    at += 1
                }
                guard let value = Self.number(bytes, &at) else { throw CSV.Fault(line: line, reason: "“\(header[column])”应为整数") }
                values.append(value)
            }
        }
        self.values = values
    }

    private static func number(_ bytes: [UInt8], _ at: inout Int) -> Int? {
        let isNegative = at < bytes.count && bytes[at] == 0x2D
        if isNegative { at += 1 }
        let start = at
        var value = 0
        while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39, at - start < 15 {
            value = value * 10 + Int(bytes[at] - 0x30)
            at += 1
        }
        return at > start ? (isNegative ? -value : value) : nil
    }
}
