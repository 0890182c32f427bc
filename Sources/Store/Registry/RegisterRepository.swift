import Kernel
import Registry

/// 档案项目: written by adding; the latest of each item holds, those before are its history.
public struct RegisterRepository {
    let tx: any Transaction

    public struct Entry: Hashable, Sendable {
        /// Counts the entries of one elder.
        public let seq: Int
        public let item: RegisterItem
        public let value: String
        public let at: Instant
        public let by: String
    }

    /// More than any file will ever hold: 27 items, each changed seventy times.
    static let limit = 2000

    /// All entries of an elder, oldest first.
    public func entries(of elder: ElderID) throws -> [Entry] {
        try tx.rows("SELECT seq, item, value, at_ms, by_name FROM elder_item WHERE elder_id = \(elder) ORDER BY seq LIMIT \(Self.limit)") {
            Entry(seq: try $0.int(), item: try $0.value(), value: try $0.text(), at: try $0.instant(), by: try $0.text())
        }
    }

    public func add(_ entry: Entry, to elder: ElderID) throws {
        try tx.execute(
            """
            INSERT INTO elder_item (elder_id, seq, item, value, at_ms, by_name)
            VALUES (\(elder), \(entry.seq), \(entry.item.rawValue), \(entry.value), \(entry.at), \(entry.by))
            """)
    }
}

extension RegisterRepository.Entry {
    public init(_ seq: Int, _ item: RegisterItem, _ value: String, at: Instant, by: String) {
        self.init(seq: seq, item: item, value: value, at: at, by: by)
    }
}

extension Transaction {
    public var register: RegisterRepository { RegisterRepository(tx: self) }
}
