import Kernel

/// Whether the books owe providers what statements, corrections and payments say.
extension AuditRepository {
    /// Accounts that differ from what they should be, with the difference and what to do; none when sound.
    ///
    /// A provider is owed, under a month: the public money of its services of that month that is posted, corrections of other months' lines on its
    /// statement of that month, less what was carried from there to the next payment, what a correction of a held line has taken over from there,
    /// and what was paid. What rules take from its statement, or add, stands on the account beside it. Corrections that wait for a statement stand
    /// on their own account.
    public func wrongDebts() throws -> [String] {
        try tx.rows(
            """
            SELECT name, CAST(SUM(fen) AS BIGINT) FROM (
                SELECT name, debit_fen - credit_fen AS fen FROM account
                WHERE name LIKE 'payable/%' OR name LIKE 'withheld/%' OR name LIKE 'correction/%'
                UNION ALL
                SELECT 'payable/' || o.provider_id || '/' || SUBSTR(o.service_date, 1, 7), -SUM(l.amount_fen)
                FROM funding_leg l JOIN service_order o ON o.id = l.order_id WHERE l.state = 'posted'
                GROUP BY o.provider_id, SUBSTR(o.service_date, 1, 7)
                UNION ALL
                SELECT 'payable/' || canteen_id || '/' || SUBSTR(service_date, 1, 7), -SUM(payable_fen - self_pay_fen) FROM meal_swipe
                WHERE is_reversed = 0 GROUP BY canteen_id, SUBSTR(service_date, 1, 7)
                UNION ALL
                SELECT 'payable/' || provider_id || '/' || month, amount_fen FROM payment WHERE state = 'paid'
                UNION ALL
                SELECT 'payable/' || provider_id || '/' || statement_month, -amount_fen FROM adjustment
                WHERE rule IN ('', 'CARRY') AND statement_month IS NOT NULL
                UNION ALL
                SELECT 'payable/' || provider_id || '/' || month, amount_fen FROM adjustment WHERE rule = 'CARRY' AND statement_month IS NOT NULL
                UNION ALL
                SELECT 'payable/' || a.provider_id || '/' || SUBSTR(l.service_date, 1, 7), a.moved_fen
                FROM adjustment a JOIN statement_line l ON l.subject = a.subject AND l.month = a.month WHERE a.moved_fen > 0
                UNION ALL
                SELECT 'withheld/' || provider_id || '/' || month, -amount_fen FROM adjustment WHERE rule NOT IN ('', 'CARRY')
                UNION ALL
                SELECT 'correction/' || month, CASE WHEN is_funded = 1 THEN -amount_fen ELSE -moved_fen END FROM adjustment
                WHERE rule = '' AND approved_by IS NOT NULL
                UNION ALL
                SELECT 'correction/' || month, amount_fen FROM adjustment WHERE rule = '' AND statement_month IS NOT NULL) books
            GROUP BY name HAVING SUM(fen) <> 0 ORDER BY name LIMIT 5
            """
        ) { row in
            let (name, fen) = (try row.text(), try row.fen())
            return "\(name) 账面比应有\(fen > .zero ? "多" : "少") \(max(fen, -fen))（请暂停该月付款，用“追溯”逐笔核对后冲正）"
        }
    }

    /// Orders and meals of closed months whose posted money is not what their line says: all of it when it is paid, none when it is refused.
    public func wrongLines() throws -> [String] {
        try tx.rows(
            """
            SELECT number FROM (
                SELECT l.number, l.subsidy_fen, COALESCE(d.kind, CASE l.verdict WHEN 'paid' THEN 'release' WHEN 'blocked' THEN 'refuse' END) AS decided,
                    CASE l.kind WHEN 'order'
                        THEN COALESCE((SELECT SUM(g.amount_fen) FROM funding_leg g WHERE g.order_id = l.subject AND g.state = 'posted'), 0)
                        ELSE COALESCE((
                            SELECT m.payable_fen - m.self_pay_fen FROM meal_swipe m WHERE m.id = l.subject AND m.is_reversed = 0), 0) END AS posted_fen
                FROM settlement_month c JOIN statement_line l ON l.month = c.month
                LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
                WHERE c.state = 'closed') lines
            WHERE decided = 'release' AND posted_fen <> subsidy_fen OR decided = 'refuse' AND posted_fen <> 0
            ORDER BY number LIMIT 5
            """
        ) { try $0.text() }
    }

    /// How many corrections were approved before corrections moved entitlements and budgets.
    public func unfunded() throws -> Int {
        try tx.count("SELECT COUNT(*) FROM adjustment WHERE rule = '' AND approved_by IS NOT NULL AND is_funded = 0")
    }
}
