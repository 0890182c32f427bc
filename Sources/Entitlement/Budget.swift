import Catalog
import Kernel

/// 预算科目: the yearly budget of a fund, of all categories and streets or of one; a service is borne by every budget that covers it.
public struct BudgetKey: Hashable, Comparable, Sendable {
    public let fund: Fund
    public let year: Int
    /// Code of the category, `01` … `10`; nil for all.
    public let category: String?
    /// Code of the street; nil for all.
    public let region: String?

    public init(fund: Fund, year: Int, category: String? = nil, region: String? = nil) {
        self.fund = fund
        self.year = year
        self.category = category
        self.region = region
    }

    static let all = "all"

    /// `district_subsidy:2026:06:620102001`, with `all` for what is not limited.
    public var text: String { "\(fund.rawValue):\(year):\(category ?? Self.all):\(region ?? Self.all)" }

    /// Reads ``text`` and nothing else.
    public init?(_ text: some StringProtocol) {
        let parts = String(text).split(separator: ":" as Character, omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 4, let fund = Fund(rawValue: parts[0]), let year = Int(parts[1]), (2000...2399).contains(year),
            parts[2] == Self.all || Category(rawValue: parts[2]) != nil, !parts[3].isEmpty
        else { return nil }
        self.init(fund: fund, year: year, category: parts[2] == Self.all ? nil : parts[2], region: parts[3] == Self.all ? nil : parts[3])
    }

    /// As an officer reads it, without the street's name.
    public var name: String {
        "\(year) 年\(fund.name)\(category.flatMap { Category(rawValue: $0)?.name }.map { "（\($0)）" } ?? "")"
    }

    public static func < (a: BudgetKey, b: BudgetKey) -> Bool { a.text < b.text }

    /// Whether money of a fund, for a service on a day, in a category and street, is borne by this budget.
    ///
    /// - Parameters:
    ///   - category: nil when the item is not in the catalogue; then only budgets of all categories bear it.
    ///   - region: nil when the street is not known.
    public func bears(_ fund: Fund, on date: LocalDate, _ category: Category?, region: String?) -> Bool {
        self.fund == fund && year == date.year && (self.category == nil || self.category == category?.rawValue)
            && (self.region == nil || self.region == region)
    }
}

/// 预算执行: how full a budget is, and when somebody must hear of it.
public enum BudgetLevel: String, Sendable {
    case open
    /// 预警: at or above the warning share (parameter `budget_warn_percent`).
    case warned
    /// 停用: nothing left; new orders are quoted without the fund.
    case exhausted

    /// - Parameter warnPercent: 1 ... 100.
    public init(_ balance: Balance, warnPercent: Int) {
        if balance.used >= balance.granted {
            self = .exhausted
        } else {
            self = balance.used.amount * 100 >= balance.granted.amount * Int64(warnPercent) ? .warned : .open
        }
    }
}
