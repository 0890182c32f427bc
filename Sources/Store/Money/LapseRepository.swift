import Entitlement
import Kernel
import Registry

/// What a statistic of unused balances looks at: everybody on the register, and what has been opened for them.
public struct LapseRepository {
    let tx: any Transaction

    /// The accounts of some periods, by elder.
    public func accounts(_ keys: [BalanceKey]) throws -> [ElderID: [BalanceKey: Balance]] {
        var found: [ElderID: [BalanceKey: Balance]] = [:]
        let wanted = Set(keys)
        for part in Set(keys.map(\.period)).sorted().chunked(by: Chunk.keys) {
            try tx.forEachRow(
                """
                SELECT elder_id, programme, period, granted_fen, reserved_fen, posted_fen FROM entitlement
                WHERE period IN (\(list: Array(part)))
                """
            ) { row in
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
}

extension Transaction {
    public var lapses: LapseRepository { LapseRepository(tx: self) }
}
