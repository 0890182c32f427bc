import Kernel
import Orders
import Registry

/// Who was told that an order waits, and which offers were called to mind.
public struct EscalationRepository {
    let tx: any Transaction

    /// - Returns: false when that level had been told already; of tried codes it is told whatever it was told before.
    public func raise(_ order: OrderID, to level: EscalationLevel, _ reason: EscalationReason, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO escalation (order_id, level, reason, at_ms)
            VALUES (\(order), \(level.rawValue), \(reason), \(now))
            ON CONFLICT (order_id, level) DO UPDATE SET reason = excluded.reason, at_ms = excluded.at_ms
            WHERE excluded.reason = 'code_locked' AND escalation.reason <> 'code_locked'
            """) > 0
    }

    /// What has been raised about an order, lowest level first.
    public func all(_ order: OrderID) throws -> [(level: EscalationLevel, reason: EscalationReason, at: Instant)] {
        try tx.rows("SELECT level, reason, at_ms FROM escalation WHERE order_id = \(order) ORDER BY level") {
            (try Self.level(try $0.int()), try $0.value(), try $0.instant())
        }
    }

    /// Orders that still wait for somebody and were raised to a level or above, longest waiting first.
    ///
    /// What was raised is over once a provider has taken the order, except a no-show, which is over at the check-in, and tried
    /// codes, which are over with a new one.
    public func waiting(
        from level: EscalationLevel, limit: Int
    ) throws -> [(order: OrderID, level: EscalationLevel, reason: EscalationReason, at: Instant)] {
        try tx.rows(
            """
            SELECT e.order_id, MAX(e.level), MAX(e.reason), MIN(e.at_ms)
            FROM escalation e JOIN service_order o ON o.id = e.order_id
            WHERE e.level >= \(level.rawValue)
                AND (o.state IN ('received', 'offered') OR (e.reason = 'no_show' AND o.state IN ('accepted', 'scheduled'))
                    OR (e.reason = 'code_locked' AND o.state IN ('accepted', 'scheduled', 'in_service')
                        AND EXISTS (SELECT 1 FROM door_try d WHERE d.order_id = o.id AND d.is_locked = 1)))
            GROUP BY e.order_id
            ORDER BY 4, 1
            LIMIT \(limit)
            """
        ) { (try $0.id(), try Self.level(try $0.int()), try $0.value(), try $0.instant()) }
    }

    /// How far back is looked: longer than any run of days of rest, so that years of history cost nothing every second.
    private static let recent = Span.days(14)

    /// The dispatcher's orders whose turn it is to go to the shift leader: still waiting, told at or before `before`, not yet told further.
    public func unanswered(toldBefore before: Instant, limit: Int) throws -> [(order: OrderID, at: Instant)] {
        try tx.rows(
            """
            SELECT e.order_id, e.at_ms
            FROM escalation e JOIN service_order o ON o.id = e.order_id
            WHERE e.level = 1 AND e.at_ms <= \(before) AND e.at_ms > \(before - Self.recent) AND o.state IN ('received', 'offered')
                AND NOT EXISTS (SELECT 1 FROM escalation l WHERE l.order_id = e.order_id AND l.level = 2)
            ORDER BY e.at_ms, e.order_id
            LIMIT \(limit)
            """
        ) { (try $0.id(), try $0.instant()) }
    }

    /// Offers that run out before `until` and whose provider has not been reminded.
    public func unreminded(_ urgency: Urgency, until: Instant, limit: Int) throws -> [OrderID] {
        try tx.rows(
            """
            SELECT o.id FROM service_order o
            WHERE o.timer_due_ms IS NOT NULL AND o.timer_due_ms <= \(until) AND o.timer_kind = 'offer_expires' AND o.urgency = \(urgency)
                AND NOT EXISTS (SELECT 1 FROM offer_reminder r WHERE r.order_id = o.id AND r.attempt = o.attempts)
            ORDER BY o.timer_due_ms, o.id
            LIMIT \(limit)
            """
        ) { try $0.id() }
    }

    /// - Returns: false when this offer had been called to mind already.
    public func remind(_ order: OrderID, attempt: Int, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO offer_reminder (order_id, attempt, at_ms) VALUES (\(order), \(attempt), \(now))
            ON CONFLICT (order_id, attempt) DO NOTHING
            """) > 0
    }

    private static func level(_ number: Int) throws -> EscalationLevel {
        guard let level = EscalationLevel(rawValue: number) else { throw StoreFault.corrupt("escalation level \(number)") }
        return level
    }
}

extension Transaction {
    public var escalations: EscalationRepository { EscalationRepository(tx: self) }
}
