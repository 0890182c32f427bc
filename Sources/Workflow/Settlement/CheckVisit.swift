import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// The settlement rules asked early: of a visit that has just ended, and of an order that is about to be taken.
public enum CheckVisit {
    /// What the rules find on a visit among the elder's and the workers' other visits within a day of it.
    ///
    /// The confirmation still to come is not missed: what only says that an order is not yet ready is left out.
    public static func findings(_ tx: any Transaction, _ reference: Reference, _ order: Order) throws -> [Finding] {
        let month = order.serviceDate.month
        let reader = tx.settlements.candidates(try tx.settlements.recipients(month), evidence: reference.evidence(on: order.serviceDate))
        let lines = try reader.around(order)
        guard var line = lines.first(where: { $0.subject == order.id.text }) else { return [] }
        line.proof.isReady = true
        let others = lines.filter { $0.subject != line.subject }
        var terms = try MonthCheck.terms(tx, reference, month)
        terms.set(reused: try tx.visits.reused(order.id))
        let surroundings = Surroundings(terms: terms, month: others + [line])
        return Checks.findings(line, surroundings)
    }
}

extension Situation {
    /// Why public money does not pay any more, with the day from which it does again; nil when no cap is reached.
    func reachedCap(_ tx: any Transaction, except order: OrderID?) throws -> FundingNote? {
        guard item.isFundable, let span = CapCheck.span(of: item, around: window.start.localDate) else { return nil }
        func taken(until day: LocalDate) throws -> [LocalDate] {
            try tx.orders.funded(elder.id, item.code, from: span.lowerBound, until: day, except: order)
        }
        // Only when the cap is reached is it looked for the day on which it is free again.
        guard reachedCap(taken: try taken(until: span.upperBound)) != nil else { return nil }
        return reachedCap(taken: try taken(until: span.upperBound.adding(days: 366)))
    }

    /// The same with the days already at hand for which the elder has the item with public money.
    func reachedCap(taken: [LocalDate]) -> FundingNote? {
        guard item.isFundable else { return nil }
        return CapCheck.reached(item, on: window.start.localDate, taken: taken).map {
            FundingNote(programme: "", code: $0.finding.code, message: "\($0.finding.sentence)，全部自费", nextDate: $0.next)
        }
    }
}
