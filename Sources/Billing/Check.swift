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

    /// What separates findings where they are kept cannot stand in a sentence, though words that people typed may: what is signed must be what
    /// is read back.
    public init(_ code: String, _ severity: Severity, _ sentence: String) {
        self.code = code
        self.severity = severity
        self.sentence = sentence.utf8.contains(UInt8(ascii: "|")) ? sentence.replacing("|", with: "／") : sentence
    }
}

/// 核查规则: what a check stands for, on paper. A change of what it finds is a new version.
public struct Rule: Hashable, Sendable {
    public let code: String
    /// The worst it can find.
    public let severity: Severity
    public let version: Int
    public let title: String

    init(_ code: String, _ severity: Severity, _ title: String, version: Int = 1) {
        self.code = code
        self.severity = severity
        self.version = version
        self.title = title
    }
}

/// A rule that looks at one line alone.
protocol LineCheck: Sendable {
    var rule: Rule { get }
    func finding(_ line: Candidate, _ terms: Terms) -> Finding?
}

/// A rule that compares lines with each other: those of one elder, one worker, one telephone …
protocol GroupCheck: Sendable {
    var rule: Rule { get }
    var grouping: Grouping { get }
    /// Whether settled services of months before stand in the group, before all others and not judged themselves.
    var looksBack: Bool { get }
    /// Judges a group whose lines stand in the order in which they count (``Traces``); calls `report` with the place of a line and what is found on it.
    ///
    /// Takes O(n log n) of the group's size at most: one elder, till or provider may have a whole month's lines.
    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void)
}

extension GroupCheck {
    var looksBack: Bool { false }
}

/// By what lines are put together to be compared.
public enum Grouping: CaseIterable, Sendable {
    case elder, worker, device, photo, signature, provider, fund
}

/// All rules in force, in the order of their numbers.
public enum Checks {
    static let line: [any LineCheck] = [
        DeathCheck(), AbsenceCheck(), EligibilityCheck(), PriceCheck(), CredentialCheck(), ScopeCheck(), EvidenceCheck(), PresenceCheck(),
        DurationCheck(), HoursCheck(), ConfirmationCheck(), BackfillCheck(), GoodsCheck(), DoubleFundingCheck(), CallbackCheck(), TieCheck(),
        SumCheck(), ReusedPhotoCheck(), MealDoubtCheck(),
    ]
    static let group: [any GroupCheck] = [
        CapCheck(), ElderOverlapCheck(), WorkerOverlapCheck(), TravelCheck(), ManualQuotaCheck(), SharedDeviceCheck(), SameDurationCheck(),
        WorkloadCheck(), SignatureCheck(), PhotoCheck(), MealSlotCheck(), MealBurstCheck(), WeakEntryCheck(),
    ]

    /// Every rule once, by code; what an officer may read and an auditor may quote.
    public static let rules: [Rule] = (line.map(\.rule) + group.map(\.rule) + [CapCheck.monthly, BudgetCheck.rule, InvoiceCheck.rule])
        .sorted { ($0.code, $0.title) < ($1.code, $1.title) }

    /// By code.
    public static let titles = Dictionary(rules.map { ($0.code, $0.title) }) { "\($0)／\($1)" }

    /// What the rules that look at one line alone find, in the order of their codes.
    static func findings(_ line: Candidate, _ terms: Terms) -> [Finding] { Self.line.compactMap { $0.finding(line, terms) } }

    /// Everything that is found on a line among the lines around it, in the order of codes: the same always, as it is signed.
    public static func findings(_ line: Candidate, _ surroundings: Surroundings) -> [Finding] {
        let all = findings(line, surroundings.terms) + (surroundings.cross[line.subject] ?? [])
        return all.count > 1 ? all.sorted { ($0.code, $0.sentence) < ($1.code, $1.sentence) } : all
    }
}

/// What surrounds a line: the terms, and what comparing all lines with each other has found, by subject.
public struct Surroundings: Sendable {
    public let terms: Terms
    let cross: [String: [Finding]]

    public init(terms: Terms, cross: [String: [Finding]]) {
        self.terms = terms
        self.cross = cross
    }

    /// - Parameter month: all candidates of the month, of all providers: overlaps do not stop at a provider's door.
    public init(terms: Terms, month: [Candidate]) {
        var traces = Traces()
        for line in month { traces.add(line) }
        self.init(terms: terms, cross: traces.findings(terms))
    }
}
