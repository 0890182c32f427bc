import Entitlement
import Kernel

/// R25: a budget has no room for what the month's services ask of it, as when they were promised before it was granted; lines beyond wait in the
/// order of their services.
enum BudgetCheck {
    static let rule = Rule("R25", .hold, "预算已用完")

    /// - Parameters:
    ///   - amounts: what the budget bears of each line, in the order of services.
    ///   - limit: what services of other months have left of it.
    static func judge(_ amounts: [Fen], limit: Fen, _ budget: BudgetKey, _ report: (Int, Finding) -> Void) {
        var left = limit
        for (place, amount) in amounts.enumerated() {
            if amount > left {
                report(place, Finding("R25", .hold, "\(budget.name)预算本月可用 \(limit)，余 \(left)，不足支付 \(amount)"))
            } else {
                left -= amount
            }
        }
    }
}
