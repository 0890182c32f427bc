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

    /// A meal that was drawn: its elder is asked whether it was eaten.
    public struct DueMeal: Sendable {
        public let swipe: MealSwipe
        public let elder: Elder
        public let month: Month
        public let reason: Sample.Reason
    }

    /// The last row of a page: the next one goes on after it.
    public enum Place: Hashable, Sendable {
        case sample(CloseRepository.SamplePlace)
        case unconfirmed(OrderRepository.Place)
    }

    public struct Page: Sendable {
        public let due: [Due]
        public let meals: [DueMeal]
        /// Nil on the last page.
        public let next: Place?
    }

    /// Samples first, for they keep a month from being paid; then the oldest of those that wait for the elder's word.
    public func due(after place: Place? = nil, limit: Int) async throws -> Page {
        try await office.read { tx in
            var (due, meals, last): ([Due], [DueMeal], Place?) = ([], [], place)
            var asked: OrderRepository.Place?
            if case .unconfirmed(let place) = place {
                asked = place
            } else {
                var drawn: CloseRepository.SamplePlace?
                if case .sample(let place) = place { drawn = place }
                let samples = try tx.close.openSamples(after: drawn, limit: limit + 1)
                let orders = Dictionary(uniqueKeysWithValues: try tx.orders.find(samples.map { OrderID($0.place.subject) }).map { ($0.id, $0) })
                due = samples.prefix(limit).compactMap { sample in
                    orders[OrderID(sample.place.subject)].map { Due(order: $0, reason: .sample(sample.place.month, sample.reason)) }
                }
                let swipes = Dictionary(
                    uniqueKeysWithValues: try tx.meals.find(samples.map { SwipeID($0.place.subject) }.filter { orders[OrderID($0.text)] == nil })
                        .map { ($0.id, $0) })
                for sample in samples.prefix(limit) {
                    guard let swipe = swipes[SwipeID(sample.place.subject)] else { continue }
                    meals.append(DueMeal(swipe: swipe, elder: try tx.elders.require(swipe.elder), month: sample.place.month, reason: sample.reason))
                }
                if let sample = samples.prefix(limit).last { last = .sample(sample.place) }
                if samples.count > limit { return Page(due: due, meals: meals, next: last) }
            }
            let left = limit - due.count - meals.count
            let found = try tx.orders.waiting(.init(state: .done), after: asked, limit: left + 1)
            let waiting = found.prefix(left)
            if let order = waiting.last { last = .unconfirmed(OrderRepository.Place(due: order.timer?.due, id: order.id)) }
            let sampled = try tx.close.sampled(among: waiting.map(\.id.text))
            due += waiting.filter { !sampled.contains($0.id.text) }.map { Due(order: $0, reason: .unconfirmed) }
            return Page(due: due, meals: meals, next: found.count > waiting.count ? last : nil)
        }
    }

    /// A drawn meal with whom to call.
    ///
    /// - Throws: `sample_unknown`
    public func meal(_ id: SwipeID) async throws -> DueMeal {
        try await office.read { tx in
            guard let swipe = try tx.meals.find(id), let sample = try tx.close.openSample(of: id.text) else {
                throw Rejection(.missing, "sample_unknown", "抽查名单中没有这一餐，或已有结果。")
            }
            var elder = try tx.elders.require(swipe.elder)
            elder.phones = try tx.elders.phones(of: elder.id)
            return DueMeal(swipe: swipe, elder: elder, month: sample.month, reason: sample.reason)
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
