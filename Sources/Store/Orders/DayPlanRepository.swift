import Kernel
import Matching
import Orders
import Registry

/// Day plans by provider and day, with what goes into them: the orders of the day, pins and shifts.
public struct DayPlanRepository {
    let tx: any Transaction

    public struct Stored: Sendable {
        public let provider: ProviderID
        public let day: LocalDate
        /// 1, 2, 3 …; every planning of the day makes one, and none is ever changed.
        public let version: Int
        public let madeAt: Instant
        public let madeBy: String
        public let plan: ProviderPlan

        public init(provider: ProviderID, day: LocalDate, version: Int, madeAt: Instant, madeBy: String, plan: ProviderPlan) {
            self.provider = provider
            self.day = day
            self.version = version
            self.madeAt = madeAt
            self.madeBy = madeBy
            self.plan = plan
        }
    }

    /// 班次 of one worker on one day, minutes since midnight; who has none works the usual hours.
    public struct Shift: Hashable, Sendable {
        public let worker: WorkerID
        public let isAbsent: Bool
        public let from: Int
        public let until: Int
        public let pause: Range<Int>?

        public init(worker: WorkerID, isAbsent: Bool, from: Int, until: Int, pause: Range<Int>?) {
            self.worker = worker
            self.isAbsent = isAbsent
            self.from = from
            self.until = until
            self.pause = pause
        }
    }

