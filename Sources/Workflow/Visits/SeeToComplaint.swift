import Kernel
import Orders
import Store

/// 投诉处理: taken by one person, answered to whoever complained; ``ResolveComplaint`` ends it. Each step keeps its time.
public struct SeeToComplaint: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `complaint_taken`, `complaint_unknown`
    public func take(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> Void {
        let now = office.now
        return { tx in
            let complaint = try Self.open(tx, id)
            guard try tx.quality.takeComplaint(id, by: caller.name, at: now) else {
                throw Rejection(.conflict, "complaint_taken", "这条投诉已由 \(complaint.takenBy ?? "别人") 受理，不用再受理。")
            }
            try tx.events.append("complaint.taken", subject: complaint.order.text, subjectSeq: 1, by: caller.name, at: now)
        }
    }

    /// - Throws: `resolution_text`, `complaint_unknown`
    public func answer(_ id: String, _ answer: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Void {
        guard (4...500).contains(answer.count) else {
            throw Rejection(.invalid, "resolution_text", "请用 4 到 500 个字写明答复了什么。", pointer: "/answer")
        }
        let now = office.now
        return { tx in
            let complaint = try Self.open(tx, id)
            _ = try tx.quality.takeComplaint(id, by: caller.name, at: now)
            guard try tx.quality.answerComplaint(id, answer, at: now) else { throw Self.unknown }
            try tx.events.append("complaint.answered", subject: complaint.order.text, subjectSeq: 1, by: caller.name, at: now)
        }
    }

    private static let unknown = Rejection(.missing, "complaint_unknown", "没有这条投诉，或已经处理。")

    private static func open(_ tx: any Transaction, _ id: String) throws -> QualityRepository.Complaint {
        guard let complaint = try tx.quality.complaint(id), complaint.closedAt == nil else { throw unknown }
        return complaint
    }
}

/// Looking complaints up.
public struct ReadComplaints: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func open(limit: Int) async throws -> [(complaint: QualityRepository.Complaint, order: Order)] {
        try await office.read { tx in try tx.quality.openComplaints(limit: limit).map { ($0, try tx.orders.require($0.order)) } }
    }

    public func closed(limit: Int) async throws -> [(complaint: QualityRepository.Complaint, order: Order)] {
        try await office.read { tx in try tx.quality.closedComplaints(limit: limit).map { ($0, try tx.orders.require($0.order)) } }
    }

    public func of(_ order: OrderID) async throws -> [QualityRepository.Complaint] {
        try await office.read { tx in try tx.quality.complaints(of: order) }
    }
}
