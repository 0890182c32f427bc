import Billing
import Entitlement
import Foundation
import Kernel
import Registry
import Store

/// 按规则扣减, in the books: the line's debt stays whole, and a contra account holds back what the rule takes, or brings what it adds.
enum Deduct {
    static func take(_ tx: any Transaction, _ deduction: Adjustment, now: Instant) throws {
        try tx.close.insert(deduction, at: now)
        try post(tx, deduction, isTaken: true, now: now)
    }

    /// Gives back what a rule had taken, as when its line is refused or another score is given; nothing when it had taken nothing.
    static func giveBack(_ tx: any Transaction, _ rule: Deduction.Rule, _ month: Month, _ subject: String, now: Instant) throws {
        guard let taken = try tx.close.withdraw(rule, month, subject) else { return }
        try post(tx, taken, isTaken: false, now: now)
    }

    /// Reckons the bonuses of a statement anew, as it stands.
    static func renewBonuses(_ tx: any Transaction, _ month: Month, _ provider: ProviderID, _ programmes: Programmes, now: Instant) throws {
        guard programmes.payBonuses, let statement = try tx.settlements.statement(month, provider) else { return }
        for bonus in statement.adjustments where bonus.rule == .bonus { try giveBack(tx, .bonus, month, bonus.subject, now: now) }
        for bonus in Deduction.bonuses(statement, programmes) { try take(tx, bonus, now: now) }
    }

    /// Reckons anew what a provider's score takes from its statement as it stands.
    static func score(
        _ tx: any Transaction, _ score: Int, _ month: Month, _ provider: ProviderID, _ policy: CheckPolicy, now: Instant
    ) throws -> Adjustment? {
        try giveBack(tx, .score, month, Deduction.scoreSubject(provider), now: now)
        guard let statement = try tx.settlements.statement(month, provider) else {
            throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。", pointer: "/provider")
        }
        let byBlocks = -statement.adjustments.filter { $0.rule == .blocks }.map(\.amount).total
        let deduction = Deduction.score(score, of: month, provider, payable: statement.payable - byBlocks, policy)
        if let deduction { try take(tx, deduction, now: now) }
        return deduction
    }

    /// The same with the score that was given last, when lines are decided on afterwards; nothing when none was.
    static func renewScore(_ tx: any Transaction, _ month: Month, _ provider: ProviderID, _ policy: CheckPolicy, now: Instant) throws {
        guard let given = try given(tx, month, provider) else { return }
        _ = try score(tx, given, month, provider, policy, now: now)
    }

    /// The score that was given last; nil when none was.
    static func given(_ tx: any Transaction, _ month: Month, _ provider: ProviderID) throws -> Int? {
        try assessment(tx, month, provider)?.score
    }

    /// The same with the moment it was given.
    static func assessment(_ tx: any Transaction, _ month: Month, _ provider: ProviderID) throws -> (score: Int, at: Instant)? {
        struct Given: Decodable { let score: Int }
        return try tx.events.last(scored, about: "\(month)/\(provider)").map {
            (try JSONDecoder().decode(Given.self, from: Data($0.data.utf8)).score, $0.at)
        }
    }

    /// The event that tells of a score.
    static let scored = "provider.scored"

    private static func post(_ tx: any Transaction, _ deduction: Adjustment, isTaken: Bool, now: Instant) throws {
        let isHeldBack = isTaken == (deduction.amount < .zero)
        let (fund, provider) = (
            Ledger.Account.deduction(deduction.month), Ledger.Account.withheld(deduction.provider.text, deduction.month)
        )
        try tx.ledger.append(
            [
                Ledger.Posting(
                    .reverse, subject: deduction.subject, debit: isHeldBack ? fund : provider, credit: isHeldBack ? provider : fund,
                    amount: max(deduction.amount, -deduction.amount), reverses: try tx.ledger.lastPosting(of: deduction.subject))
            ], at: now)
    }
}
