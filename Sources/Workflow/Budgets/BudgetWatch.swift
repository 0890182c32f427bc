import Catalog
import Entitlement
import Kernel
import Store

/// Takes from budgets and tells everyone, once, when one is nearly used up and when it is.
struct BudgetWatch {
    let tx: any Transaction
    let warnPercent: Int
    let by: String
    let now: Instant

    static let defaultWarnPercent = 80

    init(_ tx: any Transaction, _ reference: Reference, on date: LocalDate, by: String, now: Instant) {
        self.tx = tx
        warnPercent = reference.catalogue.parameters.int("budget_warn_percent", on: date) ?? Self.defaultWarnPercent
        self.by = by
        self.now = now
    }

    /// - Parameter services: as ``BudgetRepository/move(_:_:in:services:)``.
    /// - Throws: `budget_exhausted` when a budget has less left than the legs take.
    func take(_ move: FundMove, _ legs: [FundingLeg], in month: Month, services: Int? = nil) throws {
        for stored in try tx.budgets.move(move, legs, in: month, services: services) { try look(at: stored) }
    }

    /// Tells everyone of a level that was not told before.
    func look(at stored: BudgetRepository.Stored) throws {
        let key = stored.key
        let level = BudgetLevel(stored.balance, warnPercent: warnPercent)
        guard level != stored.level else { return }
        try tx.budgets.tell(key, level)
        // Money given back in between makes a level fall; nobody needs to be told of that.
        guard level == .exhausted || level == .warned && stored.level == .open else { return }
        try tx.events.append(
            level == .exhausted ? "budget.exhausted" : "budget.warned", subject: key.text, subjectSeq: 1, by: by, at: now,
            data: (["budget": JSON(key.text), "used_fen": JSON(stored.balance.used), "granted_fen": JSON(stored.balance.granted)] as JSON).text)
    }
}
