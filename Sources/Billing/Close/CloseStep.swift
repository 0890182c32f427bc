import Kernel

/// 月结环节: where a month stands between its last visit and the money on the account.
public enum CloseStep: String, CaseIterable, Sendable {
    /// 进行中
    case open
    /// 截止、核查中: the candidate set is being frozen, provider by provider.
    case closing
    /// 待确认: statements are frozen; samples are called back, providers confirm or dispute.
    case frozen
    /// 已复核 by the platform's operator.
    case reviewed
    /// 街道已签
    case street
    /// 区民政已批
    case district
    /// 财务已审; invoices are recorded.
    case finance
    /// 支付中: the payment file is with the bank.
    case paying
    /// 已支付
    case paid

    public var name: String {
        switch self {
        case .open: "进行中"
        case .closing: "核查中"
        case .frozen: "待确认"
        case .reviewed: "已复核"
        case .street: "街道已签"
        case .district: "区民政已批"
        case .finance: "财务已审"
        case .paying: "支付中"
        case .paid: "已支付"
        }
    }

    /// From the street's signature on nothing in the batch may change; it can only be returned.
    public var isLocked: Bool { self == .street || self == .district || isSigned }

    /// Whether invoices are recorded.
    public var takesInvoices: Bool { self == .finance || self == .paying }

    /// Whether all offices have signed and what remains is to pay.
    public var isSigned: Bool { self == .finance || self == .paying || self == .paid }
}

/// What is done to a month.
public enum CloseAction: String, CaseIterable, Sendable {
    /// 截止
    case cutOff = "cut_off"
    /// 冻结: checked, sampled, frozen.
    case freeze
    /// 同意: the next office in the line signs.
    case approve
    /// 退回, one step back, with a reason.
    case reject
    /// 出具付款文件
    case pay
    /// 银行回单, all of it paid; or nothing was to be paid.
    case settle
    /// 银行退汇: some of it came back, at once or days after it had been paid, and may be paid again.
    case bounce
    /// 部分已付: all that was ordered is paid, and others of the month still wait for their invoices.
    case payPart = "pay_part"
    /// 部分回单: the bank has answered some of the transfers, and others are still with it.
    case answerPart = "answer_part"
}

/// One row of the table below: from a step, by an action, to a step, with the right it takes.
public struct CloseMove: Hashable, Sendable {
    public let from: CloseStep
    public let action: CloseAction
    public let to: CloseStep
    public let right: CloseRight

    /// The only place that says what may follow what in a month's close (domain: operator → street → district → finance → bank).
    public static let table: [CloseMove] = [
        CloseMove(.open, .cutOff, .closing, .close),
        CloseMove(.closing, .freeze, .frozen, .close),

        CloseMove(.frozen, .approve, .reviewed, .review),
        CloseMove(.reviewed, .approve, .street, .street),
        CloseMove(.reviewed, .reject, .frozen, .street),
        CloseMove(.street, .approve, .district, .district),
        CloseMove(.street, .reject, .reviewed, .district),
        CloseMove(.district, .approve, .finance, .finance),
        CloseMove(.district, .reject, .street, .finance),

        CloseMove(.finance, .pay, .paying, .pay),
        CloseMove(.finance, .settle, .paid, .pay),
        CloseMove(.paying, .settle, .paid, .pay),
        CloseMove(.paying, .payPart, .finance, .pay),
        CloseMove(.paying, .bounce, .finance, .pay),
        CloseMove(.paying, .answerPart, .paying, .pay),
        CloseMove(.finance, .bounce, .finance, .pay),
        CloseMove(.paid, .bounce, .finance, .pay),
    ]

    init(_ from: CloseStep, _ action: CloseAction, _ to: CloseStep, _ right: CloseRight) {
        self.from = from
        self.action = action
        self.to = to
        self.right = right
    }

    /// The row for an action at a step.
    ///
    /// - Throws: `close_out_of_order`, which says where the month stands.
    public static func of(_ action: CloseAction, at step: CloseStep, month: Month) throws(Rejection) -> CloseMove {
        guard let move = table.first(where: { $0.from == step && $0.action == action }) else {
            throw Rejection(.conflict, "close_out_of_order", "\(month) 当前为“\(step.name)”，不能进行这一步；请按月结环节依次办理。")
        }
        return move
    }
}

/// 经办权限: what a person may do in a close; by role, or granted by name.
public enum CloseRight: String, CaseIterable, Sendable {
    case close, review, street, district, finance, pay

