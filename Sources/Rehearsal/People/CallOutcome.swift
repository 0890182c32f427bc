import Kernel
import Orders
import Registry

/// 来电小结: what became of a call.
public enum CallOutcome: String, CaseIterable, Sendable {
    case ordered
    case emergencyOrdered = "emergency_ordered"
    /// An order that nobody can take yet: kept waiting and counted as unmet demand.
    case unmet
    /// Asked for something the catalogue does not have.
    case notInCatalogue = "not_in_catalogue"
    case refused
    case quoteDeclined = "quote_declined"
    case duplicate
    case cancelled
    case nothingToCancel = "nothing_to_cancel"
    case complaint
    case nothingToComplain = "nothing_to_complain"
    case nothingToRepeat = "nothing_to_repeat"
    case unidentified
    case wrongNumber = "wrong_number"
    case calledBack = "called_back"
    case notReached = "not_reached"
    case welfareChecked = "welfare_checked"
    case welfareSent = "welfare_sent"
    case ambulance

    public var name: String {
        switch self {
        case .ordered: "已下单"
        case .emergencyOrdered: "紧急下单"
        case .unmet: "下单但无人可派"
        case .notInCatalogue: "目录中没有"
        case .refused: "按规则不能下单"
        case .quoteDeclined: "报价后未订"
        case .duplicate: "已有相同工单"
        case .cancelled: "已取消工单"
        case .nothingToCancel: "没有可取消的工单"
        case .complaint: "已登记投诉"
        case .nothingToComplain: "没有可投诉的工单"
        case .nothingToRepeat: "没有可照旧的服务"
        case .unidentified: "身份不明，待登记"
        case .wrongNumber: "打错"
        case .calledBack: "已回拨，无事"
        case .notReached: "回拨未接"
        case .welfareChecked: "关爱核查，平安"
        case .welfareSent: "关爱核查，派人查看"
        case .ambulance: "转 120"
        }
    }
}

/// What an operator has made of a call.
struct Fate: Sendable {
    var outcome: CallOutcome
    var elder: ElderID?
    var order: Order?
    var detail: String = ""
    /// Whether the elder was put on file in this call.
    var isNew = false
}
