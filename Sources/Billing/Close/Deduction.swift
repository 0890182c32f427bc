import Entitlement
import Kernel
import Registry

/// 按规则扣减: what a rule takes from a statement, or adds to it. Each is a line of its own, with the rule and what it was reckoned from; the lines
/// and their amounts stay as they were found.
public enum Deduction {
    public enum Rule: String, CaseIterable, Sendable {
        /// R14: a short visit is paid by the blocks of time that were served.
        case blocks = "R14"
        /// 月度考核: the provider's score of the month decides what share is paid.
        case score = "SCORE"
        /// 运营补贴: what programmes pay a provider beside the prices.
        case bonus = "BONUS"
        /// 结转: what the payment of a month before could not bear.
        case carried = "CARRY"
    }

    /// R14 of one line: nil unless it is paid, and was noted (not held) as too short.
    public static func blocks(_ line: StatementLine, of month: Month, _ policy: CheckPolicy) -> Adjustment? {
        let c = line.candidate
        guard line.verdict == .paid, c.subsidy > .zero, line.findings.contains(where: { $0.code == "R14" && $0.severity == .warn }),
            let begin = c.begin, let end = c.end
        else { return nil }
        let (served, planned) = policy.blocks(minutes: (end - begin).minutes, of: c.plannedMinutes)
        let amount = c.subsidy - c.subsidy.share(Int64(served), of: Int64(planned))
        guard amount > .zero else { return nil }
        return Adjustment(
            .blocks, of: month, c.provider, on: c.subject, basis: "\(served)/\(planned)", amount: -amount,
            reason: "工单 \(c.number) 实际 \((end - begin).minutes) 分钟，按 \(served)/\(planned) 个 \(policy.payBlock) 分钟时段支付")
    }

    /// 考核扣减 of a statement; nil when the score is paid in full.
    ///
    /// - Parameters:
    ///   - payable: public money of the provider's sound lines, less what R14 takes.
    ///   - score: 0 ... 100.
    public static func score(_ score: Int, of month: Month, _ provider: ProviderID, payable: Fen, _ policy: CheckPolicy) -> Adjustment? {
        let percent = policy.payPercent(score: score)
        let amount = payable - payable.share(Int64(percent), of: 100)
        guard amount > .zero else { return nil }
        return Adjustment(
            .score, of: month, provider, on: Self.scoreSubject(provider), basis: "\(score)", amount: -amount,
            reason: "考核 \(score) 分，按 \(percent)% 支付\(score < policy.scoreFair ? "，限期整改" : "")")
    }

    /// 运营补贴 of a statement, a line a programme: for every service that is paid and that the programme pays for.
    public static func bonuses(_ statement: Statement, _ programmes: Programmes) -> [Adjustment] {
        guard programmes.payBonuses else { return [] }
        var found: [String: [Fen]] = [:]
        for line in statement.lines where line.verdict == .paid {
            for leg in line.candidate.funding {
                let bonus = programmes.bonus(of: leg.programme, on: line.candidate.date)
                if bonus > .zero { found[leg.programme, default: []].append(bonus) }
            }
        }
        return found.sorted { $0.key < $1.key }.map { programme, amounts in
            Adjustment(
                .bonus, of: statement.month, statement.provider, on: "bonus/\(programme)/\(statement.provider)", basis: "\(amounts.count)",
                amount: amounts.total, reason: "运营补贴 \(programme)：\(amounts.count) 人次")
        }
    }

    /// 结转下月 of a statement that nothing more can be decided on; nil when its payment bears all that is taken back. It waits for the next
    /// statement, as every correction does.
    public static func carried(_ sums: StatementSums) -> Adjustment? {
        guard sums.carried > .zero else { return nil }
        return Adjustment(
            .carried, of: sums.month, sums.provider, on: "carry/\(sums.provider)", basis: "", amount: -sums.carried,
            reason: "\(sums.month) 的应付不足抵扣，结转 \(sums.carried.yuan) 元")
    }

    /// Under which the deduction of a provider's score stands, for want of a line.
    public static func scoreSubject(_ provider: ProviderID) -> String { "score/\(provider)" }
}

extension Adjustment {
    /// Whether it stands on the statement of its own month; otherwise on the next one that is sealed.
    public var isOfItsMonth: Bool { rule != nil && rule != .carried }
    /// Whether it concerns one line, and not a provider as a whole.
    var isOfLine: Bool { rule == nil || rule == .blocks }

    /// By rule: entered and approved by the dated rule itself.
    ///
    /// - Parameter amount: below zero what is taken, above what is added.
    init(_ rule: Deduction.Rule, of month: Month, _ provider: ProviderID, on subject: String, basis: String, amount: Fen, reason: String) {
        self.init(
            id: "\(month)/\(rule.rawValue)/\(subject)", month: month, provider: provider, subject: subject, amount: amount, reason: reason,
            enteredBy: rule.rawValue, approvedBy: rule.rawValue, rule: rule, basis: basis)
    }
}

extension Statement {
    /// What the rules take from it as it stands, the score excepted, which a person gives.
    public func deductions(_ policy: CheckPolicy) -> [Adjustment] { lines.compactMap { Deduction.blocks($0, of: month, policy) } }
}

extension CheckPolicy {
    /// How many blocks of time a visit is paid for, of how many planned. A block counts when no more than the tolerance of it is missing.
    ///
    /// - Parameter planned: minutes, above zero.
    func blocks(minutes: Int, of planned: Int) -> (served: Int, planned: Int) {
        let all = (planned + payBlock - 1) / payBlock
        return (min(all, max(0, minutes + payBlockTolerance) / payBlock), all)
    }

    /// The share of what is payable that a month's score is paid, in percent.
    public func payPercent(score: Int) -> Int {
        score >= scoreFull ? 100 : score >= scoreGood ? scoreGoodPercent : score >= scoreFair ? scoreFairPercent : scorePoorPercent
    }
}
