import Billing
import Kernel
import Registry
import Store

/// 月度考核: a provider's score of a month decides what share of its statement is paid.
public struct ScoreProvider: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Result: Sendable {
        public let score: Int
        public let percent: Int
        /// Nil when all is paid.
        public let deduction: Adjustment?
    }

    /// Until the batch is signed another score takes the place of the one before, and follows what is decided on lines.
    ///
    /// - Throws: `score_invalid`, `statement_unknown`, `batch_locked`, `right_missing`.
    public func prepared(
        _ month: Month, _ provider: ProviderID, score: Int, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Result {
        guard (0...100).contains(score) else { throw Rejection(.invalid, "score_invalid", "考核得分应为 0 到 100 的整数。", pointer: "/score") }
        let (now, policy) = (office.now, office.reference.checks(on: month.last))
        return { tx in
            try Batch.requireOpen(tx, month)
            try Batch.require(.review, caller, tx)
            let deduction = try ConfirmationWatch.watching(tx, month, provider, reason: "月度考核 \(score) 分", by: caller.name, at: now) {
                try Deduct.score(tx, score, month, provider, policy, now: now)
            }
            try Batch.tell(
                tx, Deduct.scored, month, provider, by: caller.name, at: now,
                data: "{\"score\":\(score),\"deducted_fen\":\((deduction?.amount ?? .zero).amount)}")
            return Result(score: score, percent: policy.payPercent(score: score), deduction: deduction)
        }
    }
}
