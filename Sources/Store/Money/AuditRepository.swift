import Kernel

/// What must be true of money that has been promised or paid: each query finds the first few breaches, none when all is well.
public struct AuditRepository {
    let tx: any Transaction

    /// Orders on a frozen statement as paid that are not closed, or have no visit with an end.
    public func paidWithoutVisit() throws -> [String] {
        try tx.rows(
            """
            SELECT l.number FROM statement_line l
            LEFT JOIN service_order o ON o.id = l.subject
            LEFT JOIN visit v ON v.order_id = l.subject
            LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
            WHERE l.kind = 'order' AND (l.verdict = 'paid' OR d.kind = 'release') AND (d.kind IS NULL OR d.kind <> 'refuse')
                AND (o.id IS NULL OR o.state <> 'closed' OR o.settlement NOT IN ('in_statement', 'paid') OR v.out_at_ms IS NULL)
            ORDER BY l.number
            LIMIT 5
            """
        ) { try $0.text() }
    }

    /// Orders and meals that stand on statements as paid more than once, in whatever months.
    public func paidTwice() throws -> [String] {
        try tx.rows(
            """
            SELECT l.subject FROM statement_line l
            LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
            WHERE l.verdict = 'paid' OR d.kind = 'release'
            GROUP BY l.subject HAVING COUNT(*) > 1 ORDER BY l.subject LIMIT 5
            """
        ) { try $0.text() }
    }

    /// Elders who have been promised or given more than they were granted.
    public func overdrawn() throws -> [String] {
        try tx.rows(
            """
            SELECT elder_id, programme, period FROM entitlement
            WHERE reserved_fen < 0 OR posted_fen < 0 OR reserved_fen + posted_fen > granted_fen
            ORDER BY elder_id, programme, period
            LIMIT 5
            """
        ) { "\(try $0.text()) \(try $0.text()) \(try $0.text())" }
    }

    /// What elders have reserved or spent that the legs of their orders and meals do not explain, and the other way round.
    public func unexplained() throws -> [String] {
        let reserved = try tx.sum("SELECT CAST(SUM(reserved_fen) AS BIGINT) FROM entitlement")
        let accounts = try tx.sum("SELECT CAST(SUM(debit_fen) - SUM(credit_fen) AS BIGINT) FROM account WHERE name LIKE 'reserved/%'")
        let payouts = try tx.sum("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM payout WHERE state = 'reserved'")
        let legs = try tx.sum("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM funding_leg WHERE state = 'reserved' AND draws <> ''")
        let all = try payouts + tx.sum("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM funding_leg WHERE state = 'reserved'")
        var faults: [String] = []
        if accounts != all { faults.append("预占科目 \(accounts)，工单预占 \(all)") }
        let cash = try tx.sum("SELECT CAST(SUM(debit_fen) - SUM(credit_fen) AS BIGINT) FROM account WHERE name LIKE 'cash/%'")
        let paid = try tx.sum("SELECT CAST(SUM(amount_fen) AS BIGINT) FROM payout WHERE state = 'posted' AND is_reversed = 0")
        if cash != paid { faults.append("现金科目 \(cash)，已发放 \(paid)") }
        let unlinked = try tx.count(
            """
            SELECT COUNT(*) FROM payout p
            WHERE (p.is_reversed = 1) <> EXISTS (SELECT 1 FROM payout_reversal r WHERE r.payout_id = p.id AND r.state = 'approved')
                OR p.is_reversed = 1 AND NOT EXISTS (
                    SELECT 1 FROM posting g WHERE g.subject = p.id AND g.kind = 'reverse' AND g.amount_fen = p.amount_fen AND g.reverses IS NOT NULL)
            """)
        if unlinked != 0 { faults.append("\(unlinked) 笔现金支付的冲正没有对应的记录或分录") }
        if reserved < legs { faults.append("老人预占 \(reserved)，工单预占 \(legs)") }
        return faults
    }

    /// Calls that nobody has noted an outcome for, or that never ended.
    public func openCalls() throws -> [String] {
        try tx.rows("SELECT id FROM call WHERE ended_ms IS NULL OR outcome IS NULL ORDER BY id LIMIT 5") { try $0.text() }
    }
}

extension Transaction {
    public var audit: AuditRepository { AuditRepository(tx: self) }
}
