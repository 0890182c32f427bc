import Kernel

/// What must be true across tables whatever has happened, and how far the work that happens of itself is behind.
public struct Soundness {
    let tx: any Transaction

    public func timersDue(before: Instant) throws -> Int64 {
        try tx.integer("SELECT COUNT(*) FROM service_order WHERE timer_due_ms < \(before)") ?? 0
    }

    /// Each by name, with what breaks it; nothing when sound.
    public func facts() throws -> [(String, [String])] {
        [
            ("日志无缺号", try tx.rows("SELECT MAX(seq) - COUNT(*) FROM event HAVING COUNT(*) > 0 AND MAX(seq) <> COUNT(*)") { "缺 \(try $0.integer()) 条" }),
            (
                "服务商编号无缺号",
                try tx.rows(
                    """
                    SELECT provider_id FROM event WHERE provider_id IS NOT NULL
                    GROUP BY provider_id HAVING MAX(provider_seq) <> COUNT(*) ORDER BY provider_id LIMIT 5
                    """) { "服务商 \(try $0.text())" }
            ),
            (
                "每张工单都有日志",
                try tx.rows(
                    """
                    SELECT o.number FROM service_order o
                    WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.subject = o.id AND e.type = 'order.received') ORDER BY o.id LIMIT 5
                    """) { "工单 \(try $0.text())" }
            ),
            (
                "派出的工单都有派单记录",
                try tx.rows(
                    """
                    SELECT o.number FROM service_order o
                    WHERE o.state IN ('offered', 'accepted', 'scheduled', 'in_service', 'done', 'closed')
                        AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.order_id = o.id AND a.state IN ('offered', 'accepted'))
                    ORDER BY o.id LIMIT 5
                    """) { "工单 \(try $0.text())" }
            ),
            (
                "预占与分摊一致",
                try tx.rows(
                    """
                    SELECT a.name FROM account a
                    WHERE a.name LIKE 'reserved/%' AND a.debit_fen < a.credit_fen ORDER BY a.name LIMIT 5
                    """) { try $0.text() }
            ),
            (
                "分摊合计等于应付",
                try tx.rows(
                    """
                    SELECT o.number FROM service_order o
                    WHERE o.state IN ('offered', 'accepted', 'scheduled', 'in_service', 'done', 'closed')
                        AND o.payable_fen <> o.self_pay_fen + (SELECT COALESCE(CAST(SUM(l.amount_fen) AS BIGINT), 0) FROM funding_leg l
                            WHERE l.order_id = o.id AND l.state <> 'released')
                        AND NOT EXISTS (SELECT 1 FROM statement_line s
                            LEFT JOIN line_decision d ON d.month = s.month AND d.subject = s.subject
                            WHERE s.subject = o.id AND (s.verdict = 'blocked' OR d.kind = 'refuse'))
                    ORDER BY o.id LIMIT 5
                    """) { "工单 \(try $0.text())" }
            ),
            (
                "取消的工单不占用补贴",
                try tx.rows(
                    """
                    SELECT o.number FROM service_order o
                    WHERE o.state IN ('cancelled', 'failed', 'voided', 'received')
                        AND EXISTS (SELECT 1 FROM funding_leg l WHERE l.order_id = o.id AND l.state <> 'released')
                    ORDER BY o.id LIMIT 5
                    """) { "工单 \(try $0.text())" }
            ),
        ]
    }
}

extension Transaction {
    public var soundness: Soundness { Soundness(tx: self) }
}
