import Billing
import Catalog
import Entitlement
import Intake
import Kernel
import Orders
import Registry

/// The account of a rehearsal as text: a line a call, then the sums. No names, and numbers only masked.
public struct RehearsalReport: Sendable {
    let result: RehearsalResult
    let franchise: Franchise

    public init(_ result: RehearsalResult, franchise: Franchise) {
        self.result = result
        self.franchise = franchise
    }

    public var text: String {
        var lines = result.calls.map(line)
        lines.append("")
        lines += summary + [""] + orders + [""] + statements + [""]
        lines += result.examination
        lines += result.faults.isEmpty ? ["演练通过：每通来电都有结果，账目相符。"] : result.faults.map { "未通过：\($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Time, call, kind, number, what happened, order, provider, state, who paid what.
    func line(_ result: CallResult) -> String {
        let at = result.call.at.description
        let time = at.prefix(10) + " " + at.dropFirst(11).prefix(8)
        var fields = [
            String(time), result.call.id, padded(result.call.kind.rawValue, 12), padded(Self.masked(result.call.from), 12), result.outcome.name,
        ]
        if let order = result.order {
            fields += [order.number, order.provider?.text ?? "-", "\(order.state.name)/\(order.settlement.name)", money(order, result)]
        }
        if !result.detail.isEmpty { fields.append(result.detail) }
        return fields.joined(separator: "  ")
    }

    private func money(_ order: Order, _ result: CallResult) -> String {
        guard order.state == .closed || order.state == .done else { return "未计费" }
        let parts = result.legs.map { "\($0.fund.name)\($0.programme) \($0.amount)" } + ["自付 \(order.selfPay)"]
        return "\(order.payable)＝\(parts.joined(separator: "＋"))"
    }

    static func masked(_ from: String) -> String {
        guard let phone = try? NormalisedPhone(from) else { return from.isEmpty ? "-" : "***" }
        return phone.masked
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    private var summary: [String] {
        var counts: [CallOutcome: Int] = [:]
        for call in result.calls { counts[call.outcome, default: 0] += 1 }
        return ["来电 \(result.calls.count) 通（新建档 \(result.tally.newElders) 人）"]
            + CallOutcome.allCases.compactMap { outcome in counts[outcome].map { "  \(padded(String($0), 5)) \(outcome.name)" } }
    }

    private var orders: [String] {
        var counts: [OrderState: Int] = [:]
        let orders = result.calls.compactMap(\.order)
        for order in orders { counts[order.state, default: 0] += 1 }
        let asked = orders.map(\.attempts).reduce(0, +)
        return ["工单 \(orders.count) 张，派单 \(asked) 次，过时答复 \(result.tally.lateAnswers) 次，轮询 \(result.tally.polls) 次"]
            + OrderState.allCases.compactMap { state in counts[state].map { "  \(padded(String($0), 5)) \(state.name)" } }
            + ["就餐刷卡 \(result.tally.meals) 次，拒绝 \(result.tally.mealsRefused) 次"]
    }

    private var statements: [String] {
        let all = result.statements
        let head = "月结 \(result.months.map(\.description).joined(separator: "、"))：\(all.count) 份结算单"
        let rows = all.map { statement in
            "  \(statement.month) \(statement.provider)  \(statement.lines.count) 笔  应结 \(statement.gross)  补贴 \(statement.subsidy)"
                + "  自付 \(statement.selfPay)  扣减 \(statement.deducted)  实付 \(statement.due)  "
                + (franchise.provider(statement.provider)?.name ?? "")
        }
        let total = "  合计  \(all.map(\.lines.count).reduce(0, +)) 笔  应结 \(all.map(\.gross).total)  补贴 \(all.map(\.subsidy).total)"
            + "  自付 \(all.map(\.selfPay).total)  扣减 \(all.map(\.deducted).total)  实付 \(all.map(\.due).total)"
        return [head] + rows + [total]
    }
}
