import Catalog
import Hummingbird
import Kernel
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /analytics/demand?from=&to= | analyst | orders, outcomes and money by street and category of the service days |
/// | GET | /analytics/unmet?from=&to= | analyst | orders for which nobody was found, by street and item |
/// | GET | /analytics/distribution?from=&to= | analyst | who serves which street and category |
/// | GET | /analytics/utilisation?from=&to= | analyst | how full each provider's windows are, with its street and kind |
public struct AnalyticsRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<StaffContext>) {
        group.get("analytics/demand", use: demand)
        group.get("analytics/unmet", use: unmet)
        group.get("analytics/distribution", use: distribution)
        group.get("analytics/utilisation", use: utilisation)
    }

    private var read: ReadAnalytics { ReadAnalytics(exchange.office) }

    private func street(_ code: String) -> JSON { JSON(exchange.office.reference.catalogue.region(.init(code))?.name) }

    /// Rows over a run of days: both count; without them the current month so far.
    private func answer(
        _ request: Request, _ rows: (_ from: LocalDate, _ until: LocalDate) async throws -> [JSON]
    ) async throws -> Response {
        let until = try request.day("to") ?? exchange.office.now.localDate
        let from = try request.day("from") ?? until.month.first
        return Exchange.json(["from": JSON(from), "to": JSON(until), "rows": .array(try await rows(from, until))])
    }

    @Sendable func demand(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await answer(request) { from, until in
            try await read.demand(from: from, until: until).map {
                [
                    "region": JSON($0.region), "region_name": street($0.region), "category": JSON($0.category), "orders": JSON($0.orders),
                    "served": JSON($0.served), "cancelled": JSON($0.cancelled), "unmet": JSON($0.unmet), "elders": JSON($0.elders),
                    "payable_fen": JSON($0.payable),
                ]
            }
        }
    }

    @Sendable func unmet(_ request: Request, _ context: StaffContext) async throws -> Response {
        let catalogue = exchange.office.reference.catalogue
        return try await answer(request) { from, until in
            try await read.unmet(from: from, until: until).map {
                [
                    "region": JSON($0.region), "region_name": street($0.region), "item_code": JSON($0.item),
                    "item_name": JSON(catalogue.item($0.item)?.name), "category": JSON(catalogue.item($0.item)?.category.rawValue),
                    "orders": JSON($0.orders),
                ]
            }
        }
    }

    @Sendable func distribution(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await answer(request) { from, until in
            try await read.distribution(from: from, until: until).map {
                [
                    "provider": JSON($0.provider), "region": JSON($0.region), "region_name": street($0.region), "category": JSON($0.category),
                    "orders": JSON($0.orders), "payable_fen": JSON($0.payable),
                ]
            }
        }
    }

    @Sendable func utilisation(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await answer(request) { from, until in
            try await read.utilisation(from: from, until: until).map {
                [
                    "provider": JSON($0.provider), "region": JSON($0.region), "region_name": street($0.region), "kind": JSON($0.kind),
                    "capacity": JSON($0.capacity), "taken": JSON($0.taken),
                    "permille": JSON($0.capacity > 0 ? $0.taken * 1_000 / $0.capacity : 0),
                ]
            }
        }
    }
}
