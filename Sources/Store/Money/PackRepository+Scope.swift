import Kernel

extension PackRepository {
    /// Of which month, and whether that is closed: then no service that is found late comes to it any more.
    public struct Scope: Sendable {
        public let month: Month
        public let isClosed: Bool
        /// When its close began; nil before.
        let began: Instant?

        public init(_ month: Month, isClosed: Bool, began: Instant?) {
            self.month = month
            self.isClosed = isClosed
            self.began = began
        }

        /// `packed`: the orders of the month, whatever became of them, and the `late` ones of months before that stand on its statements;
        /// `eaten`: its meals, likewise; `paid`: its cash payments, and those of whatever month that were taken back in it;
        /// `earlier`: the settled visits of months before with which these are compared; `settled`: the other months that were closed when this
        /// close began; `decided`: what persons had decided on lines by then.
        ///
        /// Stands before any other value of a statement. The late ones of an open month are those that its close would find.
        var services: SQL {
            """
            WITH late AS (\(nested: lateOrders)),
            packed AS (
                SELECT id, elder_id FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last)
                UNION ALL
                SELECT id, elder_id FROM late),
            late_meals AS (
                SELECT m.id, m.elder_id FROM statement_line l JOIN meal_swipe m ON m.id = l.subject
                WHERE l.month = \(month) AND l.service_date < \(month.first) AND \(isClosed) = 1
                UNION ALL
                SELECT m.id, m.elder_id FROM late_meal t JOIN meal_swipe m ON m.id = t.id
                WHERE m.service_date < \(month.first) AND m.is_reversed = 0 AND \(isClosed) = 0
                    AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.subject = m.id AND l.month <> \(month))
                    AND EXISTS (SELECT 1 FROM settlement_month s WHERE s.month = SUBSTR(m.service_date, 1, 7) AND s.state = 'closed')),
            eaten AS (
                SELECT id, elder_id FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last)
                UNION ALL
                SELECT id, elder_id FROM late_meals),
            paid AS (
                SELECT id, elder_id FROM payout WHERE month = \(month)
                UNION
                SELECT p.id, p.elder_id FROM payout_reversal r JOIN payout p ON p.id = r.payout_id WHERE r.month = \(month)),
            near AS (
                SELECT id FROM service_order WHERE service_date = \(month.first.adding(days: -1))
                UNION
                SELECT o.id FROM late l CROSS JOIN service_order o
                WHERE o.elder_id = l.elder_id AND o.start_ms > l.start_ms - 86400000 AND o.start_ms < l.start_ms + 86400000
                UNION
                SELECT o.id FROM late l CROSS JOIN visit w CROSS JOIN service_order o CROSS JOIN visit v
                WHERE w.order_id = l.id AND v.order_id = o.id AND o.provider_id = w.provider_id AND o.state = 'closed'
                    AND o.start_ms > l.start_ms - 86400000 AND o.start_ms < l.start_ms + 86400000
                    AND (v.worker_id IN (w.worker_id, l.second_worker_id) OR o.second_worker_id IN (w.worker_id, l.second_worker_id))),
            earlier AS (
                SELECT o.id FROM near n CROSS JOIN service_order o CROSS JOIN visit v
                WHERE o.id = n.id AND v.order_id = o.id AND o.state = 'closed' AND o.service_date < \(month.first)
                    AND v.confirmed_ms <= \(moment)
                    AND NOT EXISTS (SELECT 1 FROM late l WHERE l.id = o.id)),
            settled AS (SELECT month FROM settlement_month WHERE closed_ms <= \(moment) AND month <> \(month)),
            decided AS (SELECT month, subject, kind FROM line_decision WHERE at_ms <= \(moment))
            """
        }

        /// Of a statement line `l`: whether it was paid when this close began, as far as had been decided by then.
        static let wasPaid: StaticString = """
            EXISTS (SELECT 1 FROM settled k WHERE k.month = l.month)
            AND COALESCE(
                (SELECT d.kind FROM decided d WHERE d.month = l.month AND d.subject = l.subject),
                CASE l.verdict WHEN 'paid' THEN 'release' ELSE 'refuse' END) = 'release'
            """

        private var moment: Instant { began ?? Instant(milliseconds: Int64.max) }

        private var lateOrders: SQL {
            isClosed
                ? """
                SELECT o.id, o.elder_id, o.start_ms, o.second_worker_id FROM statement_line l JOIN service_order o ON o.id = l.subject
                WHERE l.month = \(month) AND l.service_date < \(month.first)
                """
                : """
                SELECT o.id, o.elder_id, o.start_ms, o.second_worker_id FROM service_order o
                WHERE o.settlement = 'ready' AND o.service_date < \(month.first) AND o.state = 'closed'
                    AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.subject = o.id AND l.month <> \(month))
                    AND EXISTS (SELECT 1 FROM settlement_month s WHERE s.month = SUBSTR(o.service_date, 1, 7) AND s.state = 'closed')
                UNION ALL
                SELECT o.id, o.elder_id, o.start_ms, o.second_worker_id FROM statement_line l JOIN service_order o ON o.id = l.subject
                WHERE l.month = \(month) AND l.service_date < \(month.first) AND o.settlement <> 'ready'
                """
        }
    }
}
