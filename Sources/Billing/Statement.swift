import Catalog
import Kernel
import Registry

/// 核查结论 of one line.
public enum Verdict: String, CaseIterable, Sendable {
    case paid, held, blocked

    public var name: String {
        switch self {
        case .paid: "应付"
        case .held: "待核"
        case .blocked: "拒付"
        }
    }

    /// What the worst finding means for the line.
    public init(_ findings: [Finding]) {
        switch findings.map(\.severity).max() {
        case .block: self = .blocked
        case .hold: self = .held
        case .warn, nil: self = .paid
        }
    }
}

/// 结算明细: one service on a provider's statement, frozen when the month is closed.
public struct StatementLine: Hashable, Sendable {
    public let candidate: Candidate
    public let findings: [Finding]
    /// What a person has decided since the line was frozen; the findings stay as they are.
    public var decision: LineDecision?
    public var verdict: Verdict { decision?.verdict ?? Verdict(findings) }

    public init(candidate: Candidate, findings: [Finding], decision: LineDecision? = nil) {
        self.candidate = candidate
        self.findings = findings
        self.decision = decision
    }

    /// The rules that stop it, sorted: of two findings by one rule it counts once.
    public var stopping: [String] { Self.stopping(findings) }
    public static func stopping(_ findings: [Finding]) -> [String] { Set(findings.filter { $0.severity != .warn }.map(\.code)).sorted() }

    /// `R12:hold:核验等级…` joined by ` | `.
    public var findingsText: String { findings.map { "\($0.code):\($0.severity.rawValue):\($0.sentence)" }.joined(separator: " | ") }
    public var fundingText: String {
        candidate.funding.map { "\($0.fund)|\($0.programme)|\($0.amount.amount)" }.joined(separator: ";")
    }
}

/// What a statement adds up to.
public struct StatementTotals: Hashable, Sendable {
    public private(set) var lines = 0
    public private(set) var held = 0
    public private(set) var blocked = 0
    public private(set) var gross = Fen.zero
    public private(set) var subsidy = Fen.zero
    public private(set) var selfPay = Fen.zero
    /// Public money asked for and not paid this month, held or blocked.
    public private(set) var deducted = Fen.zero
    /// The part of it that waits for a person.
    public private(set) var heldSubsidy = Fen.zero
    public private(set) var stops = StopSums()
    /// 应付金额: public money of the lines that nothing stops.
    public var payable: Fen { subsidy - deducted }

    public init() {}

    /// Of one line.
    public init(_ line: StatementLine) { add(line) }

    mutating func add(_ line: StatementLine) {
        let (verdict, asked) = (line.verdict, line.candidate.subsidy)
        lines += 1
        gross += line.candidate.gross
        subsidy += asked
        selfPay += line.candidate.selfPay
        guard verdict != .paid else { return }
        deducted += asked
        if verdict == .held {
            held += 1
            heldSubsidy += asked
        } else {
            blocked += 1
        }
        for code in line.stopping { stops.add(code, lines: 1, subsidy: asked) }
    }

    public static func += (left: inout StatementTotals, right: StatementTotals) {
        left.lines += right.lines
        left.held += right.held
        left.blocked += right.blocked
        left.gross += right.gross
        left.subsidy += right.subsidy
        left.selfPay += right.selfPay
        left.deducted += right.deducted
        left.heldSubsidy += right.heldSubsidy
        left.stops += right.stops
    }
}

/// Where a line stands on its statement: by service date, number and subject, so that the same month always gives the same bytes.
public struct LinePlace: Comparable, Hashable, Sendable {
    let date: LocalDate
    let number: String
    let subject: String

    public init(_ line: Candidate) { (date, number, subject) = (line.date, line.number, line.subject) }

    public static func < (a: LinePlace, b: LinePlace) -> Bool {
        // Not as tuples, which would copy both: a million places are compared.
        if a.number == b.number, a.date == b.date { return a.subject < b.subject }
        return a.date == b.date ? a.number < b.number : a.date < b.date
    }
}

/// 结算单: what one provider is owed for one month.
public struct Statement: Hashable, Sendable {
    public let month: Month
    public let provider: ProviderID
    public let lines: [StatementLine]
    /// 本期调整: corrections of months closed before, entered and approved in this one.
    public var adjustments: [Adjustment] = []

    public init(month: Month, provider: ProviderID, lines: [StatementLine]) {
        self.init(month: month, provider: provider, frozen: lines.sorted { LinePlace($0.candidate) < LinePlace($1.candidate) })
    }

    /// - Parameter lines: in the order in which they were frozen, which stays.
    public init(month: Month, provider: ProviderID, frozen lines: [StatementLine]) {
        self.month = month
        self.provider = provider
        self.lines = lines
    }

    public var totals: StatementTotals {
        var totals = StatementTotals()
        // By place: a loop over lines would copy each.
        for place in lines.indices { totals.add(lines[place]) }
        return totals
    }
    public var gross: Fen { totals.gross }
    public var subsidy: Fen { totals.subsidy }
    public var selfPay: Fen { totals.selfPay }
    public var deducted: Fen { totals.deducted }
    public var payable: Fen { totals.payable }
    public var heldLines: Int { totals.held }
    public var adjusted: Fen { adjustments.map(\.amount).total }
    /// 实付: what is transferred, ``payable`` and the corrections; not less than nothing.
    public var due: Fen { max(.zero, payable + adjusted) }
    /// 结转下月: what was to be taken back and this payment cannot bear; the next one is less by it.
    ///
    /// Lines alone never come to less than nothing: without a deduction they need not be added up.
    public var carried: Fen { adjusted < .zero ? max(.zero, .zero - payable - adjusted) : .zero }

    /// The checked lines of a month, a statement a provider, in the order of provider codes.
    public static func all(_ candidates: [Candidate], month: Month, terms: Terms) -> [Statement] {
        let surroundings = Surroundings(terms: terms, month: candidates)
        let byProvider = Dictionary(grouping: candidates, by: \.provider)
        return byProvider.sorted { $0.key < $1.key }.map { Statement(month: month, provider: $0.key, checking: $0.value, surroundings) }
    }

    /// One provider's lines, judged by the terms and by what comparing them with everybody's has found.
    public init(month: Month, provider: ProviderID, checking candidates: [Candidate], _ surroundings: Surroundings) {
        self.init(
            month: month, provider: provider,
            lines: candidates.map { StatementLine(candidate: $0, findings: Checks.findings($0, surroundings)) })
    }
}
