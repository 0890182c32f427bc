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
            (self.subject, self.provider, self.verdict) = (subject, provider, verdict)
            (self.codes, self.subsidy) = (codes, subsidy)
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
        (self.day, self.lines, self.gross) = (day, lines, gross)
        (self.subsidy, self.payable) = (subsidy, payable)
        self.stopped = stopped.sorted { $0.subject < $1.subject }
    }

    public init(_ statements: [Statement], on day: LocalDate) {
        let stopped = statements.flatMap { statement in
            statement.lines.filter { $0.verdict != .paid }.map {
                Stopped(
                    subject: $0.candidate.subject, provider: statement.provider, verdict: $0.verdict,
                    codes: $0.stopping.joined(separator: ","),
                    subsidy: $0.candidate.subsidy)
            }
        }
        self.init(
            day: day, lines: statements.map(\.lines.count).reduce(0, +), gross: statements.map(\.gross).total,
            subsidy: statements.map(\.subsidy).total, payable: statements.map(\.payable).total, stopped: stopped)
    }

    /// What it adds up to, without its lines.
    public struct Totals: Hashable, Sendable {
        public let day: LocalDate
        public let lines: Int
        public let gross: Fen
        public let subsidy: Fen
        public let payable: Fen
        public let stops: StopSums

        public init(day: LocalDate, lines: Int, gross: Fen, subsidy: Fen, payable: Fen, stops: StopSums) {
            (self.day, self.lines, self.gross, self.subsidy) = (day, lines, gross, subsidy)
            (self.payable, self.stops) = (payable, stops)
        }
    }

    public var totals: Totals { Totals(day: day, lines: lines, gross: gross, subsidy: subsidy, payable: payable, stops: stops) }

    public var stops: StopSums {
        var sums = StopSums()
        for line in stopped {
            for code in line.codes.split(separator: ",") { sums.add(String(code), lines: 1, subsidy: line.subsidy) }
        }
        return sums
    }

    /// How much has changed since an earlier day.
    public struct Change: Hashable, Sendable {
        public let lines: Int
        public let payable: Fen
        public let newlyStopped: Int
        public let cleared: Int

        public init(lines: Int, payable: Fen, newlyStopped: Int, cleared: Int) {
            (self.lines, self.payable, self.newlyStopped, self.cleared) = (lines, payable, newlyStopped, cleared)
        }
    }

    /// What has changed since an earlier day, line by line.
    public struct Difference: Hashable, Sendable {
        public let lines: Int
        public let payable: Fen
        /// Stopped now and not, or otherwise, before.
        public let newlyStopped: [Stopped]
        /// Stopped before and not now.
        public let cleared: [Stopped]

        public var change: Change { Change(lines: lines, payable: payable, newlyStopped: newlyStopped.count, cleared: cleared.count) }
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
