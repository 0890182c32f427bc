import Kernel
import Store

/// 体检: what must be true of every database of ours, whatever has happened to it.
public struct Examine: Sendable {
    let database: any Database
    public init(_ database: any Database) { self.database = database }

    public struct Findings: Sendable {
        public var lines: [String] = []
        public var isSound = true

        mutating func check(_ name: String, _ faults: [String]) {
            lines.append("\(faults.isEmpty ? "正常" : "异常")  \(name)\(faults.isEmpty ? "" : "：" + faults.prefix(5).joined(separator: "；"))")
            if !faults.isEmpty { isSound = false }
        }
    }

    public func callAsFunction(now: Instant) async throws -> Findings {
        var findings = Findings()
        findings.check("数据库完整性", try await database.integrityFaults())
        let balance = try await database.read { tx in try tx.ledger.trialBalance() }
        findings.check("试算平衡", balance.difference == .zero ? [] : ["借贷相差 \(balance.difference)"])
        findings.check("账户与分录一致", balance.wrongAccounts)
        let facts = try await database.read { tx in try Self.facts(tx) }
        for (name, faults) in facts { findings.check(name, faults) }
        for (name, faults) in try await database.read({ tx in try Self.money(tx) }) { findings.check(name, faults) }
        let (stuck, lag) = try await database.read { tx in
            (
                try tx.integer("SELECT COUNT(*) FROM service_order WHERE timer_due_ms < \(now - .hours(1))") ?? 0,
                try tx.deliveries.backlog(now: now)
            )
        }
        findings.check("推送订阅可读", try await database.read { tx in try tx.webhooks.unreadable() })
        findings.lines.append("提示  超过一小时未处理的工单时限 \(stuck) 个")
        findings.lines.append(
            "提示  外发：待推送 \(lag.pending) 条，最久已逾期 \(lag.oldestDue.milliseconds / 1000) 秒，未读日志 \(lag.unread) 条，死信 \(lag.dead) 条")
        return findings
    }

    private static func money(_ tx: any Transaction) throws -> [(String, [String])] {
        [
            ("应付明细都有已办结的上门", try tx.audit.paidWithoutVisit()), ("没有重复支付", try tx.audit.paidTwice()),
            ("补贴未超额", try tx.audit.overdrawn()), ("预占与工单一致", try tx.audit.unexplained()),
        ]
    }

    private static func facts(_ tx: any Transaction) throws -> [(String, [String])] {
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
