import Billing
import Kernel
import Registry
import Store

/// 确认失效: a provider has confirmed what it is to be paid, to the fen. When that changes before the batch is signed, its confirmation is set back:
/// it stays in the history with the reason and both sums, the provider is told, and the review waits for a new answer as for any that is missing.
enum ConfirmationWatch {
    /// - Parameters:
    ///   - reason: what changes the statement, in words for the provider.
    ///   - change: what may change it.
    static func watching<T>(
        _ tx: any Transaction, _ month: Month, _ provider: ProviderID, reason: String, by name: String, at now: Instant, _ change: () throws -> T
    ) throws -> T {
        guard try tx.close.answer(month, provider)?.isConfirmed == true, let old = try due(tx, month, provider) else { return try change() }
        let result = try change()
        guard let new = try due(tx, month, provider), new != old else { return result }
        try tx.close.undoAnswer(month, provider, CloseRepository.Undone(from: old, to: new, reason: reason, at: now), by: name)
        let data: JSON = ["old_due_fen": JSON(old), "new_due_fen": JSON(new), "reason": JSON(reason)]
        try Batch.tell(tx, "statement.reopened", month, provider, by: name, at: now, data: data.text)
        return result
    }

    /// Whose confirmation is of another sum than is due now; none while every change goes through ``watching(_:_:_:reason:by:at:_:)``.
    static func stale(_ tx: any Transaction, _ month: Month) throws -> [ProviderID] {
        let confirmed = try tx.close.confirmedDue(month)
        guard !confirmed.isEmpty else { return [] }
        return try tx.settlements.sealed(month).filter { sums in confirmed[sums.provider].map { $0 != sums.balance } ?? false }.map(\.provider)
    }

    /// What is due on a statement, less what is carried to the next; nil as long as it is not sealed.
    static func due(_ tx: any Transaction, _ month: Month, _ provider: ProviderID) throws -> Fen? {
        try tx.settlements.sealed(month, provider)?.balance
    }
}
