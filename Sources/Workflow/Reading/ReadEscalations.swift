import Kernel
import Orders
import Store

/// 待处理的升级单: orders that wait for a person, longest first.
public struct ReadEscalations: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Entry: Sendable {
        public let order: Order
        public let level: EscalationLevel
        public let reason: EscalationReason
        public let at: Instant
    }

    public static let limit = 200

    public func callAsFunction(from level: EscalationLevel, limit: Int = Self.limit) async throws -> [Entry] {
        try await office.read { tx in
            try tx.escalations.waiting(from: level, limit: limit).map {
                Entry(order: try tx.orders.require($0.order), level: $0.level, reason: $0.reason, at: $0.at)
            }
        }
    }
}
