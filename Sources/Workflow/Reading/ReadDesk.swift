import Intake
import Kernel
import Orders
import Registry
import Store

/// What an operator's desk shows of the whole house: what is late, who is calling.
public struct ReadDesk: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Waiting: Sendable {
        public let order: Order
        /// The elder's whole name.
        public let elder: String
        /// Why nobody has been found, if that is so.
        public let unmet: String?
    }

    /// Orders with a deadline, the most overdue first.
    public func waiting(_ filter: OrderRepository.Filter = .init(), limit: Int) async throws -> [Waiting] {
        try await office.read { tx in try Self.waiting(tx, tx.orders.waiting(filter, limit: limit)) }
    }

    private static func waiting(_ tx: any Transaction, _ orders: [Order]) throws -> [Waiting] {
        let elders = try tx.elders.named(Set(orders.map(\.elder)).sorted())
        let unmet = try tx.unmet.latest(orders.filter { $0.state == .received }.map(\.id))
        return try orders.map { order in
            guard let elder = elders[order.elder] else { throw StoreFault.corrupt("order \(order.id): no elder") }
            return Waiting(order: order, elder: elder.name, unmet: unmet[order.id])
        }
    }

    /// The dispatch board: how many orders are in each state that is not an end, and a page of those that the filter leaves.
    public struct Board: Sendable {
        public let counts: [OrderState: Int]
        public let rows: [Waiting]
        /// Where the next page begins; nil on the last.
        public let next: OrderRepository.Place?
    }

    /// What waits, the most overdue first; of a state that is an end, the newest of one day of service, today's unless the filter names another.
    public func board(_ filter: OrderRepository.Filter, after place: OrderRepository.Place? = nil, limit: Int) async throws -> Board {
        let today = office.now.localDate
        return try await office.read { tx in
            let isEnd = filter.state?.isEnd ?? false
            let found = try isEnd
                ? tx.orders.ended(filter, on: filter.day ?? today, after: place, limit: limit + 1)
                : tx.orders.waiting(filter, after: place, limit: limit + 1)
            let orders = Array(found.prefix(limit))
            let next = found.count > limit ? orders.last.map { OrderRepository.Place(due: isEnd ? nil : $0.timer?.due, id: $0.id) } : nil
            return Board(counts: try tx.board.states(), rows: try Self.waiting(tx, orders), next: next)
        }
    }

    /// A call with everyone on its line, and how often that line has called.
    public struct Ringing: Sendable {
        public let call: Call
        public let cards: [CallCard]
        public let today: Int
        public let lastThirtyDays: Int
    }

    /// - Throws: `call_unknown`
    public func call(_ id: String) async throws -> Ringing {
        let today = office.now.localDate
        return try await office.read { [office] tx in
            guard let call = try tx.calls.find(id) else { throw Rejection(.missing, "call_unknown", "没有这个来电记录。") }
            let cards = try (try? NormalisedPhone(call.from)).map { phone in
                try tx.elders.onLine(phone).map { try RecordCall.card($0, tx, office) }
            } ?? []
            return Ringing(
                call: call, cards: cards, today: try tx.calls.count(from: call.from, since: Instant(today, minute: 0)),
                lastThirtyDays: try tx.calls.count(from: call.from, since: Instant(today.adding(days: -30), minute: 0)))
        }
    }

    public func latestCalls(limit: Int) async throws -> [Call] { try await office.read { tx in try tx.calls.latest(limit: limit) } }
}
