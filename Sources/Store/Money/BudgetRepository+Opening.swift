import Billing
import Entitlement
import Kernel
import Registry

/// 期初: a budget that is entered after its year has begun to be spent.
///
/// Every leg, meal and payment that it would have borne names it from then on, so that what is given back later is given back to it, and whoever
/// counts again comes to the same sums. All in the transaction that enters it: nothing is spent in between.
extension BudgetRepository {
    /// - Throws: `budget_below_spent` when more than it grants is promised or paid already.
    func open(_ key: BudgetKey, granted: Fen) throws {
        for residents in try residents(of: key) {
            try bearOrders(key, of: residents)
            try bearMeals(key, of: residents)
            try bearPayments(key, of: residents)
            try bearCorrections(key, of: residents)
        }
        let months = try recount(key.year, with: tx.corrections.borne(in: key.year))[key] ?? []
        let (reserved, posted) = (months.map(\.reserved).total, months.map(\.posted).total)
        guard reserved + posted <= granted else {
            throw Rejection(
                .refused, "budget_below_spent", "\(key.name)在本年度已使用 \((reserved + posted).yuan) 元，拟下达的预算不能少于这个数。")
        }
        try tx.execute(
            """
            INSERT INTO budget (fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level)
            VALUES (\(key.fund), \(key.year), \(key.category ?? ""), \(key.region ?? ""), \(granted), 0, \(reserved), \(posted), 'open')
            """)
        for use in months { try insert(use, of: key) }
    }

    /// Elders, and the days of the year on which they live where the budget is for.
    private struct Residents {
        /// Chooses them by the column `id` of `elder`.
        let elders: SQL
        let first: LocalDate
        let last: LocalDate
    }

    /// Of a street: those who have always lived there, and each who has moved for the days of living there.
    private func residents(of key: BudgetKey) throws -> [Residents] {
        let (first, last) = (Month(key.year, 1).first, Month(key.year, 12).last)
        guard let region = key.region else { return [Residents(elders: "SELECT id FROM elder", first: first, last: last)] }
        let moved = try tx.rows("SELECT id, region, streets FROM elder WHERE streets <> '' ORDER BY id") {
            (id: try $0.id(Elder.self), region: try $0.text(), streets: try Recipients.streets(try $0.text()))
        }
        let settled = Residents(elders: "SELECT id FROM elder WHERE region = \(region) AND streets = ''", first: first, last: last)
        return moved.reduce(into: [settled]) { all, elder in
            var begin = first
            for (street, until) in elder.streets.map({ ($0.region, $0.until) }) + [(elder.region, last)] {
                let end = min(until, last)
                if street == region, begin <= end { all.append(Residents(elders: "SELECT \(elder.id)", first: begin, last: end)) }
                begin = max(begin, end.adding(days: 1))
            }
        }
    }

    /// With a budget among others, in their order.
    private func adding(_ key: BudgetKey, to budgets: String) throws -> String { try ([BudgetKey](encoded: budgets) + [key]).sorted().encoded }

    private func bearOrders(_ key: BudgetKey, of residents: Residents) throws {
        let orders: SQL = """
            SELECT id FROM service_order
            WHERE service_date >= \(residents.first) AND service_date <= \(residents.last)
                AND (\(key.category ?? "") = '' OR SUBSTR(item_code, 1, 2) = \(key.category ?? "")) AND elder_id IN (\(nested: residents.elders))
            """
        let groups = try tx.rows(
            """
            SELECT DISTINCT budgets FROM funding_leg WHERE fund = \(key.fund) AND state <> 'released' AND order_id IN (\(nested: orders))
            """
        ) { try $0.text() }
        for budgets in groups {
            try tx.execute(
                """
                UPDATE funding_leg SET budgets = \(try adding(key, to: budgets))
                WHERE fund = \(key.fund) AND state <> 'released' AND budgets = \(budgets) AND order_id IN (\(nested: orders))
                """)
        }
    }

    /// A meal keeps the budgets of its legs in one column, a part a leg; those alike move together.
    private func bearMeals(_ key: BudgetKey, of residents: Residents) throws {
        let swipes: SQL = """
            service_date >= \(residents.first) AND service_date <= \(residents.last) AND is_reversed = 0
                AND (\(key.category ?? "") = '' OR SUBSTR(item_code, 1, 2) = \(key.category ?? "")) AND elder_id IN (\(nested: residents.elders))
            """
        let groups = try tx.rows("SELECT DISTINCT legs, budgets FROM meal_swipe WHERE legs <> '' AND \(nested: swipes)") {
            (legs: try $0.text(), budgets: try $0.text())
        }
        for group in groups {
            let funds = group.legs.split(separator: ";").map { $0.prefix { $0 != "|" } }
            guard funds.contains(where: { $0 == key.fund.rawValue }) else { continue }
            let parts = group.budgets.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
            let budgets = try funds.enumerated().map { index, fund in
                let budgets = index < parts.count ? parts[index] : ""
                return try fund == key.fund.rawValue ? adding(key, to: budgets) : budgets
            }.joined(separator: "/")
            try tx.execute(
                "UPDATE meal_swipe SET budgets = \(budgets) WHERE legs = \(group.legs) AND budgets = \(group.budgets) AND \(nested: swipes)")
        }
    }

    /// An allowance belongs to no category; a bill to that of its item.
    private func bearPayments(_ key: BudgetKey, of residents: Residents) throws {
        let payments: SQL = """
            fund = \(key.fund) AND service_date >= \(residents.first) AND service_date <= \(residents.last)
                AND state <> 'released' AND is_reversed = 0
                AND (\(key.category ?? "") = '' OR (bill <> '' AND SUBSTR(item_code, 1, 2) = \(key.category ?? "")))
                AND elder_id IN (\(nested: residents.elders))
            """
        for budgets in try tx.rows("SELECT DISTINCT budgets FROM payout WHERE \(nested: payments)", { try $0.text() }) {
            try tx.execute("UPDATE payout SET budgets = \(try adding(key, to: budgets)) WHERE budgets = \(budgets) AND \(nested: payments)")
        }
    }

    /// Of whatever line they are, also of one that had given everything back.
    private func bearCorrections(_ key: BudgetKey, of residents: Residents) throws {
        let services: SQL = """
            service_date >= \(residents.first) AND service_date <= \(residents.last)
                AND (\(key.category ?? "") = '' OR SUBSTR(item_code, 1, 2) = \(key.category ?? "")) AND elder_id IN (\(nested: residents.elders))
            """
        let legs: SQL = """
            fund = \(key.fund) AND adjustment_id IN (
                SELECT id FROM adjustment WHERE subject IN (
                    SELECT id FROM service_order WHERE \(nested: services) UNION ALL SELECT id FROM meal_swipe WHERE \(nested: services)))
            """
        for budgets in try tx.rows("SELECT DISTINCT budgets FROM correction_leg WHERE \(nested: legs)", { try $0.text() }) {
            try tx.execute("UPDATE correction_leg SET budgets = \(try adding(key, to: budgets)) WHERE budgets = \(budgets) AND \(nested: legs)")
        }
    }
}

extension BudgetRepository.Stored {
    /// What stands of a budget that is not there yet.
    public static func unopened(_ key: BudgetKey) -> BudgetRepository.Stored {
        BudgetRepository.Stored(key: key, granted: .zero, extra: .zero, reserved: .zero, posted: .zero, level: .open)
    }
}
