import Billing
import Kernel
import Matching
import Registry
import Store

/// 本单位的质量: the score that dispatch counts with, the assessments that a month was paid by, and what lies behind both.
public struct ReadOwnQuality: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// 月度考核 of one month, as it was given last.
    public struct Assessment: Sendable {
        public let month: Month
        /// 0 … 100.
        public let score: Int
        /// The share of what is payable that the score leaves, in percent.
        public let percent: Int
        /// What the score takes from the statement; never below zero.
        public let deducted: Fen
        public let at: Instant
    }

    public struct Own: Sendable {
        /// 质量分 as filed, 0 … 1000.
        public let score: Int
        /// When the file that says so was published; nil before any was.
        public let since: Instant?
        /// What the score is worth in dispatch today, of how many points, of how many in all, by which policy.
        public let points: Int
        public let most: Int
        public let total: Int
        public let policy: String
        public let figures: OwnFiguresRepository.Figures
        /// The latest months that were assessed, newest first.
        public let assessments: [Assessment]
    }

    /// Days whose figures are told.
    public static let days = 90
    /// Statements looked through for an assessment.
    static let months = 12

    /// - Throws: `provider_unknown`.
    public func callAsFunction(_ provider: ProviderID) async throws -> Own {
        let (reference, today) = (office.reference, office.now.localDate)
        guard let firm = reference.franchise.provider(provider) else {
            throw Rejection(.missing, "provider_unknown", "没有服务商 \(provider)。")
        }
        let policy = reference.matcher.policy(on: today)
        return try await office.read { tx in
            let months = try tx.settlements.sealed(of: provider).prefix(Self.months).map(\.month)
            return Own(
                score: firm.quality, since: try tx.reference.publishedAt(ImportProviders.name), points: policy.qualityPoints(firm.quality),
                most: policy.weights.quality, total: policy.weights.total, policy: policy.version,
                figures: try tx.ownFigures.figures(of: provider, from: today.adding(days: -Self.days), until: today),
                assessments: try months.compactMap { month in
                    try Deduct.assessment(tx, month, provider).map { given in
                        Assessment(
                            month: month, score: given.score, percent: reference.checks(on: month.last).payPercent(score: given.score),
                            deducted: try tx.close.withheld(month, Deduction.scoreSubject(provider)), at: given.at)
                    }
                })
        }
    }
}
