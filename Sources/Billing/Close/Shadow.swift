import Kernel
import Registry

/// 影子月结: "if closed tonight", small enough to be kept for every day.
public struct Shadow: Hashable, Sendable {
    public struct Stopped: Hashable, Sendable {
        public let subject: String
        public let provider: ProviderID
        public let verdict: Verdict
        /// `R12,R18`
        public let codes: String
        public let subsidy: Fen

        public init(subject: String, provider: ProviderID, verdict: Verdict, codes: String, subsidy: Fen) {
            self.subject = subject
            self.provider = provider
            self.verdict = verdict
            self.codes = codes
            self.subsidy = subsidy
        }
    }

    public let day: LocalDate
    public let lines: Int
    public let gross: Fen
    public let subsidy: Fen
    public let payable: Fen
    /// Every line that would not be paid, by subject.
    public let stopped: [Stopped]

    public init(day: LocalDate, lines: Int, gross: Fen, subsidy: Fen, payable: Fen, stopped: [Stopped]) {
        self.day = day
        self.lines = lines
        self.gross = gross
        self.subsidy = subsidy
        self.payable = payable
        self.stopped = stopped.sorted { $0.subject < $1.subject }
    }

    public init(_ statements: [Statement], on day: LocalDate) {
        let stopped = statements.flatMap { statement in
            statement.lines.filter { $0.verdict != .paid }.map {
                Stopped(
                    subject: $0.candidate.subject, provider: statement.provider, verdict: $0.verdict,
                    codes: Set($0.findings.filter { $0.severity != .warn }.map(\.code)).sorted().joined(separator: ","),
                    subsidy: $0.candidate.subsidy)
            }
        }
        self.init(
            day: day, lines: statements.map(\.lines.count).reduce(0, +), gross: statements.map(\.gross).total,
            subsidy: statements.map(\.subsidy).total, payable: statements.map(\.payable).total, stopped: stopped)
    }

    /// How many lines each rule stops, and how much public money with them; a line stopped by two rules counts under both.
    public var byCode: [(code: String, lines: Int, subsidy: Fen)] {
        var sums: [String: (Int, Fen)] = [:]
        for line in stopped {
            for code in line.codes.split(separator: ",") {
                let (count, sum) = sums[String(code)] ?? (0, .zero)
                sums[String(code)] = (count + 1, sum + line.subsidy)
            }
        }
        return sums.sorted { $0.key < $1.key }.map { (code: $0.key, lines: $0.value.0, subsidy: $0.value.1) }
    }

    /// What has changed since an earlier day, line by line.
    public struct Difference: Hashable, Sendable {
        public let lines: Int
        public let payable: Fen
        /// Stopped now and not, or otherwise, before.
        public let newlyStopped: [Stopped]
        /// Stopped before and not now.
        public let cleared: [Stopped]
    }

    public func since(_ earlier: Shadow) -> Difference {
        let before = Dictionary(grouping: earlier.stopped, by: \.subject).compactMapValues(\.first)
        let now = Set(stopped.map(\.subject))
        return Difference(
            lines: lines - earlier.lines, payable: payable - earlier.payable,
            newlyStopped: stopped.filter { before[$0.subject].map { [$0.verdict.rawValue, $0.codes] } != [$0.verdict.rawValue, $0.codes] },
            cleared: earlier.stopped.filter { !now.contains($0.subject) })
    }
}
