import Entitlement
import Kernel
import Store

/// 发放审批: a second person pays, or turns down, the list of a programme in a month that was seen.
public struct DecidePayouts: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// The first transaction holds the list against its fingerprint, notes the decision and fixes its payments; it and those that follow carry it
    /// out in parts. One that was interrupted is finished by sending the same decision again, by whoever may decide: it stays the first one's.
    /// One that is finished answers the same again and moves nothing.
    ///
    /// - Parameters:
    ///   - list: the fingerprint of the list as it was seen.
    ///   - opinion: 意见; needed to turn it down.
    /// - Throws: `reason_missing`, `payout_programme_unknown`, `list_missing`; `payout_list_changed` when the list is not the one that was seen any
    ///   more, `already_decided` when the opposite was decided on it; `own_request` when the caller has drawn up any of it, `nothing_due` when nothing
    ///   waits.
    public func callAsFunction(
        _ code: String, _ month: Month, list: String?, approve: Bool, opinion: String, by caller: Caller
    ) async throws -> PayoutDecision {
        try ManageFunds.check(caller)
        guard opinion.count <= 200 else { throw Rejection(.invalid, "opinion_too_long", "审批意见不超过 200 个字。", pointer: "/opinion") }
        guard approve || !opinion.isEmpty else { throw Rejection(.invalid, "reason_missing", "退回请写明原因（1 到 200 个字）。", pointer: "/opinion") }
        guard let list, !list.isEmpty else {
            throw Rejection(
                .invalid, "list_missing", "请先查看名单（GET /api/v1/payouts/\(month)），再连同其中的 list_sha256 提交，以确认审批的就是看到的名单。",
                pointer: "/list_sha256")
        }
        let (now, reference) = (office.now, office.reference)
        _ = try reference.paidOut(code)
        while true {
            let (decision, isDone) = try await office.perform { tx in
                let decision =
                    try Self.decided(tx, list, approve: approve)
                    ?? Self.begin(tx, code, month, seen: list, approve: approve, opinion: opinion, by: caller, at: now)
                return (decision, try Self.carryOutPart(of: decision, Payouts(tx, reference, by: caller, now: now)))
            }
            if isDone { return decision }
        }
    }

    /// What was said about the list before.
    private static func decided(_ tx: any Transaction, _ list: String, approve: Bool) throws -> PayoutDecision? {
        guard let decision = try tx.payouts.decision(list) else { return nil }
        guard decision.isApproved == approve else {
            throw Rejection(
                .conflict, "already_decided",
                "“\(decision.by)”已经\(decision.isApproved ? "批准" : "退回")这份名单（\(decision.count) 笔，共 \(decision.amount.yuan) 元），不能再作相反的决定。")
        }
        return decision
    }

    private static func begin(
        _ tx: any Transaction, _ code: String, _ month: Month, seen: String, approve: Bool, opinion: String, by caller: Caller, at now: Instant
    ) throws -> PayoutDecision {
        let list = try PayoutList.read(tx, code, month)
        guard list.count > 0 else {
            throw Rejection(.refused, "nothing_due", "\(month) 没有等待审批的发放或报销，请先造册或录入票据。")
        }
        // Asked of the whole list, not of its first part: nothing is paid of a list that is then refused.
        guard try list.makers.isDisjoint(with: tx.access.names(of: caller.name)) else { throw FundRefusal.ownRequest }
        guard list.sha256 == seen else {
            throw Rejection(
                .conflict, "payout_list_changed",
                "名单已经变动，没有审批任何一笔：现在等待审批的是 \(list.count) 笔、共 \(list.amount.yuan) 元（\(list.sha256.prefix(8))…），与您看到的（\(seen.prefix(8))…）不同。请刷新，核对后再审批。",
                pointer: "/list_sha256")
        }
        let decision = PayoutDecision(
            list: seen, programme: code, month: month, count: list.count, amount: list.amount, isApproved: approve, opinion: opinion,
            by: caller.name, at: now)
        try tx.payouts.begin(decision)
        return decision
    }

    /// - Returns: whether that was the last part.
    private static func carryOutPart(of decision: PayoutDecision, _ books: Payouts) throws -> Bool {
        let (tx, part) = (books.tx, try books.tx.payouts.left(of: decision.list, limit: DrawUpAllowances.part))
        for payment in part {
            try tx.payouts.carryOut(decision, on: payment.id)
            try books.move(decision.isApproved ? .post : .release, payment)
        }
        if !part.isEmpty {
            try tx.events.append(
                decision.isApproved ? "payout.paid" : "payout.rejected", subject: "\(decision.programme)/\(decision.month)", subjectSeq: 1,
                by: decision.by, at: books.now,
                data: ([
                    "count": JSON(part.count), "amount_fen": JSON(part.map(\.leg.amount).total), "list_sha256": JSON(decision.list),
                    "list_count": JSON(decision.count), "list_fen": JSON(decision.amount),
                ] as JSON).text, note: decision.opinion)
        }
        guard part.count < DrawUpAllowances.part else { return false }
        try tx.payouts.finish(decision.list, at: books.now)
        return true
    }
}
