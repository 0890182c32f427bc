import Kernel
import Orders
import Registry
import Store

/// 待办与交班: what the house still owes somebody, for the next hand that takes the telephone.
public struct ReadDuties: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Complaint: Sendable {
        public let id: String
        public let text: String
        public let openedAt: Instant
        public let order: Order
    }

    public struct Duties: Sendable {
        public let at: Instant
        /// Given up or silent: each is to be called back.
        public let calls: [Call]
        public let complaints: [Complaint]
        public let emergencies: [Order]
        /// Nobody found yet, or nobody has accepted.
        public let unplaced: [Order]
        public let overdue: [Order]
        /// Codes were tried at the door; the elder is to be rung up.
        public let locked: [Order]
    }

    /// Calls are looked for in the last days.
    static let callDays = 7
    /// Of each kind the most urgent; the dispatch board holds them all.
    static let limit = 30

    public func callAsFunction() async throws -> Duties {
        let now = office.now
        return try await office.read { tx in
            func waiting(_ filter: OrderRepository.Filter) throws -> [Order] { try tx.orders.waiting(filter, limit: Self.limit) }
            let unplaced = try (waiting(.init(state: .received)) + waiting(.init(state: .offered))).sorted { ($0.timer?.due ?? now) < ($1.timer?.due ?? now) }
            let complaints = try tx.quality.openComplaints(limit: 50)
            let orders = Dictionary(uniqueKeysWithValues: try tx.orders.find(complaints.map(\.order)).map { ($0.id, $0) })
            return Duties(
                at: now, calls: try tx.calls.undone(since: now - .days(Self.callDays), limit: 100),
                complaints: complaints.compactMap { complaint in
                    orders[complaint.order].map { Complaint(id: complaint.id, text: complaint.text, openedAt: complaint.openedAt, order: $0) }
                },
                emergencies: try waiting(.init(isEmergency: true)), unplaced: Array(unplaced.prefix(Self.limit)),
                overdue: try waiting(.init(late: now)),
                locked: try tx.doorTries.locked(limit: Self.limit).map { try tx.orders.require($0) })
        }
    }
}
