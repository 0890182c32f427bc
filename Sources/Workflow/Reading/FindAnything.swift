import Catalog
import Kernel
import Orders
import Registry
import Store

/// 一键查找: one box for everything an operator may be told: a name, its initials, a telephone or its tail, a card, an order, an item.
public struct FindAnything: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Found: Sendable {
        public let elders: [Elder]
        public let orders: [Order]
        public let items: [Item]
        public let articles: [Knowledge.Article]
    }

    public func callAsFunction(_ text: String, limit: Int = 9) async throws -> Found {
        let query = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        guard !query.isEmpty, query.utf8.count <= 64 else { return Found(elders: [], orders: [], items: [], articles: []) }
        let elders = try await FindElders(office)(query, limit: limit)
        let isOrder = query.utf8.count >= 6 && query.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D }
        let orders = isOrder ? try await office.read { tx in try tx.orders.numbered(query, limit: 5) } : []
        let reference = office.reference
        return Found(
            elders: elders, orders: orders, items: reference.catalogue.search(query, limit: 5), articles: reference.knowledge.search(query, limit: 3))
    }
}
