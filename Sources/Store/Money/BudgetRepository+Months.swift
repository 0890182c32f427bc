import Entitlement
import Kernel

/// What each month of service has taken from a budget: kept with every move, so that a page reads twelve rows and not a year of orders, and
/// counted again from the legs, swipes, payments and corrections themselves by whoever checks the books.
extension BudgetRepository {
    public struct MonthUse: Hashable, Sendable {
        public let month: Month
        public fileprivate(set) var reserved: Fen
        public fileprivate(set) var posted: Fen
        public fileprivate(set) var services: Int
    }

    /// Adds to what a month of service has taken from a budget.
    func note(_ use: MonthUse, of key: BudgetKey) throws {
        let changed = try tx.execute(
            """
            UPDATE budget_month SET reserved_fen = reserved_fen + \(use.reserved), posted_fen = posted_fen + \(use.posted),
                services = services + \(use.services)
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "")
                AND month = \(use.month)
            """)
        if changed == 0 { try insert(use, of: key) }
    }

    func insert(_ use: MonthUse, of key: BudgetKey) throws {
        try tx.execute(
            """
            INSERT INTO budget_month (year, fund, category, region, month, reserved_fen, posted_fen, services)
            VALUES (\(key.year), \(key.fund), \(key.category ?? ""), \(key.region ?? ""), \(use.month), \(use.reserved), \(use.posted),
                \(use.services))
            """)
    }

    public func burnDown(_ key: BudgetKey) throws -> [MonthUse] {
        try tx.rows(
            """
            SELECT month, reserved_fen, posted_fen, services FROM budget_month
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "") AND services > 0
            ORDER BY month
            """
        ) { MonthUse(month: try $0.month(), reserved: try $0.fen(), posted: try $0.fen(), services: try $0.int()) }
    }

    /// Budgets whose totals, or whose months, the legs, swipes, payments and corrections do not explain; none when sound.
    public func faults() throws -> [String] {
        let years = try tx.rows("SELECT DISTINCT year FROM budget ORDER BY year") { try $0.int() }
        return try years.flatMap { year in
            let counted = try recount(year, with: tx.corrections.borne(in: year))
            return try all(year: year).filter { stored in
                let months = counted[stored.key] ?? []
                return try months.map(\.posted).total != stored.posted || months.map(\.reserved).total != stored.reserved
                    || burnDown(stored.key) != months
            }
        }.map(\.key.text)
    }

    /// Keeps the months of a database that has not kept them from the beginning.
    func keepMonths() throws {
        for year in try tx.rows("SELECT DISTINCT year FROM budget ORDER BY year", { try $0.int() }) {
            for (key, months) in try recount(year, with: []) { for use in months { try insert(use, of: key) } }
        }
    }

    /// The months of every budget of a year, each in order.
    ///
    /// - Parameter corrections: of services of that year, where they are kept already.
    func recount(_ year: Int, with corrections: [CorrectionRepository.Borne]) throws -> [BudgetKey: [MonthUse]] {
        var uses: [BudgetKey: [Month: MonthUse]] = [:]
        func add(_ keys: [BudgetKey], _ month: Month, reserved: Fen = .zero, posted: Fen = .zero, services: Int) {
            for key in keys where key.year == year {
                var use = uses[key]?[month] ?? MonthUse(month: month, reserved: .zero, posted: .zero, services: 0)
                use.reserved += reserved
                use.posted += posted
                use.services += services
                uses[key, default: [:]][month] = use
            }
        }
        // All legs of an order that one budget bears name the same budgets, and move together.
        try tx.forEachRow(
            """
            SELECT SUBSTR(o.service_date, 1, 7), l.budgets, l.state, CAST(SUM(l.amount_fen + l.bonus_fen) AS BIGINT), COUNT(DISTINCT l.order_id)
            FROM funding_leg l JOIN service_order o ON o.id = l.order_id
            WHERE o.service_date >= \(LocalDate(year, 1, 1)) AND o.service_date <= \(LocalDate(year, 12, 31)) AND l.state <> 'released'
                AND l.budgets <> ''
            GROUP BY SUBSTR(o.service_date, 1, 7), l.budgets, l.state
            """
        ) { row in
            let (month, keys) = (try row.month(), try [BudgetKey](encoded: try row.text()))
            let isPosted = try row.value(LegState.self) == .posted
            let (amount, count) = (try row.fen(), try row.int())
            add(keys, month, reserved: isPosted ? .zero : amount, posted: isPosted ? amount : .zero, services: count)
        }
        for (month, keys, amount, count) in corrections { add(keys, month, posted: amount, services: count) }
        for (month, keys, amount, count) in try tx.meals.borne(in: year) { add(keys, month, posted: amount, services: count) }
        for (month, keys, reserved, posted, count) in try tx.payouts.borne() { add(keys, month, reserved: reserved, posted: posted, services: count) }
        return uses.mapValues { months in months.values.filter { $0.services > 0 }.sorted { $0.month < $1.month } }
    }
}
