/// What can happen to an order.
public enum OrderAction: String, CaseIterable, Sendable {
    /// 派单: a provider is chosen and asked.
    case offer
    /// 无人可派: nobody fits now.
    case exhaust
    /// 接单
    case accept
    /// 拒单
    case decline
    /// 超时未接
    case expire
    /// 安排人员
    case schedule
    /// 签到
    case checkIn = "check_in"
    /// 签退
    case checkOut = "check_out"
    /// 确认: by the elder's code or card, or by call-back.
    case confirm
    /// 取消
    case cancel
    /// 改派: taken from one provider to be given to another.
    case reassign
    /// 未完成: not home, refused at the door, provider did not come, emergency.
    case fail
    /// 重新派单 of a failed order, or reopening of a closed one by complaint.
    case reopen
    /// 作废
    case void
}

/// Who does it.
public enum Actor: String, CaseIterable, Sendable, Codable {
    case `operator`, provider, system, elder, quality, admin
}

/// One row of the table below: from a state, by an action, to a state, by those who may.
public struct Transition: Hashable, Sendable {
    public let from: OrderState
    public let action: OrderAction
    public let to: OrderState
    public let actors: Set<Actor>

    /// The only place that says which state may follow which. Everything else asks it.
    ///
    /// Local rule of dispatch, after the closed loop of the field's platforms (call → order → dispatch → visit → call-back → settlement).
    public static let table: [Transition] = [
        row(.received, .offer, .offered, .system, .operator),
        row(.received, .exhaust, .received, .system, .operator),
        row(.received, .cancel, .cancelled, .operator, .elder, .admin),
        row(.received, .void, .voided, .admin),

        row(.offered, .accept, .accepted, .provider, .operator),
        row(.offered, .decline, .received, .provider, .operator),
        row(.offered, .expire, .received, .system),
        row(.offered, .reassign, .received, .operator, .admin),
        row(.offered, .cancel, .cancelled, .operator, .elder, .admin),
        row(.offered, .void, .voided, .admin),

        row(.accepted, .schedule, .scheduled, .provider, .operator),
        row(.accepted, .decline, .received, .provider),
        row(.accepted, .reassign, .received, .operator, .admin),
        row(.accepted, .cancel, .cancelled, .operator, .elder, .provider, .admin),
        row(.accepted, .fail, .failed, .provider, .operator, .system),
        row(.accepted, .void, .voided, .admin),

        row(.scheduled, .schedule, .scheduled, .provider, .operator),
        row(.scheduled, .checkIn, .inService, .provider),
        row(.scheduled, .reassign, .received, .operator, .admin),
        row(.scheduled, .cancel, .cancelled, .operator, .elder, .provider, .admin),
        row(.scheduled, .fail, .failed, .provider, .operator, .system),
        row(.scheduled, .void, .voided, .admin),

        row(.inService, .checkOut, .done, .provider),
        row(.inService, .cancel, .cancelled, .operator, .admin),
        row(.inService, .fail, .failed, .provider, .operator, .system),
        row(.inService, .void, .voided, .admin),

        row(.done, .confirm, .closed, .elder, .operator, .quality),
        row(.done, .cancel, .cancelled, .operator, .admin),
        row(.done, .fail, .failed, .operator, .quality),
        row(.done, .void, .voided, .admin),

        row(.failed, .reopen, .received, .operator, .admin),
        row(.failed, .cancel, .cancelled, .operator, .elder, .admin),
        row(.failed, .void, .voided, .admin),

        row(.closed, .reopen, .done, .quality, .admin),
        row(.closed, .void, .voided, .admin),
    ]

    private static func row(_ from: OrderState, _ action: OrderAction, _ to: OrderState, _ actors: Actor...) -> Transition {
        Transition(from: from, action: action, to: to, actors: Set(actors))
    }

    private struct Key: Hashable {
        let from: OrderState
        let action: OrderAction
    }

    private static let index = Dictionary(uniqueKeysWithValues: table.map { (Key(from: $0.from, action: $0.action), $0) })

    /// The row for an action in a state, if there is one.
    public static func of(_ action: OrderAction, from state: OrderState) -> Transition? {
        index[Key(from: state, action: action)]
    }
}
