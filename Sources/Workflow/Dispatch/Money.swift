import Entitlement
import Kernel
import Orders
import Registry
import Store

/// The money of one order: reserve → post, or reserve → release; never edited, only moved on.
///
/// Every step changes the elder's entitlement and the ledger together, in the caller's transaction.
struct Money {
    let tx: any Transaction
    let order: Order
    let now: Instant

    init(_ tx: any Transaction, _ order: Order, now: Instant) {
        self.tx = tx
        self.order = order
        self.now = now
    }

    private var month: Month { order.serviceDate.month }

    func reserve(_ legs: [FundingLeg]) throws {
        for leg in legs { for draw in leg.draws { try tx.entitlements.reserve(draw, for: order.elder) } }
        try tx.ledger.append(legs.map(reservation), at: now)
    }

    private func reservation(_ leg: FundingLeg) -> Ledger.Posting {
        posting(.reserve, leg, debit: Ledger.Account.reserved(leg.programme, month), credit: Ledger.Account.budget(leg.programme, month))
    }

    /// Sets aside the legs of many new orders: each entitlement and each account is touched once, with its sum.
    static func reserve(_ orders: [(order: Order, legs: [FundingLeg])], _ tx: any Transaction, now: Instant) throws {
        struct Purse: Hashable {
            let elder: ElderID
            let key: BalanceKey
        }
        var draws: [Purse: Draw] = [:]
        for (order, legs) in orders {
            for draw in legs.flatMap(\.draws) {
                let purse = Purse(elder: order.elder, key: draw.key)
                draws[purse] = Draw(
                    key: draw.key, granted: draws[purse]?.granted ?? draw.granted, amount: (draws[purse]?.amount ?? .zero) + draw.amount)
            }
        }
        for (purse, draw) in draws.sorted(by: { ($0.key.elder, $0.key.key) < ($1.key.elder, $1.key.key) }) {
            try tx.entitlements.reserve(draw, for: purse.elder)
        }
        try tx.ledger.appendMany(orders.flatMap { order, legs in legs.map { Money(tx, order, now: now).reservation($0) } }, at: now)
    }

    /// Public money is owed to the provider from here on.
    func post() throws {
        guard let provider = order.provider else { return }
        let legs = try tx.legs.live(order.id).filter { $0.state == .reserved }.map(\.leg)
        for leg in legs { for draw in leg.draws { try tx.entitlements.post(draw, for: order.elder) } }
        try tx.ledger.append(
            legs.map {
                posting(
                    .post, $0, debit: Ledger.Account.payable(provider.text, month), credit: Ledger.Account.reserved($0.programme, month))
            }, at: now)
        try tx.legs.set(.posted, from: .reserved, order: order.id)
    }

    /// Gives back whatever the order still holds.
    func release() throws {
        let legs = try tx.legs.live(order.id).filter { $0.state == .reserved }.map(\.leg)
        for leg in legs { for draw in leg.draws { try tx.entitlements.release(draw, for: order.elder) } }
        try tx.ledger.append(
            legs.map {
                posting(
                    .release, $0, debit: Ledger.Account.budget($0.programme, month), credit: Ledger.Account.reserved($0.programme, month))
            }, at: now)
        try tx.legs.set(.released, from: .reserved, order: order.id)
    }

    /// Takes back what was posted, by entries the other way; for an order voided or reopened before its month is closed.
    func reverse() throws {
        guard let provider = order.provider else { return }
        let legs = try tx.legs.live(order.id).filter { $0.state == .posted }.map(\.leg)
        for leg in legs { for draw in leg.draws { try tx.entitlements.reverse(draw, for: order.elder) } }
        try tx.ledger.append(
            legs.map {
                posting(
                    .reverse, $0, debit: Ledger.Account.budget($0.programme, month), credit: Ledger.Account.payable(provider.text, month))
            }, at: now)
        try tx.legs.set(.released, from: .posted, order: order.id)
    }

    /// Turns what was posted back into a reservation, for an order reopened before its month is closed.
    func unpost() throws {
        guard let provider = order.provider else { return }
        let legs = try tx.legs.live(order.id).filter { $0.state == .posted }.map(\.leg)
        for leg in legs {
            for draw in leg.draws {
                try tx.entitlements.reverse(draw, for: order.elder)
                try tx.entitlements.reserve(draw, for: order.elder)
            }
        }
        try tx.ledger.append(
            legs.map {
                posting(
                    .reverse, $0, debit: Ledger.Account.reserved($0.programme, month), credit: Ledger.Account.payable(provider.text, month))
            }, at: now)
        try tx.legs.set(.reserved, from: .posted, order: order.id)
    }

    private func posting(_ kind: Ledger.Kind, _ leg: FundingLeg, debit: String, credit: String) -> Ledger.Posting {
        Ledger.Posting(kind, subject: order.id.text, debit: debit, credit: credit, amount: leg.amount)
    }
}
