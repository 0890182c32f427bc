import Billing
import Catalog
import Entitlement
import Kernel

/// 预算: how much a fund may pay in a year, in all or for one category or street.
///
/// The schema refuses a row in which reserved + posted exceeds what is granted and approved on top, whatever the code above it believes.
public struct BudgetRepository {
    let tx: any Transaction

    public struct Stored: Hashable, Sendable {
        public let key: BudgetKey
        public let granted: Fen
        /// Approved on top by a second person (超支特批).
        public let extra: Fen
        public let reserved: Fen
        public let posted: Fen
        /// The level that was last told to everyone.
        public let level: BudgetLevel

        public var balance: Balance { Balance(granted: granted + extra, reserved: reserved, posted: posted) }
    }

    /// Every budget that bears a service of a category in a street in a year, of whatever fund.
    public func covering(year: Int, category: String, region: String) throws -> [BudgetKey: Balance] {
        var found: [BudgetKey: Balance] = [:]
        try tx.forEachRow(
            """
            SELECT fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level FROM budget
            WHERE year = \(year) AND category IN ('', \(category)) AND region IN ('', \(region))
            """
        ) { row in
            let stored = try Stored(row: &row)
            found[stored.key] = stored.balance
        }
        return found
    }

    public func find(_ key: BudgetKey) throws -> Stored? {
        try tx.first(
            """
            SELECT fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level FROM budget
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "")
            """
        ) { try Stored(row: &$0) }
    }

    /// - Throws: `budget_unknown`.
    public func require(_ key: BudgetKey) throws -> Stored {
        guard let stored = try find(key) else { throw Rejection(.missing, "budget_unknown", "没有这个预算科目，请先下达预算。") }
        return stored
    }

    public func all(year: Int) throws -> [Stored] {
        try tx.rows(
            """
            SELECT fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level FROM budget
            WHERE year = \(year) ORDER BY fund, category, region LIMIT 5000
            """
        ) { try Stored(row: &$0) }
    }

    /// 下达: sets what a budget grants. A new one bears what its year has promised and paid before it was entered.
    ///
    /// - Throws: `budget_below_spent` when more than that is promised or paid already.
    public func set(_ key: BudgetKey, granted: Fen) throws {
        guard try find(key) != nil else { return try open(key, granted: granted) }
        let changed = try tx.execute(
            """
            UPDATE budget SET granted_fen = \(granted)
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "")
                AND reserved_fen + posted_fen <= \(granted) + extra_fen
            """)
        guard changed == 1 else { throw Rejection(.refused, "budget_below_spent", "\(key.name)已使用的金额超过拟下达的预算，不能调减到这个数。") }
    }

    /// 特批: lets a budget go beyond what it grants.
    public func extend(_ key: BudgetKey, by amount: Fen) throws {
        try tx.execute(
            """
            UPDATE budget SET extra_fen = extra_fen + \(amount)
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "")
            """)
    }

    /// Moves what legs of one service take within the budgets that bear them, and within the month of the service.
    ///
    /// - Parameter services: by how much the number of services changes that hold money; nil for what the move of a whole service does.
    /// - Throws: `budget_exhausted` when one has less left, even if two calls agreed on the same balance.
    /// - Returns: the budgets afterwards, in the order of their keys.
    @discardableResult
    public func move(_ move: FundMove, _ legs: [FundingLeg], in month: Month, services: Int? = nil) throws -> [Stored] {
        var amounts: [BudgetKey: Fen] = [:]
        for leg in legs { for key in leg.budgets { amounts[key, default: .zero] += leg.borne } }
        return try amounts.sorted { $0.key < $1.key }.map { key, amount in
            let use = MonthUse(
                month: month, reserved: Fen(move.reserved * amount.amount), posted: Fen(move.posted * amount.amount),
                services: services ?? Int(move.services))
            let stored = try add(use, to: key)
            try note(use, of: key)
            return stored
        }
    }

    private func add(_ use: MonthUse, to key: BudgetKey) throws -> Stored {
        let moved = try tx.first(
            """
            UPDATE budget SET reserved_fen = reserved_fen + \(use.reserved), posted_fen = posted_fen + \(use.posted)
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "")
                AND reserved_fen + posted_fen + \(use.reserved) + \(use.posted) <= granted_fen + extra_fen
            RETURNING fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level
            """
        ) { try Stored(row: &$0) }
        guard let moved else { throw Rejection(.conflict, "budget_exhausted", "\(key.name)预算已用完，请重新报价：新单将不使用这项资金。") }
        return moved
    }

