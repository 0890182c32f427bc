import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// What the operator can say before anything is ordered: who could come, who pays what.
public struct Quote: Sendable {
    public let item: Item
    public let price: Price
    public let window: TimeWindow
    public let decision: Decision
    /// For the provider who would be asked first; nil when nobody fits.
    public let split: FundingSplit?
    /// An open order of the same elder for the same item at nearly the same time.
    public let twin: Order?
    /// When somebody could come, if nobody fits at the time asked for.
    public let nearestTime: Instant?
}

/// 报价: answers during the call without promising anything.
public struct QuoteOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ request: OrderRequest) async throws -> Quote {
        let (now, reference) = (office.now, office.reference)
        try request.check(reference.franchise, now: now, mayBackfill: false)
        return try await office.read { tx in
            let situation = try request.situation(of: Client.read(tx, request.elder), reference)
            let decision = try situation.decision(
                tx, reference, preferred: request.preferredProvider, asked: [], quantity: request.quantity, now: now)
            let split = try decision.chosen.map {
                try situation.split(
                    tx, reference, list: situation.listPrice(request.quantity), payable: $0.price.times(request.quantity))
            }
            let widest = situation.request(
                preferred: request.preferredProvider, asked: [], quantity: request.quantity, reach: .everywhere, now: now)
            let nearest =
                decision.chosen == nil
                ? reference.matcher.nearestTime(for: widest, try situation.workload(tx, reference, days: -14...14)) : nil
            return Quote(
                item: situation.item, price: situation.price, window: situation.window, decision: decision, split: split,
                twin: try tx.orders.twin(of: request.elder, item: request.item, near: request.start), nearestTime: nearest)
        }
    }
}
