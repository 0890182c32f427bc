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
        let facts = try await database.read { tx in try tx.soundness.facts() }
        for (name, faults) in facts { findings.check(name, faults) }
        for (name, faults) in try await database.read({ tx in try Self.money(tx) }) { findings.check(name, faults) }
        let (stuck, lag, messages) = try await database.read { tx in
            (try tx.soundness.timersDue(before: now - .hours(1)), try tx.deliveries.backlog(now: now), try tx.messages.pending())
        }
        findings.check("推送订阅可读", try await database.read { tx in try tx.webhooks.unreadable() })
        let unfunded = try await database.read { tx in try tx.audit.unfunded() }
        if unfunded > 0 {
            findings.lines.append("提示  升级前批准的冲正 \(unfunded) 笔没有动用额度和预算；确认多付或少付的，请在预算科目调整下达数，不要重复冲正")
        }
        findings.lines.append("提示  超过一小时未处理的工单时限 \(stuck) 个")
        findings.lines.append(
            "提示  外发：待推送 \(lag.pending) 条，最久已逾期 \(lag.oldestDue.milliseconds / 1000) 秒，未读日志 \(lag.unread) 条，死信 \(lag.dead) 条，待发短信 \(messages) 条")
        return findings
    }

    private static func money(_ tx: any Transaction) throws -> [(String, [String])] {
        [
            ("应付明细都有已办结的上门", try tx.audit.paidWithoutVisit()), ("没有重复支付", try tx.audit.paidTwice()),
            ("补贴未超额", try tx.audit.overdrawn()), ("预占与工单一致", try tx.audit.unexplained()),
            ("应付、扣减、冲正各科目与结算单和付款一致", try tx.audit.wrongDebts()), ("应付明细与确认的补贴一致", try tx.audit.wrongLines()),
            ("预算与工单、刷卡、冲正一致", try tx.budgets.faults()), ("专项账户与收付一致", try tx.funds.faults()),
        ]
    }
}
