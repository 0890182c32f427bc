import Entitlement
import Kernel
import Orders
import Registry

/// 来电弹屏: what the operator sees of one elder while the telephone still rings.
public struct CallCard: Sendable {
    public let elder: Elder
    public let openOrders: [Order]
    /// The last three services, newest first.
    public let lastServices: [Order]
    /// What the elder may still draw today, drawn on before or not, and until when.
    public let purses: [Purse]
    /// Every account that was ever opened for the elder, newest period first.
    public let balances: [(key: BalanceKey, balance: Balance)]

    public init(
        elder: Elder, openOrders: [Order], lastServices: [Order], purses: [Purse], balances: [(key: BalanceKey, balance: Balance)]
    ) {
        self.elder = elder
        self.openOrders = openOrders
        self.lastServices = lastServices
        self.purses = purses
        self.balances = balances
    }

    /// What the operator must not overlook, most urgent first: status, living alone, ability, then what the file says.
    public var alerts: [String] {
        var alerts: [String] = []
        if elder.status != .active { alerts.append(elder.status.term) }
        if elder.livesAlone { alerts.append("独居") }
        if elder.abilityLevel >= 3 { alerts.append(elder.abilityLevel == 4 ? "完全失能" : "重度失能") }
        return alerts + elder.alerts
    }
}

/// What a telephone call turned out to be, and what duty follows from it.
public enum CallKind: String, CaseIterable, Sendable {
    /// 静默: nobody spoke. From someone who lives alone or is frail it is an emergency until proven otherwise.
    case silent
    /// 打错
    case wrongNumber = "wrong_number"
    /// 放弃: hung up before an answer; to be called back.
    case abandoned
    case request
    /// 老样子: the same as last time.
    case again = "repeat"
    case cancellation
    case complaint
    case emergency

    /// What must be done after such a call from this elder.
    public func duty(for elder: Elder?) -> CallDuty {
        switch self {
        case .silent:
            guard let elder else { return .callBack }
            return elder.livesAlone || elder.abilityLevel >= 2 ? .welfareCheck : .callBack
        case .abandoned: return .callBack
        case .emergency: return .emergency
        case .wrongNumber, .request, .again, .cancellation, .complaint: return .none
        }
    }
}

public enum CallDuty: String, CaseIterable, Sendable {
    case none
    /// 回拨
    case callBack = "call_back"
    /// 关爱核查: call twice, then the contacts, then send someone; never closed by itself.
    case welfareCheck = "welfare_check"
    /// 紧急处置: 120, family, shift leader.
    case emergency
}
