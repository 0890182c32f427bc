import Catalog
import Entitlement
import Foundation
import Kernel
import Store
import Web
import Workflow

/// 预算一览
struct BudgetsModel: Sendable {
    struct Row: Sendable {
        let id: String
        let name: String
        let granted: String
        let reserved: String
        let posted: String
        let left: String
        let percent: Int
        let urgency: String
        let level: String

        init(_ line: ReadBudgets.Line) {
            let (budget, balance) = (line.budget, line.budget.balance)
            id = budget.key.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? budget.key.text
            name = budget.key.told
            (granted, reserved, posted) = (HTML.grouped(balance.granted), HTML.grouped(budget.reserved), HTML.grouped(budget.posted))
            left = HTML.grouped(balance.available)
            percent = balance.granted > .zero ? Int(balance.used.amount * 100 / balance.granted.amount) : 0
            urgency = line.level == .exhausted ? "late" : line.level == .warned ? "near" : ""
            level = switch line.level {
            case .open: localized("正常")
            case .warned: localized("预警")
            case .exhausted: localized("停用")
            }
        }
    }

    struct Wish: Sendable {
        let id: String
        let name: String
        let amount: String
        let reason: String
        let by: String
        let at: String
        let mayDecide: Bool
        let once: String
    }

    struct Choice: Sendable {
        let code: String
        let name: String
    }

    let year: Int
    let before: Int
    let after: Int
    let rows: [Row]
    let funds: [Choice]
    let categories: [Choice]
    let maySet: Bool
    let once: String
    let wishes: [Wish]
    let hasWishes: Bool

    init(_ year: Int, _ lines: [ReadBudgets.Line], pending: [OverrideRepository.Stored], once: String, caller: Caller) {
        (self.year, before, after) = (year, year - 1, year + 1)
        rows = lines.map(Row.init)
        funds = Fund.allCases.map { Choice(code: $0.rawValue, name: localized(term: $0.name)) }
        categories = Category.allCases.map { Choice(code: $0.rawValue, name: localized(term: $0.name)) }
        (maySet, self.once) = (caller.role != .auditor, once)
        wishes = pending.map {
            Wish(
                id: $0.id, name: $0.budget.told,
                amount: $0.kind == .grant ? localized("全年 \(HTML.grouped($0.amount))") : "+\(HTML.grouped($0.amount))",
                reason: $0.reason, by: $0.requestedBy, at: $0.requestedAt.shown,
                mayDecide: $0.requestedBy != caller.name && caller.role != .auditor, once: once)
        }
        hasWishes = !wishes.isEmpty
    }
}

/// One budget, month by month.
struct BudgetModel: Sendable {
    struct Use: Sendable {
        let month: String
        let services: Int
        let reserved: String
        let posted: String
        let left: String
    }

    let line: BudgetsModel.Row
    let key: String
    let year: Int
    let lasts: String?
    let months: [Use]
    let hasMonths: Bool
    let plot: String
    let mayAsk: Bool
    let once: String

    init(_ burn: ReadBudgets.BurnDown, once: String, caller: Caller, title: String) {
        line = BudgetsModel.Row(burn.line)
        (key, year, self.once) = (burn.line.budget.key.text, burn.line.budget.key.year, once)
        lasts = burn.lastsUntil?.description
        let granted = burn.line.budget.balance.granted
        var left = granted
        months = burn.months.map { use in
            left = left - use.reserved - use.posted
            return Use(
                month: use.month.description, services: use.services, reserved: HTML.grouped(use.reserved), posted: HTML.grouped(use.posted),
                left: HTML.grouped(left))
        }
        hasMonths = !months.isEmpty
        let used = Dictionary(burn.months.map { ($0.month.monthOfYear, $0.reserved + $0.posted) }, uniquingKeysWith: +)
        let last = burn.months.last?.month.monthOfYear ?? 0
        var rest = granted
        var points: [Int] = [Int(granted.amount / 100)]
        if last > 0 {
            for month in 1...last {
                rest = rest - (used[month] ?? .zero)
                points.append(Int(rest.amount / 100))
            }
        }
        // Behind it the pace at which it would last exactly to the end of the year.
        let even = (0...12).map { Int(granted.amount / 100) * (12 - $0) / 12 }
        plot = Plot.lines(title, labels: (0...12).map { $0 == 0 ? "" : localized("\($0)月") }, values: points, second: even)
        mayAsk = caller.role != .auditor
    }
}

extension BudgetKey {
    /// Its name in the language of the page.
    fileprivate var told: String {
        let money = localized("\(year) 年\(localized(term: fund.name))")
        return category.flatMap { Category(rawValue: $0) }.map { localized("\(money)（\(localized(term: $0.name))）") } ?? money
    }
}
