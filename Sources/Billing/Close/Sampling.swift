import Catalog
import Kernel
import Registry

/// 抽查: which frozen lines are asked about again, and why.
public struct Sample: Hashable, Sendable {
    public enum Reason: String, CaseIterable, Sendable {
        /// The elder's first service.
        case first
        /// Only on paper or by call-back.
        case weakEvidence = "weak_evidence"
        /// Above the amount that is always asked about.
        case amount
        /// Of a provider in its first months.
        case newProvider = "new_provider"
        /// Drawn.
        case random
        /// All lines of a provider whose sample has failed.
        case widened

        public var name: String {
            switch self {
            case .first: "首次服务"
            case .weakEvidence: "核验等级低"
            case .amount: "大额"
            case .newProvider: "新加盟"
            case .random: "随机"
            case .widened: "扩大抽查"
            }
        }
    }

    public enum Result: String, CaseIterable, Sendable { case passed, failed }

    public let subject: String
    public let reason: Reason
    public let result: Result?

    public init(subject: String, reason: Reason, result: Result? = nil) {
        self.subject = subject
        self.reason = reason
        self.result = result
    }
}

public enum Sampling {
    /// A line that would be paid, as far as sampling looks at it.
    public struct Line: Hashable, Sendable {
        public let subject: String
        public let gross: Fen
        public let evidence: EvidenceLevel
        /// A call-back made before has confirmed it, and none has denied it.
        public let isConfirmed: Bool
        /// A meal by a number that was told. Meals of cards that were read are not asked about.
        public let isTold: Bool

        public init(subject: String, gross: Fen, evidence: EvidenceLevel, isConfirmed: Bool, isTold: Bool = false) {
            self.isTold = isTold
            self.subject = subject
            self.gross = gross
            self.evidence = evidence
            self.isConfirmed = isConfirmed
        }
    }

    /// The samples of one provider's statement, in the order of its lines: everything risky, and a share of the rest by lot.
    ///
    /// The lot depends on the month and the line alone, so that nobody can draw again until it suits. Stratified by provider: the share is
    /// rounded up within each.
    /// - Parameters:
    ///   - lines: orders, and meals by numbers that were told, that would be paid: a held line has a person's eye on it anyway.
    ///   - isFirst: whether an order is the first service its elder ever had.
    public static func plan(_ lines: [Line], of month: Month, provider: Provider?, _ policy: CheckPolicy, isFirst: (String) -> Bool) -> [Sample] {
        let joined = provider?.joined.month
        let isNew = joined.map { month < $0.adding(policy.newProviderMonths) } ?? true
        var samples: [Int: Sample.Reason] = [:]
        var (rest, told): ([Int], [Int]) = ([], [])
        for (place, line) in lines.enumerated() {
            if line.isTold {
                told.append(place)
            } else if isFirst(line.subject) {
                samples[place] = .first
            } else if line.evidence <= .slip {
                samples[place] = .weakEvidence
            } else if line.gross > policy.sampleAlwaysAbove {
                samples[place] = .amount
            } else {
                rest.append(place)
            }
        }
        for place in drawn(from: told, policy.weakEntrySample, lines, month) { samples[place] = .weakEvidence }
        let share = isNew ? policy.sampleNewProvider : policy.sample
        for place in drawn(from: rest, share, lines, month) { samples[place] = isNew ? .newProvider : .random }
        return samples.sorted { $0.key < $1.key }.map {
            Sample(subject: lines[$0.key].subject, reason: $0.value, result: lines[$0.key].isConfirmed ? .passed : nil)
        }
    }

    /// - Parameter share: percent, rounded up.
    private static func drawn(from places: [Int], _ share: Int, _ lines: [Line], _ month: Month) -> [Int] {
        let lots = places.map { (place: $0, lot: lot(month, lines[$0].subject)) }
        return lots.sorted { ($0.lot, $0.place) < ($1.lot, $1.place) }.prefix((places.count * share + 99) / 100).map(\.place)
    }

    /// FNV-1a over month and line, then mixed: as good as drawn, and the same for everybody who recomputes it.
    static func lot(_ month: Month, _ subject: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(month)/\(subject)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var random = SeededRandom(seed: hash)
        return random.next()
    }

    /// Whether so many failed samples of a provider widen the sample to all of its lines.
    public static func isWidened(failed: Int, answered: Int, _ policy: CheckPolicy) -> Bool {
        answered > 0 && failed * 100 > answered * policy.failedSampleLimit
    }
}
