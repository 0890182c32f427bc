import Kernel
import Orders

/// Counts for the wall board. A figure and its rows are one query, so that they can never disagree.
public struct BoardRepository {
    let tx: any Transaction

    /// The day in question, and the moment.
    public struct Today: Sendable {
        public let now: Instant
        public let date: LocalDate
        public init(_ now: Instant) {
            self.now = now
            date = now.localDate
        }
        var start: Instant { Instant(date, minute: 0) }
        /// Ids begin with the time at which they were made.
        var firstID: String { IDMaker.text(at: start, random: 0) }
    }

    public func count(_ figure: BoardFigure, _ today: Today) throws -> Int {
        try Int(tx.integer("SELECT COUNT(*) FROM (\(nested: Self.rows(figure, today))) AS figure") ?? 0)
    }

    /// The rows behind a figure, newest first; of all that is open, which may be tens of thousands, the most overdue first, as an index has them.
    public func rows(_ figure: BoardFigure, _ today: Today, limit: Int) throws -> [BoardRow] {
        let rows = Self.rows(figure, today)
        let ordered: SQL = figure == .open ? "\(nested: rows) ORDER BY timer_due_ms, id" : "\(nested: rows) ORDER BY 4 DESC, 1"
        return try tx.rows("\(nested: ordered) LIMIT \(limit)") {
            BoardRow(subject: try $0.text(), label: try $0.text(), region: try $0.text(), atMilliseconds: try $0.integer())
        }
    }

    private static func rows(_ figure: BoardFigure, _ today: Today) -> SQL {
        switch figure {
        case .calls:
            "SELECT id, COALESCE(outcome, ''), '', rang_ms FROM call WHERE rang_ms >= \(today.start) AND rang_ms <= \(today.now)"
        case .queue:
            """
            SELECT id, '', '', rang_ms FROM call
            WHERE rang_ms >= \(today.now - .hours(1)) AND rang_ms <= \(today.now) AND answered_ms IS NULL AND ended_ms IS NULL
            """
        case .abandoned:
            """
            SELECT id, COALESCE(outcome, ''), '', rang_ms FROM call
            WHERE rang_ms >= \(today.start) AND rang_ms <= \(today.now) AND answered_ms IS NULL AND ended_ms IS NOT NULL
            """
        case .orders:
            "SELECT number, item_code, region, created_ms FROM service_order WHERE id >= \(today.firstID) AND created_ms >= \(today.start)"
        case .open:
            """
            SELECT number, item_code, region, start_ms FROM service_order
            WHERE timer_due_ms IS NOT NULL AND state NOT IN ('closed', 'cancelled', 'failed', 'voided')
            """
        case .late:
            """
            SELECT number, item_code, region, timer_due_ms FROM service_order
            WHERE timer_due_ms IS NOT NULL AND timer_due_ms <= \(today.now) AND state NOT IN ('closed', 'cancelled', 'failed', 'voided')
            """
        case .emergencies:
            """
            SELECT number, item_code, region, created_ms FROM service_order
            WHERE timer_due_ms IS NOT NULL AND urgency = 'emergency' AND state NOT IN ('closed', 'cancelled', 'failed', 'voided')
            """
        case .running:
            """
            SELECT number, item_code, region, start_ms FROM service_order WHERE timer_due_ms IS NOT NULL AND state = 'in_service'
            """
        case .unmet:
            """
            SELECT o.number, u.item_code, u.region, MAX(u.at_ms) FROM unmet_demand u JOIN service_order o ON o.id = u.order_id
            WHERE u.at_ms >= \(today.start) AND u.at_ms <= \(today.now) GROUP BY o.number, u.item_code, u.region
            """
        case .meals:
            """
            SELECT id, canteen_id, '', device_ms FROM meal_swipe WHERE service_date = \(today.date) AND is_reversed = 0
            """
        case .visits:
            """
            SELECT o.number, o.item_code, o.region, v.out_at_ms FROM service_order o JOIN visit v ON v.order_id = o.id
            WHERE o.service_date = \(today.date) AND v.out_at_ms IS NOT NULL
            """
        case .punctual:
            """
            SELECT o.number, o.item_code, o.region, v.in_at_ms FROM service_order o JOIN visit v ON v.order_id = o.id
            WHERE o.service_date = \(today.date) AND v.out_at_ms IS NOT NULL AND v.in_at_ms <= o.start_ms + 900000
            """
        case .complaints:
            """
            SELECT o.number, o.item_code, o.region, c.opened_ms FROM complaint c JOIN service_order o ON o.id = c.order_id
            WHERE c.closed_ms IS NULL
            """
        case .callbacks:
            """
            SELECT o.number, o.item_code, o.region, c.at_ms FROM callback c JOIN service_order o ON o.id = c.order_id
            WHERE c.at_ms >= \(today.now - .days(30))
            """
        }
    }

