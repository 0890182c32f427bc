import Catalog
import Kernel
import Registry

/// 严重程度 of a finding.
public enum Severity: String, CaseIterable, Comparable, Sendable {
    /// 提示
    case warn
    /// 待核: not paid until a person has looked.
    case hold
    /// 拒付
    case block

    private var rank: Int { self == .warn ? 0 : self == .hold ? 1 : 2 }
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// One thing that a check has found on one line.
public struct Finding: Hashable, Sendable {
    /// `R01` … `R27`, the numbers of the settlement rules.
    public let code: String
    public let severity: Severity
    /// A Chinese sentence with the evidence in it.
    public let sentence: String

    public init(_ code: String, _ severity: Severity, _ sentence: String) {
        self.code = code
        self.severity = severity
        self.sentence = sentence
    }
}

/// What surrounds a line: the rest of the month, the catalogue and the network.
public struct Surroundings: Sendable {
    public let catalogue: Catalogue
    public let franchise: Franchise
    let byElder: [ElderID: [Candidate]]
    let byWorker: [WorkerID: [Candidate]]

    /// - Parameter month: all candidates of the month, of all providers: overlaps do not stop at a provider's door.
    public init(catalogue: Catalogue, franchise: Franchise, month: [Candidate]) {
        self.catalogue = catalogue
        self.franchise = franchise
        byElder = Dictionary(grouping: month, by: \.elder)
        var workers: [WorkerID: [Candidate]] = [:]
        for line in month { if let worker = line.worker { workers[worker, default: []].append(line) } }
        byWorker = workers
    }

    /// Other services of the same elder that count before this one: earlier in time, then by subject.
    func earlier(_ line: Candidate, where isSame: (Candidate) -> Bool) -> [Candidate] {
        (byElder[line.elder] ?? []).filter { other in
            guard other.subject != line.subject, isSame(other) else { return false }
            return (other.date, other.createdAt, other.subject) < (line.date, line.createdAt, line.subject)
        }
    }
}

/// One settlement rule, in a file of its own.
public protocol Check: Sendable {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding?
}

/// All rules in force, in the order of their numbers.
public enum Checks {
    public static let all: [any Check] = [
        CapCheck(), ElderOverlapCheck(), WorkerOverlapCheck(), DeathCheck(), PriceCheck(), CredentialCheck(), ScopeCheck(),
        EvidenceCheck(), DurationCheck(), BackfillCheck(), DoubleFundingCheck(), CallbackCheck(), SumCheck(),
    ]

    public static func findings(_ line: Candidate, _ surroundings: Surroundings) -> [Finding] {
        all.compactMap { $0.finding(line, surroundings) }
    }
}
