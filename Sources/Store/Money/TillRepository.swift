import Kernel
import Registry

/// 刷卡机登记: which tills are a canteen's, and how often a day one names somebody who is not known.
public struct TillRepository {
    let tx: any Transaction

    public struct Till: Hashable, Sendable {
        public let canteen: ProviderID
        public let device: String
        public let registeredAt: Instant
        public let registeredBy: String
    }

    public func isRegistered(_ device: String, at canteen: ProviderID) throws -> Bool {
        try tx.exists("SELECT 1 FROM till WHERE canteen_id = \(canteen) AND device = \(device) AND ended_ms IS NULL")
    }

    /// - Returns: false when it stands there already.
    public func register(_ device: String, at canteen: ProviderID, by: String, now: Instant) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO till (canteen_id, device, registered_ms, registered_by) VALUES (\(canteen), \(device), \(now), \(by))
            ON CONFLICT (canteen_id, device) DO UPDATE
            SET registered_ms = excluded.registered_ms, registered_by = excluded.registered_by, ended_ms = NULL
            WHERE till.ended_ms IS NOT NULL
            """) == 1
    }

    /// - Returns: false when it is not registered.
    public func end(_ device: String, at canteen: ProviderID, now: Instant) throws -> Bool {
        try tx.execute("UPDATE till SET ended_ms = \(now) WHERE canteen_id = \(canteen) AND device = \(device) AND ended_ms IS NULL") == 1
    }

    public func all(of canteen: ProviderID) throws -> [Till] {
        try tx.rows(
            "SELECT device, registered_ms, registered_by FROM till WHERE canteen_id = \(canteen) AND ended_ms IS NULL ORDER BY device LIMIT 500"
        ) { Till(canteen: canteen, device: try $0.text(), registeredAt: try $0.instant(), registeredBy: try $0.text()) }
    }

    /// Devices that have swiped from a day on without being registered, with how many meals; the most first.
    public func unregistered(of canteen: ProviderID, from day: LocalDate) throws -> [(device: String, meals: Int)] {
        try tx.rows(
            """
            SELECT m.device, COUNT(*) FROM meal_swipe m
            WHERE m.canteen_id = \(canteen) AND m.service_date >= \(day)
                AND NOT EXISTS (SELECT 1 FROM till t WHERE t.canteen_id = m.canteen_id AND t.device = m.device AND t.ended_ms IS NULL)
            GROUP BY m.device ORDER BY 2 DESC, 1 LIMIT 50
            """
        ) { (try $0.text(), try $0.int()) }
    }

    // MARK: Numbers that are nobody's

    /// 报错卡号: a canteen's day, by the platform's clock.
    public struct Misses: Hashable, Sendable {
        public let canteen: ProviderID
        public let day: LocalDate
        public let count: Int
        public let last: Instant
    }

    public func misses(of canteen: ProviderID, on day: LocalDate) throws -> Int {
        Int(try tx.integer("SELECT misses FROM card_miss WHERE day = \(day) AND canteen_id = \(canteen)") ?? 0)
    }

    /// How many since a moment of that day.
    public func misses(of canteen: ProviderID, on day: LocalDate, since moment: Instant) throws -> Int {
        try tx.count("SELECT COUNT(*) FROM card_miss_number WHERE day = \(day) AND canteen_id = \(canteen) AND at_ms > \(moment)")
    }

    /// How many of them a till says it has read.
    public func wrongReads(of device: String, at canteen: ProviderID, on day: LocalDate) throws -> Int {
        try tx.count("SELECT COUNT(*) FROM card_miss_number WHERE day = \(day) AND canteen_id = \(canteen) AND read_by = \(device)")
    }

    /// - Returns: false for a number that has been noted this day.
    public func noteMiss(_ hash: String, of canteen: ProviderID, on day: LocalDate, readBy device: String?, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO card_miss_number (day, canteen_id, number_sha256, read_by, at_ms) VALUES (\(day), \(canteen), \(hash), \(device), \(now))
            ON CONFLICT (day, canteen_id, number_sha256) DO NOTHING
            """) == 1
    }

    /// - Returns: how many there are now.
    public func countMiss(of canteen: ProviderID, on day: LocalDate, at now: Instant) throws -> Int {
        try tx.one(
            """
            INSERT INTO card_miss (day, canteen_id, misses, last_ms) VALUES (\(day), \(canteen), 1, \(now))
            ON CONFLICT (day, canteen_id) DO UPDATE SET misses = card_miss.misses + 1, last_ms = excluded.last_ms
            RETURNING misses
            """
        ) { try $0.int() }
    }

    /// Days with so many or more, the latest first.
    public func misses(from day: LocalDate, atLeast count: Int) throws -> [Misses] {
        try tx.rows(
            """
            SELECT canteen_id, day, misses, last_ms FROM card_miss
            WHERE day >= \(day) AND misses >= \(count) ORDER BY day DESC, misses DESC, canteen_id LIMIT 200
            """
        ) { Misses(canteen: try $0.id(), day: try $0.date(), count: try $0.int(), last: try $0.instant()) }
    }

    /// Doubts what a canteen has handed in on a day by numbers alone, for whatever day of the month before it, unless it is settled.
    public func doubtNumbers(of canteen: ProviderID, receivedOn day: LocalDate) throws {
        try tx.execute(
            """
            UPDATE meal_swipe SET doubt = 'guessing'
            WHERE canteen_id = \(canteen) AND service_date >= \(day.adding(days: -31))
                AND received_ms >= \(Instant(day, minute: 0)) AND received_ms < \(Instant(day.adding(days: 1), minute: 0))
                AND entry IN ('typed', 'elder') AND settlement = 'ready'
            """)
    }
}

extension Transaction {
    public var tills: TillRepository { TillRepository(tx: self) }
}
