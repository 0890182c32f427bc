import Catalog
import Kernel
import Orders
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

    public struct Met: Hashable, Sendable {
        public let provider: ProviderID
        public let visits: Int
        public let last: LocalDate
    }

    /// Orders of a category offered to each provider in a month: the measure of its fair share.
    public func shares(of category: Category, in month: Month) throws -> [(provider: ProviderID, offered: Int)] {
        try tx.rows(
            """
            SELECT provider_id, offered FROM provider_share
            WHERE month = \(month) AND category = \(category)
            ORDER BY provider_id
            """
        ) { (try $0.id(), try $0.int()) }
    }

    /// Shares of all categories in a month, for the plan of a whole day.
    public func shares(in month: Month) throws -> [(category: String, provider: ProviderID, offered: Int)] {
        try tx.rows("SELECT category, provider_id, offered FROM provider_share WHERE month = \(month) ORDER BY category, provider_id") {
            (try $0.text(), try $0.id(), try $0.int())
        }
    }

    /// One more order, or one fewer when it was taken back through no doing of the provider.
    public func share(_ provider: ProviderID, _ category: Category, in month: Month, adding count: Int) throws {
        try tx.execute(
            """
            INSERT INTO provider_share (month, category, provider_id, offered)
            VALUES (\(month), \(category), \(provider), \(max(0, count)))
            ON CONFLICT (month, category, provider_id) DO UPDATE
            SET offered = CASE WHEN provider_share.offered + \(count) < 0 THEN 0 ELSE provider_share.offered + \(count) END
            """)
    }

    /// All places taken on a day.
    public func taken(on date: LocalDate) throws -> [Taken] {
        try tx.rows("SELECT provider_id, date, opens, taken FROM slot_load WHERE date = \(date) ORDER BY provider_id, opens") {
            Taken(provider: try $0.id(), date: try $0.date(), opens: try $0.int(), count: try $0.int())
        }
    }

    /// When the workers of these providers are booked around a time: visits that a worker is named for or has begun.
    public func booked(_ providers: [ProviderID], around window: TimeWindow) throws -> [(worker: WorkerID, window: TimeWindow)] {
        try tx.rows(
            """
            SELECT worker_id, second_worker_id, start_ms, end_ms FROM service_order
            WHERE provider_id IN (\(list: providers.map(\.text))) AND state IN ('scheduled', 'in_service')
                AND start_ms > \(window.start - .hours(24)) AND start_ms < \(window.end) AND end_ms > \(window.start)
                AND worker_id IS NOT NULL
            ORDER BY worker_id, start_ms
            """
        ) { (try $0.id(Worker.self), $0.optionalID(Worker.self), try $0.instant(), try $0.instant()) }
        .flatMap { worker, second, start, end in
            TimeWindow(start: start, end: end).map { window in [worker, second].compactMap { $0 }.map { ($0, window) } } ?? []
        }
    }

    /// Visits and trips of a provider that keep its people busy in a time.
    public func engagements(of provider: ProviderID, in window: TimeWindow) throws -> [Fitness.Engagement] {
        try tx.rows(
            """
            SELECT id, number, start_ms, end_ms, worker_id, second_worker_id FROM service_order
            WHERE provider_id = \(provider) AND state IN ('scheduled', 'in_service')
                AND start_ms > \(window.start - .hours(24)) AND start_ms < \(window.end) AND end_ms > \(window.start)
                AND mode IN (\(list: Mode.allCases.filter(\.bindsWorker).map(\.rawValue)))
            ORDER BY start_ms, id
            """
        ) { row -> Fitness.Engagement? in
            let (order, number, start, end): (OrderID, String, Instant, Instant) = (try row.id(), try row.text(), try row.instant(), try row.instant())
            let workers = [row.optionalID(Worker.self), row.optionalID(Worker.self)].compactMap { $0 }
            return TimeWindow(start: start, end: end).map { Fitness.Engagement(order: order, number: number, window: $0, workers: workers) }
        }.compactMap { $0 }
    }

    /// Trips that hold a car of these providers around a time, by provider; which car is the provider's own business.
    public func trips(_ providers: [ProviderID], around window: TimeWindow) throws -> [ProviderID] {
        try tx.rows(
            """
            SELECT provider_id FROM service_order
            WHERE provider_id IN (\(list: providers.map(\.text))) AND state IN ('offered', 'accepted', 'scheduled', 'in_service')
                AND start_ms > \(window.start - .hours(24)) AND start_ms < \(window.end) AND end_ms > \(window.start)
                AND mode = \(Mode.vehicle)
            ORDER BY provider_id
            """
        ) { try $0.id() }
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
