import Catalog
import Kernel
import Orders
import Registry
import Store

/// 座机核对: a check that is said to be a call from the elder's landline counts as one only when the platform's own telephone heard that line.
///
/// A provider's word proves nothing about place (domain: evidence ladder); the call event comes from the telephone system, not from the provider.
/// At a visit only fixed lines count, for a mobile may ring from anywhere; a service by telephone has no place to prove.
struct HeardCall {
    let tx: any Transaction
    let policy: EvidencePolicy
    let by: String
    let now: Instant

    init(_ tx: any Transaction, _ policy: EvidencePolicy, by: String, now: Instant) {
        self.tx = tx
        self.policy = policy
        self.by = by
        self.now = now
    }

    /// The check as it may be believed. Asked again at each later step, because the event of a call may come after the check;
    /// what was believed once stays so.
    func weighed(_ check: Check, of order: Order, isNew: Bool = false) throws -> Check {
        guard check.method == .landlineUnheard || (isNew && check.method == .landline) else { return check }
        var check = check
        let lines = try tx.elders.phones(of: order.elder).filter { !$0.isWrong && ($0.number.isFixedLine || order.mode == .phone) }.map(\.number.text)
        let call = try tx.calls.nearest(to: check.at, within: .minutes(policy.callWithin), from: lines)
        check.method = call == nil ? .landlineUnheard : .landline
        if let call, call.outcome == nil { try note(call, order.elder) }
        return check
    }

    /// What the call was about is known now: it is nobody's duty to ring back.
    private func note(_ call: Call, _ elder: ElderID) throws {
        let outcome = "visit_check"
        _ = try tx.calls.note(call.id, elder: elder, outcome: outcome)
        try tx.events.append("call.noted", subject: call.id, subjectSeq: 4, by: by, at: now, data: (["outcome": JSON(outcome)] as JSON).text)
    }
}
