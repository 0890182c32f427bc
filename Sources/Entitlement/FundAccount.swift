import Kernel

/// 专项账户: money of the bureau of retired cadres and of civil affairs that is not paid by the order but by the case.
///
/// Five natures, each with its own rules (the bureau's funds of 2017; local amounts are the accounts' own, never code).
public enum FundKind: String, CaseIterable, Codable, Sendable {
    /// 公用经费: a year's quota of a unit, never personal money.
    case office
    /// 特需经费: a year's pool for special difficulties, by the case.
    case specialNeed = "special_need"
    /// 护理费: a monthly benefit of one person, from a first to a last month.
    case nursingFee = "nursing_fee"
    /// 医药费垫支: a revolving pool; advanced, and repaid when the insurer reimburses.
    case medicalAdvance = "medical_advance"
    /// 困难帮扶: aid given once to a person.
    case oneOffAid = "one_off_aid"

    /// The word on screen.
    public var name: String {
        switch self {
        case .office: "公用经费"
        case .specialNeed: "特需经费"
        case .nursingFee: "护理费"
        case .medicalAdvance: "医药费垫支"
        case .oneOffAid: "困难帮扶"
        }
    }

    /// Whether a payment names the person for whom it is.
    public var needsPerson: Bool { self != .office }
    /// Whether what is paid comes back.
    public var isLoan: Bool { self == .medicalAdvance }
}

public enum FundAccountKind {}
public typealias FundAccountID = ID<FundAccountKind>

/// One fund's account, as it stands.
public struct FundAccount: Hashable, Sendable {
    public var id: FundAccountID
    public var kind: FundKind
    /// The unit that keeps it; for a nursing fee the person's id.
    public var holder: String
    /// The year of the quota; nil for what goes on from year to year.
    public var year: Int?
    /// What has been put in.
    public var granted: Fen
    /// What has been paid out, and what of it came back.
    public var drawn: Fen
    public var repaid: Fen
    /// 护理费: what is paid each month, from ``firstMonth`` to ``lastMonth``.
    public var monthly: Fen
    public var firstMonth: Month?
    public var lastMonth: Month?

    public init(
        id: FundAccountID, kind: FundKind, holder: String, year: Int? = nil, granted: Fen = .zero, drawn: Fen = .zero, repaid: Fen = .zero,
        monthly: Fen = .zero, firstMonth: Month? = nil, lastMonth: Month? = nil
    ) {
        self.id = id
        self.kind = kind
        self.holder = holder
        self.year = year
        self.granted = granted
        self.drawn = drawn
        self.repaid = repaid
        self.monthly = monthly
        self.firstMonth = firstMonth
        self.lastMonth = lastMonth
    }

    public var available: Fen { granted - drawn + repaid }
    public var outstanding: Fen { kind.isLoan ? drawn - repaid : .zero }

    /// Whether a month's nursing fee is due.
    public func owesNursing(_ month: Month) -> Bool {
        kind == .nursingFee && firstMonth.map { $0 <= month } ?? false && lastMonth.map { month <= $0 } ?? true
    }
}

/// 用款申请: one payment out of an account, asked for by one person and decided by another.
public struct FundPayment: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        case requested, paid, rejected
    }

    public var id: String
    public var account: FundAccountID
    /// Elder or dependant; nil for a unit's office money.
    public var person: String?
    public var amount: Fen
    /// 护理费 only.
    public var month: Month?
    public var reason: String
    public var state: State
    public var requestedBy: String
    public var requestedAt: Instant
    public var decidedBy: String?
    public var opinion: String?

    public init(
        id: String, account: FundAccountID, person: String?, amount: Fen, month: Month? = nil, reason: String, state: State = .requested,
        requestedBy: String, requestedAt: Instant, decidedBy: String? = nil, opinion: String? = nil
    ) {
        self.id = id
        self.account = account
        self.person = person
        self.amount = amount
        self.month = month
        self.reason = reason
        self.state = state
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        self.decidedBy = decidedBy
        self.opinion = opinion
    }
}

