import Billing
import Kernel
import Store

/// 影子月结: the month as it would close tonight, kept for the day, and what has changed since the day before.
public struct ShadowMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> (today: Shadow, before: Shadow?, difference: Shadow.Difference?) {
        let now = office.now
        let (statements, isClosed) = try await ReadStatements(office)(month)
        let today = Shadow(statements, on: now.localDate)
        let before = try await office.read { tx in try tx.close.shadow(month, upTo: now.localDate.adding(days: -1)) }
        if !isClosed { try await office.perform { tx in try tx.close.save(today, of: month, at: now) } }
        return (today, before, before.map(today.since))
    }
}
