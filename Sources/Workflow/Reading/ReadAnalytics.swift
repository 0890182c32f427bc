import Catalog
import Kernel
import Matching
import Registry
import Store

/// 统计分析: demand, unmet demand, distribution and utilisation by street and category over a run of days.
public struct ReadAnalytics: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// The longest run of days one answer covers.
    public static let dayLimit = 366

    /// - Throws: `days_invalid` for a run that is turned round or too long.
    public static func check(_ from: LocalDate, _ until: LocalDate) throws {
        guard from <= until, from.days(to: until) < dayLimit else {
            throw Rejection(.refused, "days_invalid", "from 不能晚于 to，且一次至多查询 \(dayLimit) 天。", pointer: "/from")
        }
    }

    public func demand(from: LocalDate, until: LocalDate) async throws -> [AnalyticsRepository.Demand] {
        try Self.check(from, until)
        return try await office.read { tx in try tx.analytics.demand(from: from, until: until) }
    }

    /// Orders for which nobody was found, by street and item, most first; the days are those on which it was told.
    public func unmet(from: LocalDate, until: LocalDate) async throws -> [(region: String, item: ItemCode, orders: Int)] {
        try Self.check(from, until)
        return try await office.read { tx in
            try tx.unmet.counts(from: Instant(from), until: Instant(until.adding(days: 1))).map { ($0.region, ItemCode($0.item), $0.orders) }
        }
    }

    public func distribution(from: LocalDate, until: LocalDate) async throws -> [AnalyticsRepository.Share] {
        try Self.check(from, until)
        return try await office.read { tx in try tx.analytics.distribution(from: from, until: until) }
    }

    public struct Utilisation: Hashable, Sendable {
        public let provider: ProviderID
        public let region: String
        public let kind: String
        /// Orders that could have begun in its windows on those days, and those that did or will.
        public let capacity: Int
        public let taken: Int
    }

    /// How full each provider's windows are; its street and main kind stand beside it, so that the figures can be summed either way.
    public func utilisation(from: LocalDate, until: LocalDate) async throws -> [Utilisation] {
        try Self.check(from, until)
        let reference = office.reference
        let rows = try await office.read { tx in try tx.analytics.taken(from: from, until: until) }
        let taken = rows.reduce(into: [String: Int]()) { $0[$1.provider, default: 0] += $1.taken }
        return reference.franchise.providers.filter(\.state.mayReceiveOrders).map { firm in
            let days = 0...from.days(to: until)
            let capacity = days.reduce(0) { $0 + reference.matcher.capacity(of: firm.id, on: from.adding(days: $1)) }
            return Utilisation(provider: firm.id, region: firm.region, kind: firm.kind, capacity: capacity, taken: taken[firm.id.text] ?? 0)
        }
    }
}
