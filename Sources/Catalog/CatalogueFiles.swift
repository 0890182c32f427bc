import Kernel

/// What is wrong with a file of the catalogue: which file, which row, what.
public struct CatalogueFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// 1 is the header; 0 the file as a whole.
    public let line: Int
    public let message: String

    public init(file: String, line: Int, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String { line == 0 ? "\(file)：\(message)" : "\(file):\(line)：\(message)" }
}

public struct CatalogueFaults: Error, Sendable, CustomStringConvertible {
    public let all: [CatalogueFault]
    public init(_ all: [CatalogueFault]) { self.all = all }
    public var description: String { all.map(\.description).joined(separator: "\n") }
}

/// The bytes of the catalogue's files, by name. Reading them from a disk or a database is somebody else's business.
public struct CatalogueFiles: Sendable {
    public static let required: [String: [String]] = [
        "categories.csv": ["code", "name"],
        "kinds.csv": ["code", "name", "credentials"],
        "credentials.csv": ["code", "name", "holder"],
        "items.csv": [
            "code", "category", "name", "gb_group", "unit", "mode", "duration_min", "kinds", "credentials", "staff", "fundable", "cap",
            "evidence", "questions", "aliases", "tags", "notes",
        ],
        "prices.csv": ["item", "price_type", "guide_price", "from", "until", "source"],
        "pinyin.csv": ["phrase", "reading"],
        "regions.csv": ["code", "district", "district_name", "name", "latitude", "longitude", "neighbours"],
        "classes.csv": ["code", "name", "rank", "notes"],
        "parameters.csv": ["key", "value", "unit", "from", "source"],
        "calendar.csv": ["date", "kind", "name"],
    ]

    public static var names: [String] { required.keys.sorted() }

    private let contents: [String: [UInt8]]

    public init(_ contents: [String: [UInt8]]) { self.contents = contents }

    public subscript(name: String) -> [UInt8]? { contents[name] }
}

/// One row under its column names, with where it stands.
struct SourceRow: Sendable {
    let file: String
    let line: Int
    let fields: [String: String]

    subscript(column: String) -> String { fields[column] ?? "" }
    func list(_ column: String) -> [String] { self[column].split(separator: ";").map { String($0) } }
    func fault(_ message: String) -> CatalogueFault { CatalogueFault(file: file, line: line, message: message) }
}

/// The rows of all files, before anything is made of them: what the checks look at.
struct SourceTables: Sendable {
    private(set) var rows: [String: [SourceRow]] = [:]
    private(set) var faults: [CatalogueFault] = []

    init(_ files: CatalogueFiles) {
        for (name, columns) in CatalogueFiles.required.sorted(by: { $0.key < $1.key }) {
            guard let bytes = files[name] else {
                faults.append(CatalogueFault(file: name, line: 0, message: "缺少文件"))
                continue
            }
            do {
                let table = try CSVTable(bytes, requiring: columns)
                rows[name] = table.records.map { record in
                    SourceRow(
                        file: name, line: record.line,
                        fields: Dictionary(uniqueKeysWithValues: columns.map { ($0, table.field(record, $0)) }))
                }
            } catch {
                faults.append(CatalogueFault(file: name, line: error.line, message: error.reason))
            }
        }
    }

    subscript(file: String) -> [SourceRow] { rows[file] ?? [] }
    func codes(_ file: String) -> Set<String> { Set(self[file].map { $0["code"] }) }
}
