import Catalog
import Entitlement
import Kernel
import Registry
import Store

/// What items would cost an elder now, and why not less: the operator's answer while the elder is still asking.
public struct ExplainItems: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ items: [Item], for elder: Elder) async throws -> [ItemCode: FundingSplit] {
        let (now, reference) = (office.now, office.reference)
        let who = Situation.beneficiary(elder, on: now.localDate)
        return try await office.read { tx in
            var splits: [ItemCode: FundingSplit] = [:]
            for item in items {
                guard let price = reference.catalogue.price(of: item.code, on: now.localDate) else { continue }
                let request = FundingRequest(
                    item: item, date: now.localDate, minuteOfDay: now.minuteOfDay, payable: price.guide, beneficiary: who)
                splits[item.code] = try reference.split(request, of: elder.id, tx)
            }
            return splits
        }
    }
}
