import Kernel

/// 工单状态. Verification, settlement and service level stand beside it, never folded into it.
public enum OrderState: String, CaseIterable, Sendable, Codable {
    /// 待派单
    case received
    /// 待接单
    case offered
    /// 已接单
    case accepted
    /// 待服务: a worker is named.
    case scheduled
    /// 服务中
    case inService = "in_service"
    /// 待确认
    case done
    /// 已办结
    case closed
    /// 已取消
    case cancelled
    /// 未完成: may be dispatched again.
    case failed
    /// 作废: proven fake or duplicate; keeps its number.
    case voided

    public var name: String {
        switch self {
        case .received: "待派单"
        case .offered: "待接单"
        case .accepted: "已接单"
        case .scheduled: "待服务"
        case .inService: "服务中"
        case .done: "待确认"
        case .closed: "已办结"
        case .cancelled: "已取消"
        case .failed: "未完成"
        case .voided: "作废"
        }
    }

    /// Nothing more is expected to happen of itself.
    public var isEnd: Bool { [.closed, .cancelled, .failed, .voided].contains(self) }

    /// A provider holds the order: it may see whom it serves and where.
    public var isWithProvider: Bool { [.accepted, .scheduled, .inService, .done].contains(self) }
}

/// 核验: whether the visit is proven.
public enum Verification: String, CaseIterable, Sendable, Codable {
    case unverified, verified, held, refused

    public var name: String {
        switch self {
        case .unverified: "未核验"
        case .verified: "已核验"
        case .held: "异常待核"
        case .refused: "核验不通过"
        }
    }
}

/// 结算: how far the money of this order has come.
public enum Settlement: String, CaseIterable, Sendable, Codable {
    case notReady = "not_ready"
    case ready
    case inStatement = "in_statement"
    case paid
    case reversed

    public var name: String {
        switch self {
        case .notReady: "不可结"
        case .ready: "可结"
        case .inStatement: "已入批"
        case .paid: "已付款"
        case .reversed: "已冲正"
        }
    }
}

/// 时限: whether the order keeps its promises of time.
public enum ServiceLevel: String, CaseIterable, Sendable, Codable {
    case normal, warned, overdue

    public var name: String {
        switch self {
        case .normal: "正常"
        case .warned: "预警"
        case .overdue: "超时"
        }
    }
}

/// 紧急程度: sets the timers.
public enum Urgency: String, CaseIterable, Sendable, Codable {
    case emergency, urgent
    case sameDay = "same_day"
    case booked

    /// Urgent within two hours, same-day on the same date, otherwise booked. An emergency is declared, never computed.
    public static func of(start: Instant, now: Instant) -> Urgency {
        if start - now <= .hours(2) { return .urgent }
        return start.localDate == now.localDate ? .sameDay : .booked
    }
}
