import Kernel
import Registry

/// What has changed about a provider since its files were published: its state, days on which it is closed, and how much it takes.
public struct ProviderNotice: Hashable, Sendable {
    public let provider: ProviderID
    /// Nil while the published state holds.
    public var state: FranchiseState?
    /// Besides the published ones.
    public var closedDays: [LocalDate]
    /// Orders that an opening window takes for the time being, where more are published; nil for as many as published.
    public var capacity: Int?
    public var version: Int

    public init(provider: ProviderID, state: FranchiseState? = nil, closedDays: [LocalDate] = [], capacity: Int? = nil, version: Int = 0) {
        self.provider = provider
        self.state = state
        self.closedDays = closedDays
        self.capacity = capacity
        self.version = version
    }
}

public struct ProviderRepository {
    let tx: any Transaction

    public func notices() throws -> [ProviderNotice] {
        try tx.rows("SELECT id, state, closed_days, capacity, version FROM provider ORDER BY id") { try ProviderNotice(row: &$0) }
    }

    public func find(_ id: ProviderID) throws -> ProviderNotice? {
        try tx.first("SELECT id, state, closed_days, capacity, version FROM provider WHERE id = \(id)") { try ProviderNotice(row: &$0) }
    }

    /// Grows with every change of any notice: what a process remembers to see whether others have changed something.
    public func edition() throws -> Int64 { try tx.integer("SELECT COALESCE(CAST(SUM(version) AS BIGINT), 0) FROM provider") ?? 0 }

    /// Writes the notice with the next version.
    ///
    /// - Throws: `provider_changed` when somebody else has changed it since it was read.
    public func save(_ notice: ProviderNotice) throws {
        let days = notice.closedDays.map(\.description).joined(separator: ";")
        let changed = try tx.execute(
            """
            INSERT INTO provider (id, state, closed_days, capacity, version)
            VALUES (\(notice.provider), \(notice.state?.rawValue ?? ""), \(days), \(notice.capacity), \(notice.version + 1))
            ON CONFLICT (id) DO UPDATE
            SET state = excluded.state, closed_days = excluded.closed_days, capacity = excluded.capacity, version = excluded.version
            WHERE provider.version = \(notice.version)
            """)
        guard changed == 1 else { throw Rejection(.conflict, "provider_changed", "服务商资料刚被别人修改，请刷新后再操作。") }
    }
}

extension ProviderNotice {
    init(row: inout Row) throws {
        let id: ProviderID = try row.id()
        let (state, days) = (try row.text(), try row.text())
        let known = FranchiseState(rawValue: state)
        guard known != nil || state.isEmpty else { throw StoreFault.corrupt("provider \(id): state \(state)") }
        let closed = try days.split(separator: ";").map { text in
            guard let day = LocalDate(text) else { throw StoreFault.corrupt("provider \(id): closed day \(text)") }
            return day
        }
        let capacity = row.optionalInteger().map { Int($0) }
        self.init(provider: id, state: known, closedDays: closed, capacity: capacity, version: try row.int())
    }
}

extension Transaction {
    public var providers: ProviderRepository { ProviderRepository(tx: self) }
}
