import Catalog
import Entitlement
import Kernel
import Store

/// 预算执行情况: how full each budget is, month by month, and when it will be used up if it goes on so.
public struct ReadBudgets: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Line: Sendable {
        public let budget: BudgetRepository.Stored
        public let level: BudgetLevel
    }

    public struct BurnDown: Sendable {
        public let line: Line
        public let months: [BudgetRepository.MonthUse]
        /// The day on which nothing will be left, at the pace of the year so far; nil when it lasts, or when nothing has been used.
        public let lastsUntil: LocalDate?
    }

    public func all(year: Int) async throws -> [Line] {
        let (reference, now) = (office.reference, office.now)
        return try await office.read { tx in try tx.budgets.all(year: year).map { Self.line($0, reference, now) } }
    }

    public func pending() async throws -> [OverrideRepository.Stored] { try await office.read { tx in try tx.overrides.all(.requested) } }

    public func burnDown(_ key: BudgetKey) async throws -> BurnDown {
        let (reference, now) = (office.reference, office.now)
        return try await office.read { tx in
            let stored = try tx.budgets.require(key)
            return BurnDown(
                line: Self.line(stored, reference, now), months: try tx.budgets.burnDown(key),
                lastsUntil: Self.lastsUntil(stored.balance, year: key.year, today: now.localDate))
        }
    }

    /// A budget as it stands, with its level today.
    public func line(_ stored: BudgetRepository.Stored) -> Line { Self.line(stored, office.reference, office.now) }

    static func line(_ stored: BudgetRepository.Stored, _ reference: Reference, _ now: Instant) -> Line {
        let percent = reference.catalogue.parameters.int("budget_warn_percent", on: now.localDate) ?? BudgetWatch.defaultWarnPercent
        return Line(budget: stored, level: BudgetLevel(stored.balance, warnPercent: percent))
    }

    /// Whole days at the mean pace since the first of January; rounded down.
    static func lastsUntil(_ balance: Balance, year: Int, today: LocalDate) -> LocalDate? {
        guard today.year == year, let first = LocalDate(year, 1, 1), let last = LocalDate(year, 12, 31), balance.used > .zero else { return nil }
        let passed = Int64(first.days(to: today) + 1)
        let days = balance.available.amount * passed / balance.used.amount
        return days <= Int64(today.days(to: last)) ? today.adding(days: Int(days)) : nil
    }
}
