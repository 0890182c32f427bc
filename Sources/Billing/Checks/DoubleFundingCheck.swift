import Entitlement
import Kernel

/// R21: one programme pays twice for one service, two that exclude each other pay, or public money exceeds the price.
struct DoubleFundingCheck: LineCheck {
    let rule = Rule("R21", .block, "重复支付，或补贴超过应付")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        if line.funding.count > 1 {
            let codes = Set(line.funding.map(\.programme))
            if codes.count < line.funding.count { return Finding("R21", .block, "同一资金在同一服务中支付两次") }
            for programme in terms.programmes?.all ?? [] where codes.contains(programme.code) {
                let excluded = programme.versions.filter { $0.span.contains(line.date) }.flatMap(\.excludes)
                if let other = excluded.first(where: codes.contains) {
                    return Finding("R21", .block, "“\(programme.name)”与 \(other) 不能同时享受")
                }
            }
        }
        return line.subsidy > line.gross ? Finding("R21", .block, "补贴合计 \(line.subsidy) 超过应付 \(line.gross)") : nil
    }
}
