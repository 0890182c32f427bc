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

/// 投诉办结: what was found and done; with the last open one gone, the order may be settled.
public struct ResolveComplaint: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `complaint_unknown` when it does not exist or has been resolved before.
    public func prepared(_ id: String, resolution: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        guard (4...500).contains(resolution.count) else {
            throw Rejection(.invalid, "resolution_text", "请用 4 到 500 个字说明处理结果。", pointer: "/resolution")
        }
        let now = office.now
        return { tx in
            guard let subject = try tx.quality.closeComplaint(id, resolution: resolution, at: now) else {
                throw Rejection(.missing, "complaint_unknown", "没有这条投诉，或已经处理。")
            }
            let old = try tx.orders.require(subject)
            var order = old
            order.hasOpenComplaint = try tx.quality.hasOpenComplaint(subject)
            order.version += 1
            try tx.orders.save(order, replacing: old)
            try tx.events.append(
                "complaint.resolved", subject: subject.text, subjectSeq: order.version, to: order.provider, by: caller.name, at: now)
            return order
        }
    }
}
