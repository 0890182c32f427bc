import Billing
import Kernel
import Registry

/// The accounts that were approved with a batch, and what was confirmed of them since: every one is kept, the last one counts.
extension CloseRepository {
    public func keep(_ payee: Payee, _ month: Month, _ provider: ProviderID, by name: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO payee (month, provider_id, ordinal, name, bank, account, by_name, at_ms)
            SELECT \(month), \(provider), COALESCE(MAX(ordinal), 0) + 1, \(payee.name), \(payee.bank), \(payee.account), \(name), \(now)
            FROM payee WHERE month = \(month) AND provider_id = \(provider)
            """)
    }

    public func payees(_ month: Month) throws -> [ProviderID: Payee.Approved] {
        var payees: [ProviderID: Payee.Approved] = [:]
        try tx.forEachRow(
            "SELECT provider_id, name, bank, account, by_name FROM payee WHERE month = \(month) ORDER BY provider_id, ordinal"
        ) { row in
            payees[try row.id()] = Payee.Approved(
                payee: Payee(name: try row.text(), bank: try row.text(), account: try row.text()), by: try row.text())
        }
        return payees
    }
}
