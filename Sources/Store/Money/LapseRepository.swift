import Entitlement
import Kernel
import Registry

/// What a statistic of unused balances looks at: everybody on the register, and what has been opened for them.
public struct LapseRepository {
    let tx: any Transaction

    /// How far the ledger and the log go.
    public struct Stand: Hashable, Sendable {
        let entry: Int64
        let event: Int64

        /// Entries and events after an earlier stand.
        public func count(since earlier: Stand) -> Int64 { entry - earlier.entry + event - earlier.event }
    }

    public func stand() throws -> Stand {
        Stand(entry: try tx.integer("SELECT MAX(seq) FROM posting") ?? 0, event: try tx.integer("SELECT MAX(seq) FROM event") ?? 0)
    }

    /// Whose accounts or files have changed since: everybody whom an entry of the ledger or an event of the register is about.
    ///
    /// - Returns: nil when a file of many was imported, which is one event.
    public func touched(since stand: Stand) throws -> [ElderID]? {
        let events = try tx.rows("SELECT DISTINCT type, subject FROM event WHERE seq > \(stand.event) AND type LIKE 'elder%'") {
            (type: try $0.text(), elder: try $0.id(Elder.self))
        }
        guard events.allSatisfy({ $0.type.hasPrefix("elder.") }) else { return nil }
        var elders = Set(events.map(\.elder))
        let subjects = try tx.rows("SELECT DISTINCT subject FROM posting WHERE seq > \(stand.entry)") { try $0.text() }
        for part in subjects.chunked(by: Chunk.keys) {
            let part = Array(part)
            try tx.forEachRow(
                """
                SELECT elder_id FROM service_order WHERE id IN (\(list: part))
                UNION SELECT elder_id FROM meal_swipe WHERE id IN (\(list: part))
                UNION SELECT elder_id FROM payout WHERE id IN (\(list: part))
                """
            ) { elders.insert(try $0.id()) }
        }
        return elders.sorted()
    }

    /// The accounts of some periods, by elder.
    ///
    /// - Parameter elders: nil for everybody's.
    public func accounts(_ keys: [BalanceKey], of elders: [ElderID]? = nil) throws -> [ElderID: [BalanceKey: Balance]] {
        var found: [ElderID: [BalanceKey: Balance]] = [:]
        let wanted = Set(keys)
        let columns: StaticString = "elder_id, programme, period, granted_fen, reserved_fen, posted_fen"
        let queries: [SQL] =
            if let elders {
                elders.chunked(by: Chunk.keys).map { "SELECT \(sql: columns) FROM entitlement WHERE elder_id IN (\(list: $0.map(\.text)))" }
            } else {
                Set(keys.map(\.period)).sorted().chunked(by: Chunk.keys).map {
                    "SELECT \(sql: columns) FROM entitlement WHERE period IN (\(list: Array($0)))"
                }
            }
        for query in queries {
            try tx.forEachRow(query) { row in
                let elder = try row.id(Elder.self)
                let key = BalanceKey(programme: try row.text(), period: try row.text())
                guard wanted.contains(key) else { return }
                found[elder, default: [:]][key] = Balance(granted: try row.fen(), reserved: try row.fen(), posted: try row.fen())
            }
        }
        return found
    }

    /// Everybody who ever was on the register.
    public func forEachElder(_ body: (Diner) throws -> Void) throws {
        try tx.forEachRow("SELECT \(sql: Diner.columns) FROM elder ORDER BY id") { try body(try Diner(row: &$0)) }
    }

    public func forEach(_ elders: [ElderID], _ body: (Diner) throws -> Void) throws {
        for part in elders.chunked(by: Chunk.keys) {
            try tx.forEachRow("SELECT \(sql: Diner.columns) FROM elder WHERE id IN (\(list: part.map(\.text)))") { try body(try Diner(row: &$0)) }
        }
    }
}

extension Transaction {
    public var lapses: LapseRepository { LapseRepository(tx: self) }
}
