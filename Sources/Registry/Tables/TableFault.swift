/// One thing wrong with the providers' files.
public struct TableFault: Error, Hashable, Sendable {
    /// Such as `offers.csv`.
    public let file: String
    /// The line on which the row starts; 1 is the header. 0 when the whole file is meant.
    public let line: Int
    /// A sentence in Chinese.
    public let reason: String

    public init(file: String, line: Int, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }
}

extension TableFault: CustomStringConvertible {
    public var description: String { line == 0 ? "\(file)：\(reason)" : "\(file):\(line)：\(reason)" }
}

/// Everything wrong with the files, by file and line; never empty.
public struct TableFaults: Error, Hashable, Sendable {
    public let all: [TableFault]

    public init(_ all: [TableFault]) { self.all = all }
}
