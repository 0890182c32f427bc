import Kernel

/// 单据: a table with a title and places to sign, the same value whatever it is rendered as: screen, print, CSV or spreadsheet.
///
/// Totals are computed here, once, from the rows, so that no rendering can add up differently.
public struct Document: Hashable, Sendable {
    /// `结算汇总表`
    public let title: String
    /// What it is about, one fact a pair: month, provider, batch.
    public let facts: [Fact]
    public let columns: [Column]
    public let rows: [[Cell]]
    /// Sentences under the table, such as the amount in capitals.
    public let notes: [String]
    /// Who signs: 制表, 复核, 审核, 负责人 … with a place for the seal.
    public let signers: [String]
    /// Printed in large type, for elders.
    public let isLarge: Bool

    public struct Fact: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    /// - Precondition: every row has a cell for every column.
    public init(
        title: String, facts: [(String, String)], columns: [Column], rows: [[Cell]], notes: [String] = [],
        signers: [String] = ["制表", "复核", "审核", "负责人"], isLarge: Bool = false
    ) {
        // A row of another width would put sums under the wrong heads.
        precondition(rows.allSatisfy { $0.count == columns.count })
        self.title = title
        self.facts = facts.map(Fact.init)
        self.columns = columns
        self.rows = rows
        self.notes = notes
        self.signers = signers
        self.isLarge = isLarge
    }

    /// One cell a column: sums of the summed columns, blank elsewhere.
    public var totals: [Cell] { sums(rows) }

    func sums(_ rows: some Sequence<[Cell]>) -> [Cell] {
        var sums = [Int64](repeating: 0, count: columns.count)
        for row in rows { for (index, cell) in row.enumerated() { sums[index] += cell.number ?? 0 } }
        return columns.enumerated().map { index, column in
            guard column.isSummed else { return .blank }
            return column.kind == .amount ? .amount(Fen(sums[index])) : .integer(Int(sums[index]))
        }
    }

    public var hasTotals: Bool { columns.contains(where: \.isSummed) }
}

/// One column of a ``Document``.
public struct Column: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case text
        /// Account numbers and codes: text even where a spreadsheet would see a number.
        case digits
        case integer
        /// Yuan with two decimals.
        case amount
        case date
    }

    public let name: String
    public let kind: Kind
    /// In half-width characters: a Chinese character takes two.
    public let width: Int
    public let isSummed: Bool

    public init(_ name: String, _ kind: Kind = .text, width: Int = 8, isSummed: Bool = false) {
        self.name = name
        self.kind = kind
        self.width = width
        self.isSummed = isSummed
    }

    /// 金额: summed.
    public static func amount(_ name: String, width: Int = 10) -> Column { Column(name, .amount, width: width, isSummed: true) }
    /// 人次, 单数 …: summed.
    public static func count(_ name: String, width: Int = 6) -> Column { Column(name, .integer, width: width, isSummed: true) }
    public static let ordinal = Column("序号", .integer, width: 4)
}

/// What stands in one cell.
public enum Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    case blank
    case text(String)
    case integer(Int)
    case amount(Fen)
    case date(LocalDate)

    public init(stringLiteral value: String) { self = .text(value) }

    /// As in a CSV file: amounts in yuan with two decimals and no thousands marks.
    public var text: String {
        switch self {
        case .blank: ""
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .amount(let fen): fen.yuan
        case .date(let date): date.description
        }
    }

    /// As people read it: amounts with thousands marks.
    public var shown: String {
        guard case .amount(let fen) = self else { return text }
        return fen.grouped
    }

    var number: Int64? {
        switch self {
        case .integer(let number): Int64(number)
        case .amount(let fen): fen.amount
        case .blank, .text, .date: nil
        }
    }
}

extension Document {
    /// UTF-8 with a byte order mark, header, rows and a line of totals; long digits as they are.
    public var csv: String {
        var text = CSV.byteOrderMark + CSV.line(columns.map(\.name))
        for row in rows { text += CSV.line(row.map(\.text)) }
        if hasTotals { text += CSV.line(labelled("合计", totals).map(\.text)) }
        return text
    }

    /// Totals with a word in the first column, whatever that column is.
    public func labelled(_ word: String, _ sums: [Cell]) -> [Cell] { [.text(word)] + sums.dropFirst() }
}
