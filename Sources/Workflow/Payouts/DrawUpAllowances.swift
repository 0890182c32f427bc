import Catalog
import Entitlement
import Kernel
import Registry
import Store

/// 津贴造册: sets aside a month's allowance for everyone who is eligible on its first day, in parts and only for those who are missing, so that
/// it may be run again at any time. A second person decides on the list.
public struct DrawUpAllowances: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Report: Hashable, Sendable {
        public var drawn = 0
        public var amount = Fen.zero
        /// Had theirs before.
        public var already = 0
        /// A budget has too little left for them.
        public var short = 0
    }

    /// People a transaction.
    static let part = 256

    /// - Throws: `payout_programme_unknown`, `month_in_future`.
    public func callAsFunction(_ code: String, _ month: Month, by caller: Caller) async throws -> Report {
        try ManageFunds.check(caller)
        let (now, office) = (office.now, office)
        let programme = try office.reference.paidOut(code)
        guard month <= now.localDate.month else {
            throw Rejection(.refused, "month_in_future", "\(month) 还没有到，不能提前造册。", pointer: "/month")
        }
        var report = Report()
        let (people, drawn) = try await office.read { tx in
            var people: [Diner] = []
            try tx.lapses.forEachElder { if $0.isRegistered(on: month.first) { people.append($0) } }
            return (people, try tx.payouts.elders(code, month))
        }
        report.already = drawn.count
        let missing = people.filter { !drawn.contains($0.id) }
        for start in stride(from: 0, to: missing.count, by: Self.part) {
            let part = Array(missing[start..<min(missing.count, start + Self.part)])
            let some = try await office.perform { tx in
                var some = Report()
                for elder in part { try Self.draw(tx, office, programme, elder, month, by: caller, now: now, &some) }
                if some.drawn > 0 {
                    try tx.events.append(
                        "payout.drawn_up", subject: "\(code)/\(month)", subjectSeq: 1, by: caller.name, at: now,
                        data: (["count": JSON(some.drawn), "amount_fen": JSON(some.amount)] as JSON).text)
                }
                return some
            }
            report.drawn += some.drawn
            report.amount += some.amount
            report.short += some.short
            report.already += some.already
        }
        return report
    }

    private static func draw(
        _ tx: any Transaction, _ office: Office, _ programme: Programme, _ elder: Diner, _ month: Month, by caller: Caller, now: Instant,
        _ report: inout Report
    ) throws {
        let (reference, who) = (office.reference, elder.beneficiary(on: month.first))
        let budgets = try tx.budgets.covering(year: month.year, category: "", region: who.region)
        guard let allowance = reference.programmes.allowance(programme, of: who, in: month, budgets: budgets) else { return }
        guard allowance.short == nil else {
            report.short += 1
            return
        }
        let id: ID<CashPayment> = office.newID(at: now)
        let payment = CashPayment(
            id: id.text, leg: allowance.leg, month: month, elder: elder.id, claimant: elder.id.text, madeBy: caller.name, madeAt: now)
        guard try Payouts(tx, reference, by: caller, now: now).reserve(payment) else {
            report.already += 1
            return
        }
        report.drawn += 1
        report.amount += allowance.leg.amount
    }
}

extension Reference {
    /// A programme that pays in cash.
    ///
    /// - Throws: `payout_programme_unknown`.
    func paidOut(_ code: String) throws -> Programme {
        guard let programme = programmes.paidOut.first(where: { $0.code == code }) else {
            let known = programmes.paidOut.map(\.code).joined(separator: "、")
            throw Rejection(.missing, "payout_programme_unknown", "没有按月发放或凭据报销的项目 \(code)\(known.isEmpty ? "" : "，可用的有 \(known)")。")
        }
        return programme
    }
}
