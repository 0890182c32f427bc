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

    public struct Page: Sendable {
        public let found: [(complaint: QualityRepository.Complaint, order: Order)]
        /// Nil on the last page.
        public let next: QualityRepository.ComplaintPlace?
    }

    /// Open ones, the oldest first, or resolved ones, the newest first.
    ///
    /// - Parameter place: the last of the page before; nil for the first page.
    public func page(isClosed: Bool, after place: QualityRepository.ComplaintPlace? = nil, limit: Int) async throws -> Page {
        try await office.read { tx in
            let found = try isClosed
                ? tx.quality.closedComplaints(after: place, limit: limit + 1) : tx.quality.openComplaints(after: place, limit: limit + 1)
            let shown = found.prefix(limit)
            let orders = Dictionary(uniqueKeysWithValues: try tx.orders.find(Set(shown.map(\.order)).sorted()).map { ($0.id, $0) })
            return Page(
                found: try shown.map { ($0, try orders[$0.order] ?? tx.orders.require($0.order)) },
                next: found.count > limit ? shown.last.map { .init(openedAt: $0.openedAt, id: $0.id) } : nil)
        }
    }

    public func of(_ order: OrderID) async throws -> [QualityRepository.Complaint] {
        try await office.read { tx in try tx.quality.complaints(of: order) }
    }
}
