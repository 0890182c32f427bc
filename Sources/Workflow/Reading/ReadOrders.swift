import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Pinyin
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
    /// Wrong codes at the door; nil when there was none.
    public let doorTries: DoorTryRepository.Tries?
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
                events: try tx.events.about(id.text), unmet: try tx.unmet.latest(id)?.summary, doorTries: try tx.doorTries.find(id))
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

    /// - Parameter text: a name, its initials or pinyin, a telephone number or the end of one, a card, the end of an identity number. A second
    ///   word narrows names to a street, community or estate: `wjg jql`, `王 酒泉路`.
    public func callAsFunction(_ text: String, limit: Int) async throws -> [Elder] {
        // A whole telephone number may be written in many ways; a part of one is searched as typed.
        let phone = text.contains(where: \.isNumber) ? (try? NormalisedPhone(text))?.text : nil
        let place = Place(of: text, office.reference.catalogue.regions)
        return try await office.read { tx in
            var found = try place.map { place in Array(try tx.elders.search(place.name, limit: Self.many).filter(place.holds).prefix(limit)) } ?? []
            if found.isEmpty { found = try tx.elders.search(phone ?? text, limit: limit) }
            return try (found.isEmpty && phone != nil ? tx.elders.search(text, limit: limit) : found).map { elder in
                var elder = elder
                elder.phones = try tx.elders.phones(of: elder.id)
                return elder
            }
        }
    }

    /// How many of a name are looked through for those of one place.
    private static let many = 300

    /// A name and where whoever has it lives.
    private struct Place {
        let name: String
        let place: String
        let streets: Set<String>

        /// - Returns: nil unless a name is followed by a second word.
        init?(of text: String, _ regions: [Region]) {
            let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.count == 2, !words[0].contains(where: \.isNumber) else { return nil }
            (name, place) = (words[0], words[1])
            let (typed, pinyin) = (place.lowercased(), PinyinReader())
            let isLatin = typed.utf8.allSatisfy { $0 < 0x80 }
            streets = Set(
                regions.filter { isLatin ? pinyin.reading($0.name).initials.hasPrefix(typed) : $0.name.contains(typed) }.map(\.code.text))
        }

        func holds(_ elder: Elder) -> Bool {
            streets.contains(elder.address.region) || elder.address.community.contains(place) || elder.address.estate.contains(place)
        }
    }

    public func card(_ id: ElderID) async throws -> Elder {
        try await office.read { tx in
            guard let elder = try tx.elders.find(id) else { throw Rejection(.missing, "elder_unknown", "没有这位老人，请重新查找。") }
            return elder
        }
    }
}
