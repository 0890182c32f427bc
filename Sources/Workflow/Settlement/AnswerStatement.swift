import Billing
import Kernel
import Registry
import Store

/// 服务商确认: the provider agrees to the statement that the platform has made, or disputes lines of it, with evidence, once.
public struct AnswerStatement: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Objection: Sendable {
        public let subject: String
        public let reason: String
        /// SHA-256 of what is handed in as evidence.
        public let evidence: String?

        public init(subject: String, reason: String, evidence: String? = nil) {
            self.subject = subject
            self.reason = reason
            self.evidence = evidence
        }
    }

    static let objectionLimit = 500

    /// - Parameters:
    ///   - seen: the fingerprint of the statement that the provider has before it.
    ///   - due: what was to be paid by it, in fen; decisions and scores change that, and not the fingerprint of its lines.
    /// - Throws: `statement_unknown`, `statement_confirmed`, `batch_locked`, `statement_changed`.
    public func confirm(
        _ month: Month, seen: String?, due: Fen? = nil, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        let (now, provider) = (office.now, try Self.provider(caller))
        return { tx in
            let sha256 = try Self.open(tx, month, provider)
            let sums = try tx.settlements.sealed(month, provider)
            guard seen == nil || seen == sha256, due == nil || due == sums?.due else {
                throw Rejection(.conflict, "statement_changed", "结算单与您看到的不一致，请重新查看后再确认。", pointer: "/sha256")
            }
            try tx.close.setAnswer(month, provider, isConfirmed: true, sha256: sha256, due: sums?.balance, by: caller.name, at: now)
            try Batch.tell(tx, "statement.confirmed", month, provider, by: caller.name, at: now)
        }
    }

    /// - Throws: also `line_unknown` for a line that is not on the provider's own statement, and `line_disputed`.
    public func dispute(
        _ month: Month, _ objections: [Objection], by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        guard (1...Self.objectionLimit).contains(objections.count), objections.allSatisfy({ (1...500).contains($0.reason.count) }) else {
            throw Rejection(.invalid, "lines_invalid", "请列出 1 到 \(Self.objectionLimit) 行异议，每行写明理由（至多 500 字）。", pointer: "/lines")
        }
        let (now, provider) = (office.now, try Self.provider(caller))
        return { tx in
            let sha256 = try Self.open(tx, month, provider)
            for objection in objections {
                guard try tx.close.line(month, objection.subject)?.provider == provider else {
                    throw Rejection(.missing, "line_unknown", "本企业的结算单中没有 \(objection.subject) 这一行。", pointer: "/lines")
                }
                try tx.close.insertDispute(
                    month, provider, objection.subject, reason: objection.reason, evidence: objection.evidence, at: now)
            }
            let due = try ConfirmationWatch.due(tx, month, provider)
            try tx.close.setAnswer(month, provider, isConfirmed: false, sha256: sha256, due: due, by: caller.name, at: now)
            try Batch.tell(
                tx, "statement.disputed", month, provider, by: caller.name, at: now, data: "{\"lines\":\(objections.count)}")
        }
    }

    /// 答复异议, by the platform; the line itself is decided by ``DecideLine``.
    public func reply(
        _ month: Month, _ subject: String, _ answer: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        guard (1...500).contains(answer.count) else {
            throw Rejection(.invalid, "reason_missing", "请用 1 到 500 个字答复。", pointer: "/answer")
        }
        let now = office.now
        return { tx in
            try Batch.requireOpen(tx, month)
            try Batch.require(.review, caller, tx)
            guard try tx.close.answerDispute(month, subject, answer, by: caller.name, at: now), let line = try tx.close.line(month, subject) else {
                throw Rejection(.missing, "dispute_unknown", "没有这笔异议，或已经答复。", pointer: "/subject")
            }
            try Batch.tell(
                tx, "dispute.answered", month, line.provider, by: caller.name, at: now, data: "{\"subject\":\"\(subject)\"}")
        }
    }

    private static func provider(_ caller: Caller) throws -> ProviderID {
        guard let provider = caller.provider else { throw Rejection(.forbidden, "role_forbidden", "只有服务商可以确认自己的结算单。") }
        return provider
    }

    /// The fingerprint of a statement that may still be answered.
    private static func open(_ tx: any Transaction, _ month: Month, _ provider: ProviderID) throws -> String {
        guard let sha256 = try tx.settlements.sha256(month, provider) else {
            throw Rejection(.missing, "statement_unknown", "本月还没有结算单。")
        }
        try Batch.requireOpen(tx, month)
        guard try tx.close.answer(month, provider)?.isConfirmed != true else {
            throw Rejection(.conflict, "statement_confirmed", "结算单已经确认，不能再改。")
        }
        return sha256
    }
}
