import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// An order with its history.
public struct OrderFile: Sendable {
    public let order: Order
    public let attempts: [Attempt]
    public let legs: [LegRepository.Stored]
    public let visit: Visit?
    public let events: [Event]
    public let unmet: String?
}

/// Looking orders up, as far as the caller may.
public struct ReadOrders: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func file(_ id: OrderID, by caller: Caller) async throws -> OrderFile {
        try await office.read { tx in
            let order = try Self.visible(tx, id, to: caller)
            return OrderFile(
                order: order, attempts: try tx.attempts.all(id), legs: try tx.legs.all(id), visit: try tx.visits.find(id),
                events: try tx.events.about(id.text), unmet: try tx.unmet.latest(id)?.summary)
        }
    }

    public func page(
        state: OrderState?, elder: ElderID?, provider: ProviderID?, day: LocalDate?, before: OrderID?, limit: Int
    ) async throws -> [Order] {
        try await office.read { tx in
            try tx.orders.page(state: state, elder: elder, provider: provider, day: day, before: before, limit: limit)
        }
    }

    public func of(_ provider: ProviderID, state: OrderState, after: OrderID?, limit: Int) async throws -> [FeedEntry] {
        let now = office.now
        return try await office.read { tx in
            try tx.orders.of(provider, state: state, after: after, limit: limit).map { order in
                try ReadFeed.entry(tx, order, Event.none, for: provider, now: now)
            }
        }
    }

    /// The stored reasons of every attempt, and of the last time nobody fitted.
    public func decisions(_ id: OrderID, by caller: Caller) async throws -> [(attempt: Attempt?, decision: Decision)] {
        try await office.read { tx in
            _ = try Self.visible(tx, id, to: caller)
            var found: [(Attempt?, Decision)] = []
            for attempt in try tx.attempts.all(id) {
                guard let decision = Decision(encoded: attempt.decision) else { throw StoreFault.corrupt("decision of \(id)") }
                found.append((attempt, decision))
            }
            if let unmet = try tx.unmet.latest(id), let decision = Decision(encoded: unmet.decision) { found.append((nil, decision)) }
            return found
        }
    }

    public func counts() async throws -> [OrderState: Int] { try await office.read { tx in try tx.orders.counts() } }

    /// - Throws: `order_unknown` also when a provider asks for an order it was never offered.
    private static func visible(_ tx: any Transaction, _ id: OrderID, to caller: Caller) throws -> Order {
        let order = try tx.orders.require(id)
        guard caller.role == .provider else { return order }
        guard let provider = caller.provider, try tx.attempts.wasOffered(id, to: provider) else {
            throw Rejection(.missing, "order_unknown", "没有这张工单，请核对编号。")
        }
        return order
    }
}

/// Looking elders up.
public struct FindElders: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ text: String, limit: Int) async throws -> [Elder] {
        // A whole telephone number may be written in many ways; a part of one is searched as typed.
        let phone = text.contains(where: \.isNumber) ? (try? NormalisedPhone(text))?.text : nil
        return try await office.read { tx in
            let found = try tx.elders.search(phone ?? text, limit: limit)
            return try (found.isEmpty && phone != nil ? tx.elders.search(text, limit: limit) : found).map { elder in
                var elder = elder
                elder.phones = try tx.elders.phones(of: elder.id)
                return elder
            }
        }
    }

    public func card(_ id: ElderID) async throws -> Elder {
        try await office.read { tx in
            guard let elder = try tx.elders.find(id) else { throw Rejection(.missing, "elder_unknown", "没有这位老人，请重新查找。") }
            return elder
        }
    }
}
