import Catalog
import Entitlement
import Kernel
import Registry

/// 服务合计: whom a statement serves, with what and out of which funds: what 结算汇总表 says of it beside the money. No decision on a line changes it.
public struct ServiceSums: Hashable, Sendable {
    /// 服务人数
    public let elders: Int
    public let categories: Set<Category>
    /// Units are not added to each other.
    public let quantities: [Unit: Quantity]
    /// 企业让利: what the provider asks less than the guide price of the day.
    public let discount: Fen
    public let funds: [Fund: Fen]

    public init(elders: Int, categories: Set<Category>, quantities: [Unit: Quantity], discount: Fen, funds: [Fund: Fen]) {
        (self.elders, self.categories, self.quantities, self.discount, self.funds) = (elders, categories, quantities, discount, funds)
    }

    public init(_ lines: [StatementLine], _ catalogue: Catalogue) {
        self = lines.reduce(into: ServiceTally()) { $0.add(ServiceShare($1.candidate, catalogue)) }.sums
    }
}

/// What one line adds to ``ServiceSums``.
public struct ServiceShare: Sendable {
    let elder: ElderID
    let category: Category?
    let unit: Unit?
    let quantity: Quantity
    let discount: Fen
    let funding: [Candidate.Funding]

    public init(_ line: Candidate, _ catalogue: Catalogue) {
        (elder, quantity, funding) = (line.elder, line.quantity, line.funding)
        (category, unit) = (catalogue.category(of: line.item), catalogue.unit(of: line.item))
        let price = catalogue.price(of: line.item, on: line.date)
        let guide = price.flatMap { $0.type == .guided || $0.type == .agreed ? $0.guide : nil }
        discount = guide.map { max(.zero, $0.times(line.quantity) - line.gross) } ?? .zero
    }
}

/// ``ServiceSums`` as the lines come in.
public struct ServiceTally: Sendable {
    private var elders: Set<ElderID> = []
    private var categories: Set<Category> = []
    private var quantities: [Unit: Int64] = [:]
    private var discount = Fen.zero
    /// By its word: what it means is asked once a statement.
    private var funds: [String: Fen] = [:]

    public init() {}

    public mutating func add(_ share: ServiceShare) {
        elders.insert(share.elder)
        if let category = share.category { categories.insert(category) }
        if let unit = share.unit { quantities[unit, default: 0] += share.quantity.hundredths }
        discount += share.discount
        for leg in share.funding { funds[leg.fund, default: .zero] += leg.amount }
    }

    public var sums: ServiceSums {
        ServiceSums(
            elders: elders.count, categories: categories, quantities: quantities.mapValues { Quantity(hundredths: $0) }, discount: discount,
            funds: funds.reduce(into: [:]) { sums, paid in if let fund = Fund(rawValue: paid.key) { sums[fund] = paid.value } })
    }
}
