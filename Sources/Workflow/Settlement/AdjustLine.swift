import Billing
import Entitlement
import Kernel
import Registry
import Store

/// 冲正: a line of a locked month is corrected by a linked entry in the open month; one person enters it, another approves it.
public struct AdjustLine: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Entered again with another amount before anybody has approved it, it takes the place of the one before.
    ///
    /// - Parameter amount: nil takes back all that was paid on the line, or pays all of a line that was not paid; of both what the provider's score
    ///   leaves, and the bonus of the service with it.
    /// - Throws: `batch_open` while the line can still be decided on, `line_unknown`, `amount_out_of_range`, `adjustment_known`.
    public func enter(
        _ month: Month, _ subject: String, amount: Fen?, reason: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Adjustment {
        guard (1...500).contains(reason.count) else {
            throw Rejection(.invalid, "reason_missing", "请用 1 到 500 个字写明冲正原因。", pointer: "/reason")
        }
        let now = office.now
        let id = IDMaker.text(at: now, random: office.random())
        return { tx in
            try Self.requireFinance(caller)
            let (line, _, correction) = try self.correction(tx, month, subject)
            let amount = try self.amount(amount, correction)
            let words = correction.movesBonus(amount) ? "\(reason)（含运营补贴 \(correction.bonus.yuan) 元）" : reason
            let entry = Adjustment(
                id: id, month: month, provider: line.candidate.provider, subject: subject, amount: amount, reason: words, enteredBy: caller.name)
            try tx.close.withdrawWaiting(month, subject, unless: amount)
            try tx.close.insert(entry, at: now)
            return entry
        }
    }

    /// Looked at as when it was entered: a batch that has been returned since may have decided on the line itself. What is paid is taken from the
    /// elder's entitlement and from the budgets again, what is taken back is given back to them: see ``CorrectionMoney``.
    ///
    /// - Throws: `adjustment_unknown`, `adjustment_approved`, `own_entry`, `batch_open`, `amount_out_of_range`, `line_reopened`;
    ///   `entitlement_exhausted`, `budget_exhausted` when there is not enough left for what is to be paid.
    public func approve(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> Adjustment {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            try Self.requireFinance(caller)
            guard let entry = try tx.close.adjustment(id) else {
                throw Rejection(.missing, "adjustment_unknown", "没有这笔冲正，请核对编号。")
            }
            guard try !tx.access.names(of: caller.name).contains(entry.enteredBy) else {
                throw Rejection(.forbidden, "own_entry", "“\(caller.name)”录入的冲正须由另一人批准。")
            }
            guard try tx.close.approve(entry, by: caller.name, at: now) else {
                let first = try tx.close.approval(of: id).map { "由“\($0.by)”于 \($0.at.localDate) \($0.at.clock) " } ?? ""
                throw Rejection(.conflict, "adjustment_approved", "这笔冲正已\(first)批准，不必再批。")
            }
            let (line, verdict, correction) = try self.correction(tx, entry.month, entry.subject)
            _ = try self.amount(entry.amount, correction)
            try CorrectionMoney(tx: tx, reference: reference, now: now, by: caller.name).book(entry, line, verdict, correction)
            try Batch.tell(
                tx, "line.adjusted", entry.month, entry.provider, by: caller.name, at: now,
                data: "{\"subject\":\"\(entry.subject)\",\"amount_fen\":\(entry.amount.amount)}")
            return entry
        }
    }

    /// What a correction of a line of a locked batch may move.
    private func correction(
        _ tx: any Transaction, _ month: Month, _ subject: String
    ) throws -> (line: StatementLine, verdict: Verdict, correction: Correction) {
        let step = try Batch.standing(tx, month).step
        guard step.isLocked else {
            throw Rejection(.conflict, "batch_open", "\(month) 为“\(step.name)”，还没有锁定；请直接处理明细，不用冲正。")
        }
        guard let standing = try tx.close.line(month, subject), let line = try tx.settlements.line(month, subject) else {
            throw Rejection(.missing, "line_unknown", "该月结算单中没有这一行，请核对。", pointer: "/subject")
        }
        let policy = office.reference.checks(on: month.last)
        let percent = try Deduct.given(tx, month, standing.provider).map { policy.payPercent(score: $0) } ?? 100
        let isPaid = standing.verdict == .paid
        let sound = try standing.subsidy - (isPaid ? tx.close.withheld(month, subject) : .zero)
        let programmes = office.reference.programmes
        let bonus = programmes.payBonuses ? Deduction.bonus(of: line.candidate, programmes) : .zero
        return (line, standing.verdict, Correction(share: sound.share(Int64(percent), of: 100), bonus: bonus, isPaid: isPaid))
    }

    /// - Parameter asked: nil for all of it.
    private func amount(_ asked: Fen?, _ correction: Correction) throws -> Fen {
        guard let moved = correction.amount(asked) else {
            throw Rejection(.invalid, "amount_out_of_range", "冲正金额应在 0 与 \(correction.whole) 之间，且不为 0。", pointer: "/amount_fen")
        }
        return moved
    }

    private static func requireFinance(_ caller: Caller) throws {
        guard caller.role == .finance || caller.role == .admin else {
            throw Rejection(.forbidden, "role_forbidden", "只有财务可以冲正。")
        }
    }
}
