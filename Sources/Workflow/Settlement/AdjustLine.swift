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
            let (line, amount, bonus) = try checked(tx, month, subject, amount)
            let words = bonus == .zero ? reason : "\(reason)（含运营补贴 \(bonus.yuan) 元）"
            let entry = Adjustment(
                id: id, month: month, provider: line.provider, subject: subject, amount: amount, reason: words, enteredBy: caller.name)
            try tx.close.withdrawWaiting(month, subject, unless: amount)
            try tx.close.insert(entry, at: now)
            return entry
        }
    }

    /// Looked at as when it was entered: a batch that has been returned since may have decided on the line itself.
    ///
    /// - Throws: `adjustment_unknown`, `adjustment_approved`, `own_entry`, `batch_open`, `amount_out_of_range`.
    public func approve(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> Adjustment {
        let now = office.now
        return { tx in
            try Self.requireFinance(caller)
            guard let entry = try tx.close.adjustment(id) else {
                throw Rejection(.missing, "adjustment_unknown", "没有这笔冲正，请核对编号。")
            }
            guard try !tx.access.names(of: caller.name).contains(entry.enteredBy) else {
                throw Rejection(.forbidden, "own_entry", "“\(caller.name)”录入的冲正须由另一人批准。")
            }
            if let approver = entry.approvedBy {
                throw Rejection(.conflict, "adjustment_approved", "这笔冲正已由“\(approver)”批准，不必再批。")
            }
            guard try tx.close.approve(entry, by: caller.name, at: now) else {
                throw Rejection(.conflict, "adjustment_approved", "这笔冲正已经批准。")
            }
            _ = try checked(tx, entry.month, entry.subject, entry.amount)
            let (payable, correction) = (Ledger.Account.payable(entry.provider.text, now.localDate.month), "correction/\(entry.month)")
            let isTakenBack = entry.amount < .zero
            try tx.ledger.append(
                [
                    Ledger.Posting(
                        .reverse, subject: entry.subject, debit: isTakenBack ? correction : payable,
                        credit: isTakenBack ? payable : correction, amount: isTakenBack ? -entry.amount : entry.amount,
                        reverses: try tx.ledger.lastPosting(of: entry.subject))
                ], at: now)
            try Batch.tell(
                tx, "line.adjusted", entry.month, entry.provider, by: caller.name, at: now,
                data: "{\"subject\":\"\(entry.subject)\",\"amount_fen\":\(entry.amount.amount)}")
            return entry
        }
    }

    /// - Parameter amount: nil for all of it.
    /// - Returns: the line, what is moved, and how much of that is its bonus.
    private func checked(
        _ tx: any Transaction, _ month: Month, _ subject: String, _ amount: Fen?
    ) throws -> (line: CloseRepository.Line, amount: Fen, bonus: Fen) {
        let step = try Batch.standing(tx, month).step
        guard step.isLocked else {
            throw Rejection(.conflict, "batch_open", "\(month) 为“\(step.name)”，还没有锁定；请直接处理明细，不用冲正。")
        }
        guard let line = try tx.close.line(month, subject) else {
            throw Rejection(.missing, "line_unknown", "该月结算单中没有这一行，请核对。", pointer: "/subject")
        }
        let policy = office.reference.checks(on: month.last)
        let percent = try Deduct.given(tx, month, line.provider).map { policy.payPercent(score: $0) } ?? 100
        let isPaid = line.verdict == .paid
        let sound = try line.subsidy - (isPaid ? tx.close.withheld(month, subject) : .zero)
        let programmes = office.reference.programmes
        let bonus = try programmes.payBonuses
            ? tx.settlements.line(month, subject).map { Deduction.bonus(of: $0.candidate, programmes) } ?? .zero : .zero
        let correction = Correction(share: sound.share(Int64(percent), of: 100), bonus: bonus, isPaid: isPaid)
        guard let moved = correction.amount(amount) else {
            throw Rejection(.invalid, "amount_out_of_range", "冲正金额应在 0 与 \(correction.whole) 之间，且不为 0。", pointer: "/amount_fen")
        }
        return (line, moved, moved == correction.whole ? bonus : .zero)
    }

    private static func requireFinance(_ caller: Caller) throws {
        guard caller.role == .finance || caller.role == .admin else {
            throw Rejection(.forbidden, "role_forbidden", "只有财务可以冲正。")
        }
    }
}
