import Kernel
import Registry

/// 处理意见 on a line, by a person and with a reason: a held line is released or refused, a paid one refused when its sample fails.
public struct LineDecision: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// 放行
        case release
        /// 拒付
        case refuse
    }

    public let kind: Kind
    public let reason: String
    public let by: String
    public let at: Instant

    public init(kind: Kind, reason: String, by: String, at: Instant) {
        self.kind = kind
        self.reason = reason
        self.by = by
        self.at = at
    }

    public var verdict: Verdict { kind == .release ? .paid : .blocked }

    /// Whether a line of a verdict may be decided so: what a rule blocks stays blocked, and is corrected by an adjustment when the rule was wrong.
    public static func mayDecide(_ kind: Kind, on verdict: Verdict) -> Bool {
        switch (verdict, kind) {
        case (.held, _), (.paid, .refuse): true
        case (.paid, .release), (.blocked, _): false
        }
    }
}

/// 冲正: a correction of a line of a month that is closed, entered in the open month and linked to the line. The closed month stays as it was.
/// What a ``Deduction`` takes from a statement stands beside it in the same way.
public struct Adjustment: Hashable, Sendable {
    public let id: String
    /// The month of the line that is corrected.
    public let month: Month
    public let provider: ProviderID
    /// The order or swipe of the line.
    public let subject: String
    /// Negative: to be given back.
    public let amount: Fen
    public let reason: String
    public let enteredBy: String
    public let approvedBy: String?
    /// The rule that made it; nil when a person did.
    public let rule: Deduction.Rule?
    /// What the rule reckoned from: blocks served of those planned (`3/4`), or the score.
    public let basis: String

    public init(
        id: String, month: Month, provider: ProviderID, subject: String, amount: Fen, reason: String, enteredBy: String, approvedBy: String? = nil,
        rule: Deduction.Rule? = nil, basis: String = ""
    ) {
        self.id = id
        self.month = month
        self.provider = provider
        self.subject = subject
        self.amount = amount
        self.reason = reason
        self.enteredBy = enteredBy
        self.approvedBy = approvedBy
        self.rule = rule
        self.basis = basis
    }
}
