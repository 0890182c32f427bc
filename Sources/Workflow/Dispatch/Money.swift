import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// The money of one order: reserve → post, or reserve → release; never edited, only moved on.
///
/// Every step changes the elder's entitlement, the budgets and the ledger together, in the caller's transaction. Which accounts a step
/// touches stands in `FundMove`.
struct Money {
    let tx: any Transaction
    let order: Order
    let now: Instant

    init(_ tx: any Transaction, _ order: Order, now: Instant) {
        self.tx = tx
        self.order = order
        self.now = now
    }

    func reserve(_ legs: [FundingLeg], _ reference: Reference, by: String) throws {
        let watch = BudgetWatch(tx, reference, on: order.serviceDate, by: by, now: now)
        for leg in legs {
            for draw in leg.draws { try tx.entitlements.move(.reserve, draw, for: order.elder) }
        }
        try watch.take(.reserve, legs, in: order.serviceDate.month)
        try tx.ledger.append(.reserve, legs, subject: order.id.text, month: order.serviceDate.month, provider: "", at: now)
    }

    /// Public money is owed to the provider from here on.
    func post() throws { try move(.post) }

    /// Gives back whatever the order still holds.
    func release() throws { try move(.release) }

    /// Takes back what was posted, by entries the other way; for an order voided or reopened before its month is closed.
    func reverse() throws { try move(.reverse) }

    /// Turns what was posted back into a reservation, for an order reopened before its month is closed.
    func unpost() throws { try move(.reopen) }

    private func move(_ move: FundMove) throws {
        guard let old = move.from else { return }
        let legs = try tx.legs.live(order.id).filter { $0.state == old }.map(\.leg)
        guard !legs.isEmpty else { return }
        // Only an order that never had a provider has none, and then nothing is posted.
        guard let provider = order.provider ?? (move == .release ? ProviderID("") : nil) else { return }
        for leg in legs {
            for draw in leg.draws { try tx.entitlements.move(move, draw, for: order.elder) }
        }
        try tx.budgets.move(move, legs, in: order.serviceDate.month)
        try tx.ledger.append(move, legs, subject: order.id.text, month: order.serviceDate.month, provider: provider.text, at: now)
        try tx.legs.set(move.to, from: old, order: order.id)
    }
}

extension Reference {
    /// Who pays what of a service: programmes, the elder's balances and the budgets of the day.
    func split(_ request: FundingRequest, of elder: ElderID, _ tx: any Transaction) throws -> FundingSplit {
        try split(request, of: elder, by: programmes, tx)
    }

    /// - Parameter programmes: those that are asked.
    func split(_ request: FundingRequest, of elder: ElderID, by programmes: Programmes, _ tx: any Transaction) throws -> FundingSplit {
        let keys = programmes.balancesNeeded(for: request)
        let balances = keys.isEmpty ? [:] : try tx.entitlements.balances(of: elder, keys)
        let budgets =
            programmes.mayPay(for: request)
            ? try tx.budgets.covering(
                year: request.date.year, category: request.item.category.rawValue, region: request.beneficiary.region) : [:]
        return programmes.split(request, balances: balances, budgets: budgets)
    }
}
