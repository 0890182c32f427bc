/// One INSERT for many rows: the text for a full part is made once and prepared once, so a row costs little more than its values.
struct BulkInsert: Sendable {
    private let head: String
    private let width: Int
    private let tail: String
    private let full: String

    /// Rows of one statement: PostgreSQL saves the ways to and fro, SQLite gains little beyond a few.
    static let part = 8

    /// - Parameters:
    ///   - head: `INSERT INTO table (columns)`
    ///   - tail: what stands behind the rows, as `ON CONFLICT … DO NOTHING`
    init(_ head: String, width: Int, tail: String = "") {
        (self.head, self.width, self.tail) = (head, width, tail)
        full = Self.text(head, width: width, rows: Self.part, tail)
    }

    /// - Parameter append: adds the values of one row, in the order of the columns.
    func run<Row>(_ rows: [Row], _ tx: any Transaction, append: (Row, inout [SQL.Value]) -> Void) throws {
        var values: [SQL.Value] = []
        for part in rows.chunked(by: Self.part) {
            values.removeAll(keepingCapacity: true)
            for row in part { append(row, &values) }
            precondition(values.count == part.count * width, "a row of another width")
            try tx.execute(SQL(text: part.count == Self.part ? full : Self.text(head, width: width, rows: part.count, tail), values: values))
        }
    }

    private static func text(_ head: String, width: Int, rows: Int, _ tail: String) -> String {
        let rows = (0..<rows).map { row in "(\((1...width).map { "$\(row * width + $0)" }.joined(separator: ", ")))" }
        return "\(head)\nVALUES \(rows.joined(separator: ",\n    "))\n\(tail)"
    }
}

/// How many keys go into one statement: each length is a statement of its own.
enum Chunk {
    static let keys = 64
}

extension Array {
    /// The array in parts of at most `size`.
    package func chunked(by size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