    /// Notes which level everyone has been told.
    public func tell(_ key: BudgetKey, _ level: BudgetLevel) throws {
        try tx.execute(
            """
            UPDATE budget SET level = \(level)
            WHERE year = \(key.year) AND fund = \(key.fund) AND category = \(key.category ?? "") AND region = \(key.region ?? "")
            """)
    }

    /// What the budgets of a month's year leave for the services of that month, late ones of months before among them: all but what others hold.
    /// Bonuses beside the prices are held already, whoever's they are.
    public func left(for month: Month) throws -> [BudgetKey: Fen] {
        let budgets = try all(year: month.year)
        guard !budgets.isEmpty else { return [:] }
        var own: [BudgetKey: Fen] = [:]
        try tx.forEachRow(
            """
            SELECT l.budgets, CAST(SUM(l.amount_fen) AS BIGINT)
            FROM funding_leg l JOIN service_order o ON o.id = l.order_id
            WHERE l.state <> 'released' AND l.budgets <> ''
                AND (o.service_date >= \(month.first) AND o.service_date <= \(month.last)
                    OR o.settlement = 'ready' AND o.service_date < \(month.first)
                        AND NOT EXISTS (SELECT 1 FROM statement_line s WHERE s.subject = o.id)
                        AND EXISTS (SELECT 1 FROM settlement_month c WHERE c.month = SUBSTR(o.service_date, 1, 7) AND c.state = 'closed'))
            GROUP BY l.budgets
            """
        ) { row in
            let keys = try [BudgetKey](encoded: try row.text())
            let amount = try row.fen()
            for key in keys { own[key, default: .zero] += amount }
        }
        try tx.forEachRow(
            """
            SELECT m.legs, m.budgets FROM late_meal t JOIN meal_swipe m ON m.id = t.id
            WHERE m.settlement = 'ready' AND m.budgets <> '' AND m.service_date < \(month.first)
                AND EXISTS (SELECT 1 FROM settlement_month c WHERE c.month = SUBSTR(m.service_date, 1, 7) AND c.state = 'closed')
            """
        ) { row in
            let legs = try CandidateReader.funding(try row.text())
            // A part a leg, in their order.
            for (leg, budgets) in zip(legs, try row.text().split(separator: "/", omittingEmptySubsequences: false)) {
                for key in try [BudgetKey](encoded: String(budgets)) { own[key, default: .zero] += leg.amount }
            }
        }
        for (key, amount) in try tx.meals.held(in: month) { own[key] = (own[key] ?? .zero) + amount }
        return Dictionary(
            uniqueKeysWithValues: budgets.map { ($0.key, $0.balance.granted - $0.balance.used + (own[$0.key] ?? .zero)) })
    }

    /// Keeps what budgets leave for a month that is being closed.
    public func keep(_ left: [BudgetKey: Fen], for month: Month) throws {
        for (key, amount) in left.sorted(by: { $0.key < $1.key }) {
            try tx.execute(
                "INSERT INTO close_budget (month, budget, left_fen) VALUES (\(month), \(key.text), \(amount)) ON CONFLICT (month, budget) DO NOTHING")
        }
    }

    /// What was kept of a month whose close has begun; nil when nothing was.
    public func kept(for month: Month) throws -> [BudgetKey: Fen]? {
        let kept = try tx.rows("SELECT budget, left_fen FROM close_budget WHERE month = \(month) ORDER BY budget") { row in
            (try [BudgetKey](encoded: try row.text())[0], try row.fen())
        }
        return kept.isEmpty ? nil : Dictionary(uniqueKeysWithValues: kept)
    }
}

extension BudgetRepository.Stored {
    init(row: inout Row) throws {
        let (fund, year) = (try row.value(Fund.self), try row.int())
        let (category, region) = (try row.text(), try row.text())
        self.init(
            key: BudgetKey(fund: fund, year: year, category: category.isEmpty ? nil : category, region: region.isEmpty ? nil : region),
            granted: try row.fen(), extra: try row.fen(), reserved: try row.fen(), posted: try row.fen(), level: try row.value())
    }
}

extension [BudgetKey] {
    /// Joined by `;`, as a column keeps them.
    var encoded: String { isEmpty ? "" : map(\.text).joined(separator: ";") }

    init(encoded text: String) throws {
        self = try text.isEmpty
            ? []
            : text.split(separator: ";").map { part in
                guard let key = BudgetKey(part) else { throw StoreFault.corrupt("budgets: \(text)") }
                return key
            }
    }
}

extension Transaction {
    public var budgets: BudgetRepository { BudgetRepository(tx: self) }
}
