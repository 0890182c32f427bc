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

    /// Until the batch is signed another score takes the place of the one before.
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
            guard let statement = try tx.settlements.statement(month, provider) else {
                throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。", pointer: "/provider")
            }
            try Deduct.giveBack(tx, .score, month, Deduction.scoreSubject(provider), now: now)
            let byBlocks = -statement.adjustments.filter { $0.rule == .blocks }.map(\.amount).total
            let deduction = Deduction.score(score, of: month, provider, payable: statement.payable - byBlocks, policy)
            if let deduction { try Deduct.take(tx, deduction, now: now) }
            try Batch.tell(
                tx, "provider.scored", month, provider, by: caller.name, at: now,
                data: "{\"score\":\(score),\"deducted_fen\":\((deduction?.amount ?? .zero).amount)}")
            return Result(score: score, percent: policy.payPercent(score: score), deduction: deduction)
        }
    }
}
