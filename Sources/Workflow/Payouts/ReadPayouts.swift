import Entitlement
import Kernel
import Registry
import Store
import Synchronization

/// Cash payments of a month: by programme, how much waits, how much is paid and what was taken back.
public struct ReadPayouts: Sendable {
    let office: Office
    private let kept = Kept()
    public init(_ office: Office) { self.office = office }

    /// The lists read last: thousands of payments make a fingerprint, and are read again only when the list is another. A decision reads them
    /// all the same.
    private final class Kept: Sendable {
        private struct Key: Hashable {
            let programme: String
            let month: Month
        }
        private let lists = Mutex<[Key: (extent: PayoutRepository.Extent, list: PayoutList)]>([:])

        func list(_ tx: any Transaction, _ programme: String, _ month: Month) throws -> PayoutList {
            let (key, extent) = (Key(programme: programme, month: month), try tx.payouts.waiting(programme, month))
            guard extent.count > 0 else { return PayoutList(programme, month) }
            if let known = lists.withLock({ $0[key] }), known.extent == extent { return known.list }
            let list = try PayoutList.read(tx, programme, month)
            lists.withLock { $0[key] = (extent, list) }
            return list
        }
    }

    public struct Line: Sendable {
        public let programme: Programme
        /// How the version of the month pays.
        public let payout: Payout
        public let waiting: PayoutList
        public let paid: (count: Int, amount: Fen)
        /// Decisions that were interrupted and are to be sent again.
        public let unfinished: [PayoutDecision]
        /// Taken back in the month, whenever it had been paid.
        public let reversed: (count: Int, amount: Fen)
    }

    public func callAsFunction(_ month: Month) async throws -> [Line] {
        let programmes = office.reference.programmes.paidOut
        return try await office.read { tx in
            let (unfinished, reversals) = (try tx.payouts.unfinished(month), try tx.payouts.reversals(in: month))
            return try programmes.map { programme in
                try line(tx, programme, month, unfinished, reversals)
            }
        }
    }

    private func line(
        _ tx: any Transaction, _ programme: Programme, _ month: Month, _ unfinished: [PayoutDecision], _ reversals: [PayoutReversal]
    ) throws -> Line {
        let back = reversals.map(\.payment.leg).filter { $0.programme == programme.code }.map(\.amount)
        return Line(
            programme: programme, payout: programme.versions.last { $0.from <= month.last }?.payout ?? .service,
            waiting: try kept.list(tx, programme.code, month), paid: try tx.payouts.paid(programme.code, month),
            unfinished: unfinished.filter { $0.programme == programme.code }, reversed: (back.count, back.total))
    }

    /// One programme's payments of a month, a page of them.
    public struct Page: Sendable {
        public let line: Line
        public let payments: [CashPayment]
        /// The number of each of their elders, and a name that is masked.
        public let elders: [ElderID: (number: String, name: String)]
        /// What was asked to be taken back and waits, of the programme.
        public let reversals: [PayoutReversal]
    }

    /// - Parameter id: the last payment of the page before.
    /// - Throws: `payout_programme_unknown`
    public func page(_ code: String, _ month: Month, after id: String?, limit: Int) async throws -> Page {
        let programme = try office.reference.paidOut(code)
        return try await office.read { tx in
            let payments = try tx.payouts.page(code, month, after: id ?? "", limit: limit)
            let waiting = try tx.payouts.waitingReversals().filter { $0.payment.leg.programme == code }
            let elders = try tx.elders.named(Set((payments + waiting.map(\.payment)).map(\.elder)).sorted())
            return Page(
                line: try line(tx, programme, month, try tx.payouts.unfinished(month), try tx.payouts.reversals(in: month)), payments: payments,
                elders: elders.mapValues { ($0.number, Masked.name($0.name)) }, reversals: waiting)
        }
    }

    /// What waits for a second person, or was taken back in a month.
    public func reversals(in month: Month?) async throws -> [PayoutReversal] {
        try await office.read { tx in try month.map { try tx.payouts.reversals(in: $0) } ?? tx.payouts.waitingReversals() }
    }
}
