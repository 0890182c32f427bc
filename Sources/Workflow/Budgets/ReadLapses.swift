import Entitlement
import Kernel
import Registry
import Store

/// 结余失效统计: how much of what programmes granted was never used and lapsed in a month, by programme and street.
///
/// A statistic: nothing is moved, and nothing is paid out. It counts those who never drew as well as those who drew less, in the street in which
/// they live now; of a month that runs, what would lapse at its end. What is claimed on bills counts when the last of them are no longer taken.
public struct ReadLapses: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Line: Hashable, Sendable {
        public let programme: String
        public let name: String
        public let fund: Fund
        /// Code of the street.
        public let region: String
        /// With something unused.
        public let elders: Int
        public let granted: Fen
        public let used: Fen
        public var lapsed: Fen { granted - used }
    }

    /// Sorted by programme, in payer order, and street.
    public func callAsFunction(_ month: Month) async throws -> [Line] {
        let (programmes, book) = (office.reference.programmes, office.lapses)
        return try await office.read { tx in try book.lines(tx, month, programmes) }
    }
}
