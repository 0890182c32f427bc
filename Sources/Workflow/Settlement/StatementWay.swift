import Billing
import Kernel
import Registry
import Store

/// How far one provider's statement is on its way: answered, signed, invoiced, transferred.
public struct StatementWay: Sendable {
    /// Whether it was confirmed (or objected to), when; nil before.
    public let answer: (isConfirmed: Bool, at: Instant)?
    /// 确认失效: what has undone its confirmation; nil when nothing has, or it was answered since.
    public let undone: CloseRepository.Undone?
    /// Where its month stands, and since when.
    public let step: CloseStep
    public let since: Instant?
    /// When finance signed, the last of those who do; nil before.
    public let signedAt: Instant?
    public let invoice: Invoice?
    public let transfers: [CloseRepository.Transfer]

    public init(_ tx: any Transaction, _ month: Month, _ provider: ProviderID) throws {
        answer = try tx.close.answer(month, provider).map { ($0.isConfirmed, $0.at) }
        undone = try tx.close.undone(month, provider)
        let standing = try Batch.standing(tx, month)
        (step, since) = (standing.step, standing.history.last?.at)
        signedAt = step.isSigned ? standing.history.last { $0.action == .approve && $0.to == .finance }?.at : nil
        invoice = try tx.close.invoice(month, provider)
        transfers = try tx.close.transfers(month, provider)
    }
}
