import Billing
import Kernel
import Registry
import Store

/// Where a month stands: its step, its fingerprint, everything done so far and what still keeps it.
public struct ReadClose: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Standing: Sendable {
        public let step: CloseStep
        public let hash: String
        public let history: [CloseEntry]
        public let openSamples: Int
        public let openDisputes: Int
        public let unanswered: [ProviderID]
    }

    public typealias Paid = (payment: Payment, state: CloseRepository.PaymentState, note: String)

    /// 发票、付款、冲正 of a month.
    public struct Money: Sendable {
        public let step: CloseStep
        public let invoices: [ProviderID: Invoice]
        public let payments: [Paid]
        /// The first of them, those that wait for a second person before the others: a month's deductions by rule are hundreds.
        public let corrections: [Adjustment]
        public let correctionCount: Int
    }

    /// What machines are told beyond where it stands.
    public struct Details: Sendable {
        public let disputes: [CloseRepository.Dispute]
        public let payments: [Paid]
        public let corrections: [Adjustment]
    }

    /// Corrections on a page.
    public static let limit = 50

    public func callAsFunction(_ month: Month) async throws -> Standing { try await office.read { tx in try Self.standing(tx, month) } }

    private static func standing(_ tx: any Transaction, _ month: Month) throws -> Standing {
        let (step, history) = try Batch.standing(tx, month)
        return Standing(
            step: step, hash: try Batch.hash(tx, month, after: history), history: history, openSamples: try tx.close.openSamples(month),
            openDisputes: try tx.close.openDisputes(month), unanswered: try tx.close.unanswered(month))
    }

    public func detailed(_ month: Month) async throws -> (standing: Standing, details: Details) {
        try await office.read { tx in
            let details = Details(
                disputes: try tx.close.disputes(month), payments: try tx.close.payments(month), corrections: try tx.close.adjustments(of: month))
            return (try Self.standing(tx, month), details)
        }
    }

    public func money(_ month: Month) async throws -> Money {
        try await office.read { tx in
            let (corrections, count) = try tx.close.adjustments(of: month, limit: Self.limit)
            return Money(
                step: try Batch.standing(tx, month).step, invoices: try tx.close.invoices(month), payments: try tx.close.payments(month),
                corrections: corrections, correctionCount: count)
        }
    }

    public func payments(_ month: Month) async throws -> [Paid] { try await office.read { tx in try tx.close.payments(month) } }

    public func samples(_ month: Month) async throws -> [(sample: Sample, provider: ProviderID)] {
        try await office.read { tx in try tx.close.samples(month) }
    }
}
