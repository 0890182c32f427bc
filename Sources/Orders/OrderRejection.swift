import Kernel

/// Why an order does not do what was asked of it.
public enum OrderRejection: Error, Hashable, Sendable {
    case illegalTransition(from: OrderState, action: OrderAction)
    case notAllowed(Actor, OrderAction)
    case offerExpired(at: Instant)
    case startInPast
    case startTooFar
    case quantityOutOfRange
    case endBeforeStart
    case reasonMissing
    case noteTooLong
    case deviceTimeInFuture
    case checkOutBeforeCheckIn
    case tooEarly(opens: Instant)
}

extension OrderRejection {
    /// - Parameter reason: a code, or a few words: at most 100 bytes.
    /// - Throws: `reason_missing`
    public static func require(reason: String) throws(OrderRejection) {
        guard !reason.isEmpty, reason.utf8.count <= 100 else { throw .reasonMissing }
    }
}

extension OrderRejection: Rejecting {
    public var rejection: Rejection {
        switch self {
        case .illegalTransition(let state, let action):
            Rejection(.conflict, "illegal_transition", "工单现在是“\(state.name)”，不能做“\(action.name)”。请刷新后再看。")
        case .notAllowed(_, let action):
            Rejection(.forbidden, "not_allowed", "您没有权限做“\(action.name)”。")
        case .offerExpired(let at):
            Rejection(.conflict, "offer_expired", "接单时限已于 \(at.localDate) \(at.clock) 过去，工单已转给下一家。")
        case .startInPast:
            Rejection(.refused, "start_in_past", "服务时间已经过去，请重新选择时间。", pointer: "/start")
        case .startTooFar:
            Rejection(.refused, "start_too_far", "服务时间超出可预约范围（90 天），请选择较近的日期。", pointer: "/start")
        case .quantityOutOfRange:
            Rejection(.refused, "quantity_out_of_range", "数量必须大于 0，且不超过 1000。", pointer: "/quantity")
        case .endBeforeStart:
            Rejection(.refused, "end_before_start", "结束时间必须晚于开始时间，且不超过 24 小时。", pointer: "/end")
        case .reasonMissing:
            Rejection(.invalid, "reason_missing", "请填写原因代码。", pointer: "/reason_code")
        case .noteTooLong:
            Rejection(.invalid, "note_too_long", "备注不能超过 500 个字。", pointer: "/note")
        case .deviceTimeInFuture:
            Rejection(.refused, "device_time_in_future", "设备时间比服务器快 10 分钟以上，请校准手机时间后重试。", pointer: "/at")
        case .checkOutBeforeCheckIn:
            Rejection(.refused, "check_out_before_check_in", "签退时间早于签到时间，请核对。", pointer: "/at")
        case .tooEarly(let opens):
            Rejection(.refused, "check_in_too_early", "还没到签到时间，请在 \(opens.localDate) \(opens.clock) 之后签到。", pointer: "/at")
        }
    }
}

extension OrderAction {
    public var name: String {
        switch self {
        case .offer: "派单"
        case .exhaust: "标记无人可派"
        case .accept: "接单"
        case .decline: "拒单"
        case .expire: "接单超时"
        case .schedule: "安排人员"
        case .checkIn: "签到"
        case .checkOut: "签退"
        case .confirm: "确认"
        case .cancel: "取消"
        case .reassign: "改派"
        case .fail: "标记未完成"
        case .reopen: "重新打开"
        case .void: "作废"
        }
    }
}