    /// What a provider has accepted for a day and not finished, by start.
    public func orders(of provider: ProviderID, on day: LocalDate) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: OrderRepository.columns) FROM service_order
            WHERE provider_id = \(provider) AND service_date = \(day) AND state IN ('accepted', 'scheduled', 'in_service')
            ORDER BY start_ms, id
            """) { try Order(row: &$0) }
    }

    /// - Parameter version: nil for the latest.
    public func find(_ provider: ProviderID, on day: LocalDate, version: Int? = nil) throws -> Stored? {
        let head = try tx.first(
            """
            SELECT version, made_ms, made_by, travel_min FROM day_plan
            WHERE provider_id = \(provider) AND day = \(day) AND version <= \(version ?? Int(Int32.max))
            ORDER BY version DESC
            LIMIT 1
            """
        ) { (version: try $0.int(), madeAt: try $0.instant(), madeBy: try $0.text(), travel: try $0.int()) }
        guard let head, version == nil || head.version == version else { return nil }
        var (visits, unplaced): ([ProviderPlan.Visit], [ProviderPlan.Unplaced]) = ([], [])
        try tx.forEachRow(
            """
            SELECT order_id, worker_id, second_worker_id, start_ms, end_ms, late_min, is_pinned, is_moved, unplaced_reason
            FROM day_plan_visit
            WHERE provider_id = \(provider) AND day = \(day) AND version = \(head.version)
            ORDER BY order_id
            """
        ) { row in
            let order = try row.id(Order.self)
            let (worker, second) = (row.optionalID(Worker.self), row.optionalID(Worker.self))
            let (start, end) = (row.optionalInstant(), row.optionalInstant())
            let (late, isPinned, isMoved) = (try row.int(), try row.bool(), try row.bool())
            if let worker, let start, let end {
                visits.append(
                    .init(
                        order: order, assignment: .init(worker: worker, second: second, start: start), end: end, late_min: late,
                        isPinned: isPinned, isMoved: isMoved))
            } else {
                unplaced.append(.init(order: order, reason: try row.value()))
            }
        }
        return Stored(
            provider: provider, day: day, version: head.version, madeAt: head.madeAt, madeBy: head.madeBy,
            plan: ProviderPlan(visits: visits, unplaced: unplaced, travel_min: head.travel))
    }

    /// The version of the day's latest plan, when `order` stands in it with a worker; nil otherwise.
    public func standing(_ order: OrderID, of provider: ProviderID, on day: LocalDate) throws -> Int? {
        try tx.first(
            """
            SELECT version FROM day_plan_visit
            WHERE provider_id = \(provider) AND day = \(day) AND order_id = \(order) AND worker_id IS NOT NULL
                AND version = (SELECT MAX(version) FROM day_plan WHERE provider_id = \(provider) AND day = \(day))
            """
        ) { try $0.int() }
    }

    /// Days from `day` on whose latest plan sends somebody to an order that is no longer the provider's to do.
    public func stale(of provider: ProviderID, from day: LocalDate) throws -> [LocalDate] {
        try tx.rows(
            """
            SELECT DISTINCT visit.day FROM day_plan_visit visit
            JOIN (SELECT day, MAX(version) AS version FROM day_plan WHERE provider_id = \(provider) AND day >= \(day) GROUP BY day) latest
                ON latest.day = visit.day AND latest.version = visit.version
            JOIN service_order ON service_order.id = visit.order_id
            WHERE visit.provider_id = \(provider) AND visit.worker_id IS NOT NULL
                AND (service_order.provider_id IS NULL OR service_order.provider_id <> \(provider)
                    OR service_order.state IN ('received', 'offered', 'cancelled', 'failed', 'voided'))
            ORDER BY visit.day
            """
        ) { try $0.date() }
    }

    public func insert(_ stored: Stored) throws {
        let (provider, day, version) = (stored.provider, stored.day, stored.version)
        try tx.execute(
            """
            INSERT INTO day_plan (provider_id, day, version, made_ms, made_by, travel_min)
            VALUES (\(provider), \(day), \(version), \(stored.madeAt), \(stored.madeBy), \(stored.plan.travel_min))
            """)
        for visit in stored.plan.visits {
            try tx.execute(
                """
                INSERT INTO day_plan_visit (provider_id, day, version, order_id, worker_id, second_worker_id, start_ms, end_ms, late_min,
                    is_pinned, is_moved)
                VALUES (\(provider), \(day), \(version), \(visit.order), \(visit.assignment.worker), \(visit.assignment.second),
                    \(visit.assignment.start), \(visit.end), \(visit.late_min), \(visit.isPinned), \(visit.isMoved))
                """)
        }
        for missing in stored.plan.unplaced {
            try tx.execute(
                """
                INSERT INTO day_plan_visit (provider_id, day, version, order_id, late_min, is_pinned, is_moved, unplaced_reason)
                VALUES (\(provider), \(day), \(version), \(missing.order), 0, 0, 0, \(missing.reason))
                """)
        }
    }
}

// MARK: - Pins and shifts

extension DayPlanRepository {
    /// The pins on orders of a day, as long as the same provider holds them.
    public func pins(of provider: ProviderID, on day: LocalDate) throws -> [OrderID: ProviderDay.Assignment] {
        let rows = try tx.rows(
            """
            SELECT p.order_id, p.worker_id, p.second_worker_id, p.start_ms
            FROM day_pin p JOIN service_order o ON o.id = p.order_id
            WHERE p.provider_id = \(provider) AND o.provider_id = \(provider) AND o.service_date = \(day)
            ORDER BY p.order_id
            """
        ) {
            (
                try $0.id(Order.self),
                ProviderDay.Assignment(worker: try $0.id(), second: $0.optionalID(), start: try $0.instant())
            )
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// The new pin replaces an older one of the same order.
    public func pin(_ order: OrderID, of provider: ProviderID, _ pin: ProviderDay.Assignment, by name: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO day_pin (order_id, provider_id, worker_id, second_worker_id, start_ms, pinned_ms, pinned_by)
            VALUES (\(order), \(provider), \(pin.worker), \(pin.second), \(pin.start), \(now), \(name))
            ON CONFLICT (order_id) DO UPDATE
            SET provider_id = excluded.provider_id, worker_id = excluded.worker_id, second_worker_id = excluded.second_worker_id,
                start_ms = excluded.start_ms, pinned_ms = excluded.pinned_ms, pinned_by = excluded.pinned_by
            """)
    }

    /// - Returns: whether there was one.
    public func unpin(_ order: OrderID) throws -> Bool { try tx.execute("DELETE FROM day_pin WHERE order_id = \(order)") > 0 }

    /// Those that were entered for the day, by worker.
    public func shifts(of provider: ProviderID, on day: LocalDate) throws -> [Shift] {
        try tx.rows(
            """
            SELECT worker_id, is_absent, from_min, until_min, pause_from_min, pause_until_min FROM worker_shift
            WHERE provider_id = \(provider) AND day = \(day)
            ORDER BY worker_id
            """
        ) { row in
            let (worker, isAbsent, from, until) = (try row.id(Worker.self), try row.bool(), try row.int(), try row.int())
            let (pauseFrom, pauseUntil) = (row.optionalInteger(), row.optionalInteger())
            let pause = pauseFrom.flatMap { from in pauseUntil.map { Int(from)..<max(Int(from), Int($0)) } }
            return Shift(worker: worker, isAbsent: isAbsent, from: from, until: until, pause: pause)
        }
    }

    public func save(_ shift: Shift, of provider: ProviderID, on day: LocalDate) throws {
        try tx.execute(
            """
            INSERT INTO worker_shift (provider_id, worker_id, day, is_absent, from_min, until_min, pause_from_min, pause_until_min)
            VALUES (\(provider), \(shift.worker), \(day), \(shift.isAbsent), \(shift.from), \(shift.until), \(shift.pause?.lowerBound),
                \(shift.pause?.upperBound))
            ON CONFLICT (provider_id, day, worker_id) DO UPDATE
            SET is_absent = excluded.is_absent, from_min = excluded.from_min, until_min = excluded.until_min,
                pause_from_min = excluded.pause_from_min, pause_until_min = excluded.pause_until_min
            """)
    }
}

extension Transaction {
    public var dayPlans: DayPlanRepository { DayPlanRepository(tx: self) }
}
