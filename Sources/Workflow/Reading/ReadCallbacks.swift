import Billing
import Kernel
import Orders
import Registry
import Store

/// 回访待办: orders whose elder is to be asked, and what was answered beside what is recorded.
public struct ReadCallbacks: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Why somebody is to be called back.
    public enum Reason: Hashable, Sendable {
        /// The month's close has drawn it.
        case sample(Month, Sample.Reason)
        /// Done, and nobody has confirmed it yet.
        case unconfirmed
    }

    public struct Due: Sendable {
        public let order: Order
        public let reason: Reason
    }

    /// Samples first, for they keep a month from being paid; then the oldest of those that wait for the elder's word.
    public func due(limit: Int) async throws -> [Due] {
        try await office.read { tx in
            let drawn = try tx.close.openSamples(limit: limit)
            let orders = Dictionary(uniqueKeysWithValues: try tx.orders.find(drawn.map { OrderID($0.subject) }).map { ($0.id, $0) })
            let samples = drawn.compactMap { sample in
                orders[OrderID(sample.subject)].map { Due(order: $0, reason: .sample(sample.month, sample.reason)) }
            }
            let sampled = Set(samples.map(\.order.id))
            let waiting = try tx.orders.waiting(.init(state: .done), limit: limit).filter { !sampled.contains($0.id) }
            return samples + waiting.map { Due(order: $0, reason: .unconfirmed) }
        }
    }

    public struct Questions: Sendable {
        public let order: Order
        public let elder: Elder
        public let visit: Visit?
        public let sample: (month: Month, reason: Sample.Reason)?
        /// What has been answered, the latest last; until there is one, nothing of the visit may be shown.
        public let answers: [Callback]
    }

    public func questions(_ id: OrderID) async throws -> Questions {
        try await office.read { tx in
            let order = try tx.orders.require(id)
            var elder = try tx.elders.require(order.elder)
            elder.phones = try tx.elders.phones(of: elder.id)
            return Questions(
                order: order, elder: elder, visit: try tx.visits.find(id), sample: try tx.close.openSample(of: id.text),
                answers: try tx.quality.callbacks(id))
        }
    }
}

extension Callback {
    public var recollection: Recollection {
        Recollection(came: came, cameAt: cameAt, minutes: minutes, paidExtra: paidExtra, satisfaction: satisfaction)
    }
}
