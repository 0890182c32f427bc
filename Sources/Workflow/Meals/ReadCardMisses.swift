import Catalog
import Kernel
import Store

/// 报错卡号: the canteens and days on which many numbers were nobody's; what quality and finance look at beside held meals (R22).
public struct ReadCardMisses: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// How far back, days.
    static let recent_d = 62

    /// Days with at least half of what shuts the gate, the latest first.
    public func callAsFunction() async throws -> [TillRepository.Misses] {
        let today = office.now.localDate
        let limit = CardGate.Limits(office.reference.catalogue.parameters, on: today).day
        return try await office.read { tx in
            try tx.tills.misses(from: today.adding(days: -Self.recent_d), atLeast: max(1, limit / 2))
        }
    }
}
