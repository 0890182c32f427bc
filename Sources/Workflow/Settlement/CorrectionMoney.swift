import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// 冲正的资金, in the books: a correction takes the public money of a line once more from the programmes that pay for it, within what the elder and
/// the budgets still have, or gives it back to them, and is owed under the month of the statement that pays it.
///
/// Between approval and that statement it stands on the account of corrections. Which part of which leg moves stands in ``FundingChange``:
///
/// - a refused line had given everything back: what is paid now is taken anew, from the first payer on;
/// - a paid line gives back what is no longer paid, the last payer first;
/// - a held line still has everything, promised or owed: its debt moves from the month of the service to the statement that pays, and what is not
///   paid of it is given back, the last payer first.
///
/// What rules hold back of the line, and its bonus, go by way of the account of deductions, as they did when the month was closed.
struct CorrectionMoney {
    let tx: any Transaction
    let reference: Reference
    let now: Instant
    /// The one who approves.
    let by: String

    /// Books an approved correction.
    ///
    /// - Throws: `entitlement_exhausted`, `budget_exhausted` when there is not enough left for what is to be paid; `line_reopened`.
    func book(_ entry: Adjustment, _ line: StatementLine, _ verdict: Verdict, _ correction: Correction) throws {
        let service = try service(of: line.candidate, verdict)
        let (all, moved) = (service.legs.map(\.amount).total, correction.funding(entry.amount, of: line.candidate.subsidy))
        guard all == line.candidate.subsidy else { throw StoreFault.corrupt("legs of \(entry.subject) make \(all)") }
        let (old, new): (Fen, Fen) =
            switch verdict {
            case .paid: (all, all - moved)
            case .blocked: (.zero, moved)
            case .held: (all, moved)
            }
        let (account, rest) = (AccountName.correction(entry.month), max(entry.amount, -entry.amount) - moved)
        let link = try tx.ledger.lastPosting(of: entry.subject)
        var entries: [Ledger.Posting] = []
        /// - Parameter isOut: to the other account; otherwise from there.
        func move(_ amount: Fen, _ other: String, isOut: Bool) {
            entries.append(
                Ledger.Posting(
                    .reverse, subject: entry.subject, debit: isOut ? other : account, credit: isOut ? account : other, amount: amount, reverses: link))
        }
        if verdict == .held { move(all, AccountName.payable(entry.provider.text, service.month), isOut: false) }
        let change = FundingChange(service.legs, from: old, to: new, bonus: verdict == .held || correction.movesBonus(entry.amount))
        try apply(change, service)
        for leg in change.legs {
            let budget = AccountName.budget(leg.programme, service.month)
            if change.isTaken {
                entries.append(Ledger.Posting(.post, subject: entry.subject, debit: account, credit: budget, amount: leg.amount))
            } else {
                move(leg.amount, budget, isOut: true)
            }
        }
        // More than the public money of the line is its bonus, less is what rules hold back of it.
        move(max(rest, -rest), AccountName.deduction(entry.month), isOut: (rest < .zero) == (verdict != .paid))
        try tx.ledger.append(entries, at: now)
        try tx.corrections.insert(change, of: entry.id, elder: line.candidate.elder, month: service.month)
        try tx.corrections.setFunded(entry.id, moved: verdict == .held ? all : .zero)
    }

    /// Elders' accounts and budgets.
    private func apply(_ change: FundingChange, _ service: Service) throws {
        let watch = BudgetWatch(tx, reference, on: service.date, by: by, now: now)
        for (leg, services) in zip(change.legs, change.services) {
            for draw in leg.draws {
                do { try tx.entitlements.move(change.isTaken ? .spend : .reverse, draw, for: service.elder) } catch let refused as Rejection {
                    throw refused.code != "entitlement_exhausted" ? refused : Rejection(
                        .conflict, "entitlement_exhausted",
                        "老人在“\(leg.programme)”\(draw.key.period)的额度已不足，不能补付：请减少冲正金额，或不批准这笔冲正。")
                }
            }
            do { try watch.take(change.isTaken ? .spend : .reverse, [leg], in: service.month, services: services) } catch let refused as Rejection {
                throw refused.code != "budget_exhausted" ? refused : Rejection(
                    .conflict, "budget_exhausted",
                    "\(leg.budgets.map(\.name).joined(separator: "、"))预算不足，不能补付 \(leg.borne)：请先办理超支特批，由另一人批准，再批准这笔冲正。")
            }
        }
    }

    /// The order or meal of a line, as far as its money goes.
    private struct Service {
        let elder: ElderID
        let date: LocalDate
        /// In the order of payers.
        let legs: [FundingLeg]
        var month: Month { date.month }
    }

    private func service(of line: Candidate, _ verdict: Verdict) throws -> Service {
        switch line.kind {
        case .order:
            let order = try tx.orders.require(ID(line.subject))
            guard order.state == .closed else {
                throw Rejection(.conflict, "line_reopened", "工单 \(order.number) 在月结后又有变动（\(order.state.name)），不能冲正。")
            }
            // What was only promised of a held line is owed first, as when it is released.
            if verdict == .held { try Money(tx, order, now: now).post() }
            let legs = try tx.legs.all(order.id)
            let last = legs.map(\.attempt).max()
            return Service(elder: order.elder, date: order.serviceDate, legs: legs.filter { $0.attempt == last }.map(\.leg))
        case .meal:
            guard let swipe = try tx.meals.find(ID(line.subject)) else { throw StoreFault.corrupt("meal \(line.subject) of a statement") }
            return Service(elder: swipe.elder, date: swipe.date, legs: swipe.legs)
        }
    }

    /// 入账: what waited for a statement that is sealed now is owed under its month, or owed less.
    static func settle(_ tx: any Transaction, _ month: Month, _ provider: ProviderID, at now: Instant) throws {
        let entries = try tx.close.adjustments(on: month, provider).compactMap { entry -> Ledger.Posting? in
            switch entry.rule {
            case nil:
                let (account, payable) = (AccountName.correction(entry.month), AccountName.payable(provider.text, month))
                let isAdded = entry.amount > .zero
                return Ledger.Posting(
                    .reverse, subject: entry.subject, debit: isAdded ? payable : account, credit: isAdded ? account : payable,
                    amount: max(entry.amount, -entry.amount), reverses: try tx.ledger.lastPosting(of: entry.subject))
            case .carried: return Ledger.carried(entry.subject, provider.text, from: entry.month, to: month, -entry.amount)
            case .blocks, .score, .bonus: return nil
            }
        }
        try tx.ledger.append(entries, at: now)
    }
}
