/// One thing wrong with one row of an import file.
public struct RowFault: Error, Hashable, Sendable {
    /// The line on which the row starts; 1 is the header.
    public let line: Int
    public let column: String
    /// Stable and in `snake_case`, for programs: `missing`, `bad_date`, `check_digit` …
    public let code: String
    /// A sentence in Chinese; never repeats an identity or telephone number.
    public let reason: String

    public init(line: Int, column: String, code: String, reason: String) {
        self.line = line
        self.column = column
        self.code = code
        self.reason = reason
    }
}

extension RowFault: CustomStringConvertible {
    public var description: String { "第\(line)行 \(column)：\(reason)" }
}

/// Everything wrong with one row, in the order of the columns; never empty.
public struct RowFaults: Error, Hashable, Sendable {
    public let all: [RowFault]

    public init(_ all: [RowFault]) { self.all = all }
}
