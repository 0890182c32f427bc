import Kernel
import Registry

/// How full providers' slots are, and who knows whom.
public struct LoadRepository {
    let tx: any Transaction

    public struct Taken: Sendable {
        public let provider: ProviderID
        public let date: LocalDate
        public let opens: Int
        public let count: Int
    }

    /// The orders already taken by these providers on a day or a run of days, by opening window.
    public func taken(from: LocalDate, until: LocalDate, by providers: [ProviderID]) throws -> [Taken] {
        if from == until {
            return try tx.rows(
                """
                SELECT provider_id, date, opens, taken FROM slot_load
                WHERE provider_id IN (\(list: providers.map(\.text))) AND date = \(from)
                ORDER BY provider_id, opens
                """
            ) { Taken(provider: try $0.id(), date: try $0.date(), opens: try $0.int(), count: try $0.int()) }
        }
        return try tx.rows(
            """
            SELECT provider_id, date, opens, taken FROM slot_load
            WHERE provider_id IN (\(list: providers.map(\.text))) AND date >= \(from) AND date <= \(until)
            ORDER BY provider_id, date, opens
            """
        ) { Taken(provider: try $0.id(), date: try $0.date(), opens: try $0.int(), count: try $0.int()) }
    }

    public func take(_ slot: Slot) throws {
        try tx.execute(
            """
            INSERT INTO slot_load (provider_id, date, opens, taken) VALUES (\(slot.provider), \(slot.date), \(slot.opens), 1)
            ON CONFLICT (provider_id, date, opens) DO UPDATE SET taken = slot_load.taken + 1
            """)
    }

    public func giveBack(_ slot: Slot) throws {
        try tx.execute(
            """
            UPDATE slot_load SET taken = taken - 1
            WHERE provider_id = \(slot.provider) AND date = \(slot.date) AND opens = \(slot.opens)
            """)
    }

    public struct Met: Sendable {
        public let provider: ProviderID
        public let visits: Int
        public let last: LocalDate
    }

    public func meetings(of elder: ElderID) throws -> [Met] {
        try tx.rows("SELECT provider_id, visits, last_date FROM meeting WHERE elder_id = \(elder) ORDER BY provider_id") {
            Met(provider: try $0.id(), visits: try $0.int(), last: try $0.date())
        }
    }

    public func met(_ elder: ElderID, _ provider: ProviderID, on date: LocalDate) throws {
        try tx.execute(
            """
            INSERT INTO meeting (elder_id, provider_id, visits, last_date) VALUES (\(elder), \(provider), 1, \(date))
            ON CONFLICT (elder_id, provider_id) DO UPDATE SET visits = meeting.visits + 1, last_date = excluded.last_date
            """)
    }
}

extension Transaction {
    public var loads: LoadRepository { LoadRepository(tx: self) }
}