    /// Satisfaction 1 … 5 of the last thirty days in hundredths, nil when nobody has been asked.
    public func satisfaction(_ today: Today) throws -> Int? {
        try tx.integer(
            """
            SELECT CAST(SUM(satisfaction) * 100 / COUNT(satisfaction) AS BIGINT) FROM callback
            WHERE at_ms >= \(today.now - .days(30)) AND satisfaction IS NOT NULL
            """
        ).map { Int($0) }
    }

    /// Orders by state, of those that still wait for something.
    public func states() throws -> [OrderState: Int] {
        let rows = try tx.rows("SELECT state, COUNT(*) FROM service_order WHERE timer_due_ms IS NOT NULL GROUP BY state ORDER BY state") {
            (try $0.value(OrderState.self), try $0.int())
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Registered elders by street.
    public func elders() throws -> [String: Int] {
        let rows = try tx.rows("SELECT region, COUNT(*) FROM elder GROUP BY region ORDER BY region") { (try $0.text(), try $0.int()) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Orders of a run of days by street and category, and how many found nobody.
    public func demand(from: LocalDate, until: LocalDate) throws -> [(region: String, category: String, orders: Int)] {
        try tx.rows(
            """
            SELECT region, SUBSTR(item_code, 1, 2), COUNT(*) FROM service_order
            WHERE id >= \(IDMaker.text(at: Instant(from.adding(days: -91), minute: 0), random: 0))
                AND service_date >= \(from) AND service_date <= \(until)
            GROUP BY 1, 2
            ORDER BY 1, 2
            """
        ) { (try $0.text(), try $0.text(), try $0.int()) }
    }

    /// Orders taken by hour of a day, 24 numbers.
    public func byHour(_ date: LocalDate) throws -> [Int] {
        let start = Instant(date, minute: 0)
        var hours = [Int](repeating: 0, count: 24)
        let rows = try tx.rows(
            """
            SELECT (created_ms - \(start)) / 3600000, COUNT(*) FROM service_order
            WHERE id >= \(IDMaker.text(at: start, random: 0)) AND created_ms >= \(start) AND created_ms < \(start + .days(1))
            GROUP BY 1
            ORDER BY 1
            """
        ) { (try $0.int(), try $0.int()) }
        for (hour, count) in rows where hours.indices.contains(hour) { hours[hour] = count }
        return hours
    }

    /// Meals of a day by canteen, most first.
    public func meals(_ date: LocalDate) throws -> [(canteen: String, meals: Int)] {
        try tx.rows(
            """
            SELECT canteen_id, COUNT(*) FROM meal_swipe WHERE service_date = \(date) AND is_reversed = 0
            GROUP BY canteen_id ORDER BY 2 DESC, 1 LIMIT 60
            """
        ) { (try $0.text(), try $0.int()) }
    }

    /// Public money of a month by programme: promised to orders under way, and owed for proven visits (the ledger's own totals).
    public func spent(_ month: Month) throws -> [(programme: String, reserved: Fen, posted: Fen)] {
        let suffix = "/\(month)"
        let promised = try tx.rows(
            """
            SELECT SUBSTR(name, 10, LENGTH(name) - 17), debit_fen - credit_fen FROM account
            WHERE name >= 'reserved/' AND name < 'reserved0' AND SUBSTR(name, LENGTH(name) - 7) = \(suffix) ORDER BY name
            """
        ) { (try $0.text(), try $0.fen()) }
        let reserved = Dictionary(uniqueKeysWithValues: promised)
        // What has left a programme's budget is either still promised or owed.
        return try tx.rows(
            """
            SELECT SUBSTR(name, 8, LENGTH(name) - 15), credit_fen - debit_fen FROM account
            WHERE name >= 'budget/' AND name < 'budget0' AND SUBSTR(name, LENGTH(name) - 7) = \(suffix) ORDER BY name
            """
        ) {
            let (programme, used) = (try $0.text(), try $0.fen())
            return (programme, reserved[programme] ?? .zero, used - (reserved[programme] ?? .zero))
        }
    }
}

extension Transaction {
    public var board: BoardRepository { BoardRepository(tx: self) }
}
