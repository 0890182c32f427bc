import Kernel
import Matching
import Orders
import Registry
import Store

/// “为什么不是我”: what a provider hears of the decisions on one order, about itself and nobody else.
public struct ReadDecisions: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Own: Sendable {
        public let number: String
        /// One for each time somebody was chosen or sought, oldest first.
        public let parts: [(at: Instant, policy: String, basis: Decision.Basis, part: Decision.ProviderPart)]
    }

    /// How long a provider may ask about an order after it was taken.
    static let asked = Span.days(90)

    /// - Parameter order: Its id or its number.
    /// - Throws: `order_unknown` unless the provider offers the item, so that its name stands in a decision, and the order is of the last
    ///   90 days: numbers run on, and whoever tries them out learns nothing from any other.
    public func callAsFunction(_ order: String, for provider: ProviderID) async throws -> Own {
        let since = office.now - Self.asked
        return try await office.read { tx in
            let unknown = Rejection(.missing, "order_unknown", "没有这张工单，请核对编号。")
            guard let found = try tx.orders.find(OrderID(order)) ?? tx.orders.byNumber(order), found.createdAt >= since else { throw unknown }
            var texts = try tx.attempts.all(found.id).map { (at: $0.offeredAt, text: $0.decision) }
            if let unmet = try tx.unmet.latest(found.id), !unmet.decision.isEmpty { texts.append((unmet.at, unmet.decision)) }
            let parts = try texts.sorted { $0.at < $1.at }.compactMap { at, text in
                guard let decision = Decision(encoded: text) else { throw StoreFault.corrupt("decision of \(found.id)") }
                return decision.part(of: provider).map { (at: at, policy: decision.policyVersion, basis: decision.basis, part: $0) }
            }
            guard !parts.isEmpty else { throw unknown }
            return Own(number: found.number, parts: parts)
        }
    }
}
