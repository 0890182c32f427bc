import Entitlement
import Kernel

/// R25: what a fund may pay in the month is used up; lines beyond wait in the order of their services.
enum BudgetCheck {
    static let rule = Rule("R25", .hold, "资金额度用完")

    /// - Parameter amounts: what the fund pays of each line, in the order of services.
    static func judge(_ amounts: [Fen], limit: Fen, fund: String, _ report: (Int, Finding) -> Void) {
        var left = limit
        let name = Fund(rawValue: fund)?.name ?? fund
        for (place, amount) in amounts.enumerated() {
            if amount > left {
                report(place, Finding("R25", .hold, "“\(name)”本月额度 \(limit)，余 \(left)，不足支付 \(amount)"))
            } else {
                left -= amount
            }
        }
    }
}
