import Kernel

/// Where a provider stands in the life of its franchise (加盟状态).
public enum FranchiseState: String, Hashable, Sendable, CaseIterable, Codable {
    /// 意向
    case intent
    /// 申请
    case applied
    /// 资料审核
    case documentReview
    /// 现场核查
    case siteVisit
    /// 公示
    case published
    /// 试运行: three months under contract with a quota.
    case probation
    /// 正式
    case active
    /// 整改: works on while it mends what was found; who must not work meanwhile is suspended.
    case rectifying
    /// 暂停派单
    case suspended
    /// 冻结结算: nothing is paid and nothing new is sent until the findings are cleared.
    case frozen
    /// 退出 (主动, 期满, 清退)
    case exited
    /// 黑名单
    case blacklisted

    /// The word on screen.
    public var term: String {
        switch self {
        case .intent: "意向"
        case .applied: "申请"
        case .documentReview: "资料审核"
        case .siteVisit: "现场核查"
        case .published: "公示"
        case .probation: "试运行"
        case .active: "正式"
        case .rectifying: "整改"
        case .suspended: "暂停派单"
        case .frozen: "冻结结算"
        case .exited: "退出"
        case .blacklisted: "黑名单"
        }
    }

    /// Whether new orders may be offered to it.
    public var mayReceiveOrders: Bool { self == .probation || self == .active || self == .rectifying }

    /// Whether a closed month may be paid out to it; past work is paid after an exit, too.
    public var mayBePaid: Bool { mayReceiveOrders || self == .suspended || self == .exited }

    /// The states that may follow this one.
    ///
    /// A state may always be left for the exit once there is a contract; admission goes one step at a time and can be sent back
    /// one step or given up; nobody returns from the black list.
    public var successors: Set<FranchiseState> {
        switch self {
        case .intent: [.applied, .exited]
        case .applied: [.documentReview, .exited]
        case .documentReview: [.siteVisit, .applied, .exited]
        case .siteVisit: [.published, .documentReview, .exited]
        case .published: [.probation, .siteVisit, .exited]
        case .probation: [.active, .rectifying, .suspended, .frozen, .exited, .blacklisted]
        case .active: [.rectifying, .suspended, .frozen, .exited, .blacklisted]
        case .rectifying: [.probation, .active, .suspended, .frozen, .exited, .blacklisted]
        case .suspended: [.rectifying, .active, .frozen, .exited, .blacklisted]
        case .frozen: [.active, .rectifying, .suspended, .exited, .blacklisted]
        case .exited: [.applied, .blacklisted]
        case .blacklisted: []
        }
    }

    public func mayBecome(_ next: FranchiseState) -> Bool { successors.contains(next) }
}
