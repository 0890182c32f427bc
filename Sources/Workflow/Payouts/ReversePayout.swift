import Entitlement
import Kernel
import Store

/// 发放冲正: a cash payment that was wrong is taken back whole, by a linked entry in the open month; one person asks, another approves.
///
/// The elder's grant and the budgets that bore it get back what it took, in the period and the year it was taken from: of a period that has lapsed
/// nothing can be drawn any more. Its bill, or its month, may be paid anew, as far as the programme still takes it. The month in which it was
/// paid stays as it is.
public struct ReversePayout: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `reason_missing`, `payout_unknown`, `payout_not_paid` while it can still be turned down, `reversal_known`.
    public func request(_ payment: String, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> PayoutReversal {
        try ManageFunds.check(caller)
        guard (1...200).contains(reason.count) else {
            throw Rejection(.invalid, "reason_missing", "请用 1 到 200 个字写明冲正原因。", pointer: "/reason")
        }
        let now = office.now
        let id: ID<PayoutReversal> = office.newID(at: now)
        return { tx in
            guard let payment = try tx.payouts.find(payment) else {
                throw Rejection(.missing, "payout_unknown", "没有这笔现金发放或报销，请核对编号。", pointer: "/payment")
            }
            guard payment.state == .posted else {
                throw Rejection(.conflict, "payout_not_paid", "这笔还没有发放或已退回，不用冲正；等待审批的请退回名单。", pointer: "/payment")
            }
            let reversal = PayoutReversal(id: id.text, payment: payment, reason: reason, requestedBy: caller.name, requestedAt: now)
            guard try tx.payouts.insert(reversal) else {
                throw Rejection(.conflict, "reversal_known", "这笔已经冲正，或已有人申请冲正、等待审批。", pointer: "/payment")
            }
            try Self.tell(tx, "payout.reversal_requested", reversal, by: caller, at: now, note: reason)
            return reversal
        }
    }

    /// - Parameter opinion: 意见; needed to turn it down.
    /// - Throws: `reversal_unknown`, `own_request`, `already_decided`, `reason_missing`, `opinion_too_long`.
    public func decide(
        _ id: String, approve: Bool, opinion: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> PayoutReversal {
        try ManageFunds.check(caller)
        guard opinion.count <= 200 else { throw Rejection(.invalid, "opinion_too_long", "审批意见不超过 200 个字。", pointer: "/opinion") }
        guard approve || !opinion.isEmpty else { throw Rejection(.invalid, "reason_missing", "不同意请写明原因（1 到 200 个字）。", pointer: "/opinion") }
        let (now, reference) = (office.now, office.reference)
        let open = now.localDate.month
        return { tx in
            guard let asked = try tx.payouts.reversal(id) else {
                throw Rejection(.missing, "reversal_unknown", "没有这笔冲正申请，请核对编号。")
            }
            guard try !tx.access.names(of: caller.name).contains(asked.requestedBy) else { throw FundRefusal.ownRequest }
            guard try tx.payouts.decide(asked, in: approve ? open : nil, by: caller.name, opinion: opinion, at: now) else {
                throw FundRefusal.alreadyDecided(by: asked.decidedBy)
            }
            if approve { try Payouts(tx, reference, by: caller, now: now).takeBack(asked.payment, in: open) }
            try Self.tell(
                tx, approve ? "payout.reversed" : "payout.reversal_rejected", asked, by: caller, at: now, note: opinion)
            guard let decided = try tx.payouts.reversal(id) else { throw StoreFault.corrupt("payout_reversal \(id)") }
            return decided
        }
    }

    private static func tell(
        _ tx: any Transaction, _ type: String, _ reversal: PayoutReversal, by caller: Caller, at now: Instant, note: String
    ) throws {
        let payment = reversal.payment
        try tx.events.append(
            type, subject: payment.id, subjectSeq: 1, by: caller.name, at: now,
            data: ([
                "reversal": JSON(reversal.id), "programme": JSON(payment.leg.programme), "month": JSON(payment.month.description),
                "amount_fen": JSON(payment.leg.amount),
            ] as JSON).text, note: note)
    }
}
