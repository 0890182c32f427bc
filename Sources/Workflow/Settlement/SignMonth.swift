import Billing
import Kernel
import Registry
import Store

/// 审批: the next office in the line signs the batch, or sends it back one step with a reason.
public struct SignMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameters:
    ///   - action: `approve` or `reject`.
    ///   - opinion: 意见; needed for a return.
    ///   - seen: the fingerprint that the signer has looked at; a batch that has changed since is not signed.
    /// - Throws: `already_signed` when another was first, `close_out_of_order`, `right_missing`, `own_entry`, `person_needed`, `street_not_due`,
    ///   `batch_changed`, `reason_missing`, and what keeps the review open.
    public func prepared(
        _ month: Month, _ action: CloseAction, opinion: String, seen: String? = nil, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> CloseEntry {
        guard opinion.count <= 500, action != .reject || !opinion.isEmpty else {
            throw Rejection(.invalid, "reason_missing", "请用 1 到 500 个字写明意见；退回必须说明原因。", pointer: "/opinion")
        }
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let (step, history) = try Batch.standing(tx, month)
            try Self.checkFirst(seen, step, history)
            let move = try CloseMove.of(action, at: step, month: month)
            let to: CloseStep
            do { to = try Self.check(move, tx, month, history, reference, by: caller, now: now) } catch let refusal as Rejection {
                throw Self.beside(refusal, history)
            }
            let hash = try Batch.hash(tx, month, after: history)
            guard seen == nil || seen == hash else {
                throw Rejection(.conflict, "batch_changed", "批次在您查看之后有变动，请重新核对再签。", pointer: "/hash")
            }
            let entry = CloseEntry(
                from: move.from, action: action, to: to, by: caller.name, at: now, opinion: opinion, hash: hash,
                street: move.right == .street ? try tx.close.street(of: caller.name) : nil)
            try tx.close.append(entry, to: month, after: history.count)
            if action == .approve, to == .reviewed, !entry.isOfOneStreet { try tx.close.keepStreets(month) }
            // From here on nothing is returned: what the payments cannot bear is known for good.
            if to == .finance {
                let sealed = try tx.settlements.sealed(month)
                for rest in sealed.compactMap(Deduction.carried) { try tx.close.insert(rest, at: now) }
                // The accounts are approved with the amounts.
                for sums in sealed where sums.due > .zero {
                    guard let party = reference.franchise.provider(sums.provider) else { continue }
                    try tx.close.keep(Payee(party), month, sums.provider, by: caller.name, at: now)
                }
            }
            let type = action == .reject ? "month.returned" : entry.isOfOneStreet ? "month.street_signed" : "month.signed"
            let told: JSON = ["step": JSON(to.rawValue)]
            try Batch.tell(
                tx, type, month, by: caller.name, at: now, data: (entry.street.map { told.adding(["street": JSON($0)]) } ?? told).text)
            return entry
        }
    }

    /// Two had the same batch before them: the second is told who was first and when, and not what the next step would take.
    ///
    /// - Throws: `already_signed`
    private static func checkFirst(_ seen: String?, _ step: CloseStep, _ history: [CloseEntry]) throws {
        guard let seen, let first = history.last(where: { $0.hash == seen && $0.isSignature && !$0.isOfOneStreet }) else { return }
        throw Rejection(.conflict, "already_signed", "\(told(first))，本月现为“\(step.name)”，不必再办。")
    }

    /// Somebody who has not said what they looked at may have been second, too: the step before is told beside what the next one takes.
    private static func beside(_ missing: Rejection, _ history: [CloseEntry]) -> Rejection {
        guard missing.code == "right_missing", let last = history.last, last.isSignature else { return missing }
        return Rejection(missing.kind, missing.code, "\(missing.message)上一步：\(told(last))。", pointer: missing.pointer)
    }

    private static func told(_ entry: CloseEntry) -> String {
        let right = CloseMove.table.first { $0.from == entry.from && $0.action == entry.action }?.right.name ?? ""
        return "“\(entry.by)”已于 \(entry.at.localDate) \(entry.at.clock) \(entry.action == .reject ? "退回" : "办理“\(right)”")"
    }

    /// - Returns: the step to which the signature leads: a street's own leaves a month where it is while others are to come.
    /// - Throws: why this caller may not sign now, or nobody.
    @discardableResult
    static func check(
        _ move: CloseMove, _ tx: any Transaction, _ month: Month, _ history: [CloseEntry], _ reference: Reference, by caller: Caller, now: Instant
    ) throws -> CloseStep {
        try Batch.require(move.right, caller, tx)
        try Batch.requirePerson(caller.name, tx)
        try CloseEntry.checkSeparation(move, by: try tx.access.names(of: caller.name), history: history, makers: try tx.close.makers(month))
        if move.action == .approve, move.from == .frozen { try mayReview(tx, month, reference.checks(on: month.last), now: now) }
        guard move.right == .street, move.action == .approve else { return move.to }
        return try CloseEntry.step(
            after: try tx.close.street(of: caller.name) ?? CloseEntry.allStreets, due: try tx.close.streets(month), history: history)
    }

    /// The platform's own review comes last of those who look at single lines.
    private static func mayReview(_ tx: any Transaction, _ month: Month, _ policy: CheckPolicy, now: Instant) throws {
        let open = try tx.close.openSamples(month)
        guard open == 0 else { throw Rejection(.refused, "samples_open", "还有 \(open) 笔抽查没有结果，请先完成回访或入户核查。") }
        let disputes = try tx.close.openDisputes(month)
        guard disputes == 0 else { throw Rejection(.refused, "disputes_open", "还有 \(disputes) 笔异议没有答复，请先答复服务商。") }
        let waiting = try tx.close.unanswered(month) + ConfirmationWatch.stale(tx, month)
        let deadline = policy.answerDeadline(of: month, lowered: try tx.close.lowered(month))
        guard waiting.isEmpty || now.localDate > deadline else {
            throw Rejection(
                .refused, "statements_unconfirmed",
                "还有 \(waiting.count) 家服务商没有确认结算单（\(waiting.prefix(3).map(\.text).joined(separator: "、"))…），\(deadline) 之后视为确认。")
        }
    }
}
