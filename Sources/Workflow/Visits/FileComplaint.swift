import Kernel
import Orders
import Store

/// 投诉: blocks settlement until it is resolved.
public struct FileComplaint: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: OrderID, text: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        guard (1...500).contains(text.count) else {
            throw Rejection(.invalid, "complaint_text", "请用 1 到 500 个字说明投诉内容。", pointer: "/text")
        }
        let now = office.now
        let complaint = IDMaker.text(at: now, random: office.random())
        return { tx in
            let old = try tx.orders.require(id)
            var order = old
            order.hasOpenComplaint = true
            order.version += 1
            try tx.orders.save(order, replacing: old)
            try tx.quality.openComplaint(complaint, order: id, text: text, at: now)
            try tx.events.append(
                "complaint.opened", subject: id.text, subjectSeq: order.version, to: order.provider, by: caller.name, at: now)
            return order
        }
    }
}
