import Kernel
import Registry

/// What a provider's statement comes to with what people have decided since, without its lines.
public struct StatementSums: Hashable, Sendable {
    public let month: Month
    public let provider: ProviderID
    public let lines: Int
    public let heldLines: Int
    public let blockedLines: Int
    public let gross: Fen
    public let selfPay: Fen
    public let subsidy: Fen
    /// Public money of the lines that wait for a person.
    public let held: Fen
    /// Public money asked for and not paid, held or blocked.
    public let deducted: Fen
    public var blocked: Fen { deducted - held }
    /// 应付金额
    public var payable: Fen { subsidy - deducted }
    /// 本期调整
    public let adjusted: Fen
    /// 实付金额: what is transferred; not less than nothing.
    public var due: Fen { max(.zero, payable + adjusted) }
    /// What is due, below zero what is carried.
    public var balance: Fen { payable + adjusted }
    /// 结转下月, as ``Statement/carried``.
    public var carried: Fen { max(.zero, .zero - payable - adjusted) }

    public init(
        month: Month, provider: ProviderID, lines: Int, heldLines: Int, blockedLines: Int, gross: Fen, selfPay: Fen, subsidy: Fen, held: Fen,
        deducted: Fen, adjusted: Fen
    ) {
        (self.month, self.provider, self.lines, self.heldLines, self.blockedLines) = (month, provider, lines, heldLines, blockedLines)
        (self.gross, self.selfPay, self.subsidy, self.held) = (gross, selfPay, subsidy, held)
        (self.deducted, self.adjusted) = (deducted, adjusted)
    }

    /// The same of a statement whose lines are at hand.
    public init(_ statement: Statement) {
        let totals = statement.totals
        self.init(
            month: statement.month, provider: statement.provider, lines: totals.lines, heldLines: totals.held, blockedLines: totals.blocked,
            gross: totals.gross, selfPay: totals.selfPay, subsidy: totals.subsidy, held: totals.heldSubsidy, deducted: totals.deducted,
            adjusted: statement.adjusted)
    }
}
