import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// 处理待核: a person releases or refuses a held line, with a reason, before the batch is signed.
public struct DecideLine: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `line_unknown`, `line_decided`, `line_adjusted`, `line_not_held`, `batch_locked`, `reason_missing`.
    public func prepared(
        _ month: Month, _ subject: String, _ kind: LineDecision.Kind, reason: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> LineDecision {
        guard (1...500).contains(reason.count) else {
            throw Rejection(.invalid, "reason_missing", "请用 1 到 500 个字写明处理理由。", pointer: "/reason")
        }
        let (decision, reference) = (LineDecision(kind: kind, reason: reason, by: caller.name, at: office.now), office.reference)
        return { tx in
            try Batch.requireOpen(tx, month)
            try Batch.require(.review, caller, tx)
            guard let line = try tx.close.line(month, subject) else {
                throw Rejection(.missing, "line_unknown", "该月结算单中没有这一行，请核对。", pointer: "/subject")
            }
            guard line.verdict == .held else { throw Self.notHeld(line.verdict, try tx.close.decisions(month, line.provider)[subject]) }
            try Self.apply(decision, to: subject, month, tx, reference)
            return decision
        }
    }

    /// Two had the same line before them: the second is told who was first, when, what and why.
    private static func notHeld(_ verdict: Verdict, _ first: LineDecision?) -> Rejection {
        guard let first else {
            return Rejection(.conflict, "line_not_held", "这一行是“\(verdict.name)”，只有待核的行可以放行或拒付。")
        }
        let told = "“\(first.by)”已于 \(first.at.localDate) \(first.at.clock) \(first.kind == .release ? "放行" : "拒付")这一行（\(first.reason)）"
        return Rejection(.conflict, "line_not_held", "\(told)，不能再改；确有错误请在未结月份冲正。")
    }

    /// Writes a decision and moves the money with it; a confirmation of what was due before no longer counts.
    static func apply(_ decision: LineDecision, to subject: String, _ month: Month, _ tx: any Transaction, _ reference: Reference) throws {
        guard let line = try tx.settlements.line(month, subject)?.candidate else {
            throw Rejection(.missing, "line_unknown", "该月结算单中没有这一行，请核对。", pointer: "/subject")
        }
        // Corrected while the batch was locked, and returned since: it would be paid, or taken back, twice.
        guard try !tx.close.isCorrected(month, subject) else {
            throw Rejection(.conflict, "line_adjusted", "这一行在批次锁定期间已批准冲正，不能再放行或拒付。")
        }
        let words = "\(line.number) \(decision.kind == .release ? "放行" : "拒付")：\(decision.reason)"
        try ConfirmationWatch.watching(tx, month, line.provider, reason: words, by: decision.by, at: decision.at) {
            try move(decision, line, month, tx, reference)
        }
        try Batch.tell(
            tx, "line.decided", month, line.provider, by: decision.by, at: decision.at,
            data: "{\"subject\":\"\(subject)\",\"decision\":\"\(decision.kind.rawValue)\"}")
    }

    private static func move(
        _ decision: LineDecision, _ line: Candidate, _ month: Month, _ tx: any Transaction, _ reference: Reference
    ) throws {
        let subject = line.subject
        try tx.close.insert(decision, on: subject, month, line.provider)
        if decision.kind == .refuse {
            try Deduct.giveBack(tx, .blocks, month, subject, now: decision.at)
            try Refusal.undo(tx, line, now: decision.at)
        } else {
            if line.kind == .order {
                let order = try tx.orders.require(ID(subject))
                guard order.state == .closed else {
                    throw Rejection(.conflict, "line_reopened", "工单 \(order.number) 在月结后又有变动（\(order.state.name)），不能放行。")
                }
                try Money(tx, order, now: decision.at).post()
            }
            try tx.close.settle(line.kind, subject, isPaid: true)
        }
        try Deduct.renewBonuses(tx, month, line.provider, reference.programmes, now: decision.at)
        try Deduct.renewScore(tx, month, line.provider, reference.checks(on: month.last), now: decision.at)
    }
}

/// 抽查结果: what the call-back or the visit to the home found. A failed sample refuses its line, and too many of them widen the sample.
public struct AnswerSample: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Returns: how many lines the sample was widened by.
    /// - Throws: `sample_unknown`, `batch_locked`, `note_too_long`, `finding_missing`.
    public func prepared(
        _ month: Month, _ subject: String, _ result: Sample.Result, note: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Int {
        guard note.count <= 500 else { throw Rejection(.invalid, "note_too_long", "核查情况至多 500 个字。", pointer: "/note") }
        guard result == .passed || !note.isEmpty else {
            throw Rejection(.refused, "finding_missing", "不合格必须写明原因（至多 500 字）。", pointer: "/note")
        }
        let (now, reference) = (office.now, office.reference)
        return { tx in
            try Batch.requireOpen(tx, month)
            try Batch.require(.review, caller, tx)
            guard let line = try tx.close.line(month, subject),
                try tx.close.answer(month, line.provider, subject, result, note: note, by: caller.name, at: now)
            else { throw Rejection(.missing, "sample_unknown", "抽查名单中没有这一行，或已有结果。", pointer: "/subject") }
            guard result == .failed else { return 0 }
            if line.verdict != .blocked, try !tx.close.isCorrected(month, subject) {
                let refusal = LineDecision(kind: .refuse, reason: "抽查不合格：\(note)", by: caller.name, at: now)
                try DecideLine.apply(refusal, to: subject, month, tx, reference)
            }
            let results = try tx.close.samples(month, line.provider).compactMap(\.sample.result)
            let failed = results.count { $0 == .failed }
            guard Sampling.isWidened(failed: failed, answered: results.count, reference.checks(on: month.last)) else { return 0 }
            return try tx.close.widen(month, line.provider)
        }
    }
}
