import Entitlement
import Kernel
import Store

/// 发放审批: a second person pays, or turns down, all that one has drawn up of a programme in a month.
public struct DecidePayouts: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Report: Hashable, Sendable {
        public var count = 0
        public var amount = Fen.zero
    }

    /// In parts; one that was interrupted goes on with the rest. What is drawn up meanwhile waits for the next decision.
    ///
    /// - Parameter opinion: 意见; needed to turn it down.
    /// - Throws: `reason_missing`, `payout_programme_unknown`, `own_request` when the caller has drawn up any of it, `nothing_due` when nothing waits.
    public func callAsFunction(_ code: String, _ month: Month, approve: Bool, opinion: String, by caller: Caller) async throws -> Report {
        try ManageFunds.check(caller)
        guard opinion.count <= 200 else { throw Rejection(.invalid, "opinion_too_long", "审批意见不超过 200 个字。", pointer: "/opinion") }
        guard approve || !opinion.isEmpty else { throw Rejection(.invalid, "reason_missing", "退回请写明原因（1 到 200 个字）。", pointer: "/opinion") }
        let (now, reference) = (office.now, office.reference)
        _ = try reference.paidOut(code)
        var report = Report()
        while true {
            let some = try await office.perform { tx in
                // Asked of the whole list, not of its part: nothing is paid of a list that is then refused.
                guard try !tx.payouts.isWaiting(code, month, since: now, by: caller.name) else { throw FundRefusal.ownRequest }
                let waiting = try tx.payouts.waiting(code, month, since: now, limit: DrawUpAllowances.part)
                let books = Payouts(tx, reference, by: caller, now: now)
                var some = Report()
                for payment in waiting {
                    guard try tx.payouts.decide(payment.id, approve ? .posted : .released, by: caller.name, opinion: opinion, at: now) else { continue }
                    try books.move(approve ? .post : .release, payment)
                    some.count += 1
                    some.amount += payment.leg.amount
                }
                if !waiting.isEmpty {
                    try tx.events.append(
                        approve ? "payout.paid" : "payout.rejected", subject: "\(code)/\(month)", subjectSeq: 1, by: caller.name, at: now,
                        data: (["count": JSON(some.count), "amount_fen": JSON(some.amount)] as JSON).text, note: opinion)
                }
                return some
            }
            guard some.count > 0 else { break }
            report.count += some.count
            report.amount += some.amount
        }
        guard report.count > 0 else {
            throw Rejection(.refused, "nothing_due", "\(month) 没有等待审批的发放或报销，请先造册或录入票据。")
        }
        return report
    }
}

/// What stands in a month: by programme, how much waits and how much is paid.
public struct ReadPayouts: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Line: Sendable {
        public let programme: Programme
        /// How the version of the month pays.
        public let payout: Payout
        public var waiting = DecidePayouts.Report()
        public var paid = DecidePayouts.Report()
    }

    public func callAsFunction(_ month: Month) async throws -> [Line] {
        let programmes = office.reference.programmes
        let all = try await office.read { tx in try tx.payouts.all(month) }
        return programmes.paidOut.map { programme in
            let payout = programme.versions.last { $0.from <= month.last }?.payout ?? .service
            var line = Line(programme: programme, payout: payout)
            for payment in all where payment.leg.programme == programme.code {
                if payment.state == .posted {
                    line.paid.count += 1
                    line.paid.amount += payment.leg.amount
                } else {
                    line.waiting.count += 1
                    line.waiting.amount += payment.leg.amount
                }
            }
            return line
        }
    }
}
