import Kernel
import Matching
import Orders
import Registry
import Store

/// 人工指派: a person names the provider, with a reason that is kept beside the log; money and place follow as with any other choice.
///
/// The filters still hold: whoever lacks a licence, is full or may not serve this elder cannot be named. Naming the one from before undoes it.
public struct OverrideProvider: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `provider_not_eligible` with why, `illegal_transition`, `reason_missing`
    public func prepared(
        _ id: OrderID, to provider: ProviderID, reason: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Order {
        guard !reason.isEmpty, reason.utf8.count <= 300 else { throw OrderRejection.reasonMissing }
        let (now, reference) = (office.now, office.reference)
        guard reference.franchise.provider(provider) != nil else {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。", pointer: "/provider")
        }
        return { tx in
            let old = try tx.orders.require(id)
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            var waiting = old
            if old.state != .received {
                waiting = try old.after(.reassign, by: caller.actor, at: now, timers: dispatch.timers)
                try dispatch.release(old, as: .withdrawn, reason: reason, event: "order.withdrawn", version: waiting.version)
            }
            let situation = try dispatch.situation(of: waiting)
            // A person may ask again whoever has declined before.
            let asked = try tx.attempts.asked(id).subtracting([provider])
            let assignment = try dispatch.plan(waiting, situation, asked: asked, given: provider)
            guard assignment.attempt?.provider == provider else {
                let name = reference.franchise.provider(provider)?.name ?? provider.text
                let why = assignment.decision.part(of: provider)?.explanation ?? "不在这一项目、这一范围的服务商之中"
                throw Rejection(.refused, "provider_not_eligible", "\(name) 现在不能接这一单：\(why)。请另选一家，或先处理这个原因。", pointer: "/provider")
            }
            try tx.orders.save(assignment.order, replacing: old)
            try tx.events.append(
                "order.overridden", subject: id.text, subjectSeq: assignment.order.version, by: caller.name, at: now,
                data: (["from": JSON(old.provider), "to": JSON(provider)] as JSON).text, note: reason)
            try dispatch.record(assignment)
            return assignment.order
        }
    }
}

extension Office {
    /// A step on an order that is refused when the order is no longer as the caller has seen it.
    ///
    /// - Throws: `order_changed`
    public static func unchanged<T>(
        _ id: OrderID, since version: Int?, _ step: @escaping @Sendable (any Transaction) throws -> T
    ) -> @Sendable (any Transaction) throws -> T {
        { tx in
            guard let version, try tx.orders.require(id).version != version else { return try step(tx) }
            throw Rejection(.conflict, "order_changed", "工单刚被别人改过，请看清变化后再操作；您填的内容还在。")
        }
    }
}