/// Why money of a fund may not move.
public enum FundRefusal: Error, Hashable, Sendable {
    case amountInvalid
    case personMissing
    case reasonMissing
    case notEnough(available: Fen)
    case aidAlreadyGiven
    case ownRequest
    /// - by: who was first, where that is known.
    case alreadyDecided(by: String? = nil)
    case notALoan
    case moreThanOwed(outstanding: Fen)
    case notByRequest
}

extension FundRefusal: Rejecting {
    public var rejection: Rejection {
        switch self {
        case .amountInvalid: Rejection(.invalid, "amount_invalid", "金额应大于零且不超过十亿元。", pointer: "/amount_fen")
        case .personMissing: Rejection(.refused, "fund_person_missing", "这类资金按人使用，请填写对象。", pointer: "/person")
        case .reasonMissing: Rejection(.invalid, "reason_missing", "请填写事由（1 到 200 个字）。", pointer: "/reason")
        case .notEnough(let available): Rejection(.refused, "fund_not_enough", "账户可用余额 \(available)，不足支付；请减少金额或先追加额度。")
        case .aidAlreadyGiven: Rejection(.conflict, "aid_already_given", "该对象已从本账户领取过一次性帮扶，不能重复发放。")
        case .ownRequest: Rejection(.forbidden, "own_request", "不能审批自己提出的申请，请由另一人审批。")
        case .alreadyDecided(let first):
            Rejection(.conflict, "already_decided", "该申请已\(first.map { "由“\($0)”" } ?? "经")审批，不能再次审批；请刷新页面看结果。")
        case .notALoan: Rejection(.refused, "fund_not_loan", "只有医药费垫支需要归还。")
        case .moreThanOwed(let outstanding): Rejection(.refused, "repayment_too_large", "该对象尚欠 \(outstanding)，归还金额不能超过欠款。")
        case .notByRequest: Rejection(.refused, "fund_by_month", "护理费按月发放，不逐笔申请。")
        }
    }
}

extension FundAccount {
    /// Whether a payment may be asked for.
    ///
    /// - Parameter hasReceived: whether the person has been paid or has asked from this account before.
    public func check(request amount: Fen, person: String?, reason: String, hasReceived: Bool) throws(FundRefusal) {
        guard amount > .zero, amount <= .limit else { throw .amountInvalid }
        guard (1...200).contains(reason.count) else { throw .reasonMissing }
        guard kind != .nursingFee else { throw .notByRequest }
        guard !kind.needsPerson || person.map({ !$0.isEmpty }) ?? false else { throw .personMissing }
        guard kind != .oneOffAid || !hasReceived else { throw .aidAlreadyGiven }
        guard amount <= available else { throw .notEnough(available: available) }
    }

    /// The account after a payment is approved.
    ///
    /// - Parameter names: all under which the person acts who approves it.
    public func paying(_ payment: FundPayment, by names: Set<String>) throws(FundRefusal) -> FundAccount {
        guard payment.state == .requested else { throw .alreadyDecided(by: payment.decidedBy) }
        guard !names.contains(payment.requestedBy) else { throw .ownRequest }
        guard payment.amount <= available else { throw .notEnough(available: available) }
        var account = self
        account.drawn += payment.amount
        return account
    }

    /// The account after somebody paid back.
    ///
    /// - Parameter owed: what that person owes, advances less repayments.
    public func repaid(_ amount: Fen, owed: Fen) throws(FundRefusal) -> FundAccount {
        guard kind.isLoan else { throw .notALoan }
        guard amount > .zero, amount <= .limit else { throw .amountInvalid }
        guard amount <= owed else { throw .moreThanOwed(outstanding: owed) }
        var account = self
        account.repaid += amount
        return account
    }

    /// The account after a month's nursing fee: each month brings its own money.
    public func payingNursing() -> FundAccount {
        var account = self
        account.granted += monthly
        account.drawn += monthly
        return account
    }
}