    public var name: String {
        switch self {
        case .close: "月结"
        case .review: "平台复核"
        case .street: "街道签字"
        case .district: "区民政审批"
        case .finance: "财务审核"
        case .pay: "支付"
        }
    }
}

/// 经办记录: one step taken, never changed afterwards.
public struct CloseEntry: Hashable, Sendable {
    public let from: CloseStep
    public let action: CloseAction
    public let to: CloseStep
    public let by: String
    public let at: Instant
    public let opinion: String
    /// The fingerprint of the batch that the person had before them.
    public let hash: String
    /// 街道 for which it was signed: its code, or ``allStreets``; nil at every other step.
    public let street: String?

    /// Whether an office has said something: yes, or back.
    public var isSignature: Bool { action == .approve || action == .reject }

    /// For a district with one office for all of its streets.
    public static let allStreets = "all"

    public init(
        from: CloseStep, action: CloseAction, to: CloseStep, by: String, at: Instant, opinion: String, hash: String, street: String? = nil
    ) {
        self.from = from
        self.action = action
        self.to = to
        self.by = by
        self.at = at
        self.opinion = opinion
        self.hash = hash
        self.street = street
    }

    /// One street's signature while others are still to come: the month stays where it is.
    public var isOfOneStreet: Bool { from == .reviewed && to == .reviewed }

    /// The signatures that count: those that were returned do not any more, while those before them do.
    private static func standing(_ history: [CloseEntry]) -> [CloseEntry] {
        var signed: [CloseEntry] = []
        for entry in history {
            switch entry.action {
            // Where all streets have signed, all of them sign again.
            case .reject: signed.removeAll { $0.to == entry.from || $0.isOfOneStreet && entry.to == .reviewed }
            case .bounce, .payPart: signed.removeAll { $0.action == .pay || $0.action == .answerPart || $0.action == .settle }
            default: signed.append(entry)
            }
        }
        return signed
    }

    /// Who has signed for streets in the present round, in order.
    public static func ofStreets(_ history: [CloseEntry]) -> [CloseEntry] { standing(history).filter { $0.from == .reviewed && $0.street != nil } }

    /// Where a street's signature leaves a month: on its way once every street with money in it has signed.
    ///
    /// - Parameters:
    ///   - street: a code, or ``allStreets``.
    ///   - due: the streets with money in the month; where there are none, one signature is enough.
    /// - Throws: `street_not_due` when this one has none, or has signed.
    public static func step(after street: String, due: Set<String>, history: [CloseEntry]) throws(Rejection) -> CloseStep {
        let waiting = due.subtracting(ofStreets(history).compactMap(\.street))
        guard street != allStreets, !due.isEmpty else { return .street }
        guard waiting.contains(street) else {
            throw Rejection(.conflict, "street_not_due", "本街道本月没有待签的款项，或已经签过；其他街道由各自经办人签字。")
        }
        return waiting.count == 1 ? .street : .reviewed
    }

    /// 审批与登记发票分离: whoever has signed a month records no invoice of it, for the invoice is what the signature is held against.
    ///
    /// - Parameter names: all under which the person acts.
    /// - Throws: `own_entry`.
    public static func checkRecorder(_ names: Set<String>, history: [CloseEntry]) throws(Rejection) {
        guard let own = standing(history).first(where: { $0.action == .approve && names.contains($0.by) }) else { return }
        throw Rejection(.forbidden, "own_entry", "“\(own.by)”签过本批次，发票须由另一人登记。")
    }

    /// 经办与审核分离: nobody takes two steps of one round, and nobody signs what they have entered.
    ///
    /// A round begins anew at the step to which the batch was last returned. Who pays out may also have brought back the bank's answer.
    /// - Parameters:
    ///   - names: all under which the person acts who takes the step.
    ///   - history: everything done so far, oldest first.
    ///   - makers: who has entered decisions, sample results or corrections in the batch.
    /// - Throws: `own_entry`.
    public static func checkSeparation(
        _ move: CloseMove, by names: Set<String>, history: [CloseEntry], makers: Set<String>
    ) throws(Rejection) {
        guard move.action == .approve || move.action == .pay else { return }
        let isMaker = move.action == .approve && !makers.isDisjoint(with: names)
        guard !isMaker, !standing(history).contains(where: { names.contains($0.by) }) else {
            let words = names.sorted().joined(separator: "、")
            throw Rejection(.forbidden, "own_entry", "“\(words)”已经手本批次的前一环节或录入，须由另一人办理。")
        }
    }
}
