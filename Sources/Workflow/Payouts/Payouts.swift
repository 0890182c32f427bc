import Entitlement
import Kernel
import Registry
import Store

/// Moves the money of cash payments: the elder's grant, the budgets and the ledger together, in the caller's transaction.
struct Payouts {
    let tx: any Transaction
    let watch: BudgetWatch
    let now: Instant

    init(_ tx: any Transaction, _ reference: Reference, by caller: Caller, now: Instant) {
        self.tx = tx
        self.now = now
        watch = BudgetWatch(tx, reference, on: now.localDate, by: caller.name, now: now)
    }

    /// - Returns: false when it is there already; then nothing is moved.
    func reserve(_ payment: CashPayment) throws -> Bool {
        guard try tx.payouts.insert(payment) else { return false }
        try move(.reserve, payment)
        return true
    }

    func move(_ move: FundMove, _ payment: CashPayment) throws {
        let leg = payment.leg
        for draw in leg.draws { try tx.entitlements.move(move, draw, for: payment.elder) }
        if move == .reserve { try watch.take(move, [leg], in: payment.month) } else { try tx.budgets.move(move, [leg], in: payment.month) }
        try tx.ledger.append(move, leg, subject: payment.id, month: payment.month, paidAs: AccountName.cash(leg.programme, payment.month), at: now)
    }

    /// Gives back what a payment took, by an entry of an open month that is linked to the one that paid it.
    func takeBack(_ payment: CashPayment, in open: Month) throws {
        let leg = payment.leg
        for draw in leg.draws { try tx.entitlements.move(.reverse, draw, for: payment.elder) }
        try tx.budgets.move(.reverse, [leg], in: payment.month)
        let (debit, credit) = FundMove.reverse.accounts(leg.programme, open, owed: AccountName.cash(leg.programme, open))
        try tx.ledger.append(
            [
                Ledger.Posting(
                    .reverse, subject: payment.id, debit: debit, credit: credit, amount: leg.amount, reverses: try tx.ledger.lastPosting(of: payment.id))
            ], at: now)
    }
}
