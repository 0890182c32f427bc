/// 大屏指标: what commanders watch. Each is one question to the database, and its definition stands in one place with its rows.
public enum BoardFigure: String, CaseIterable, Sendable {
    /// 今日来电
    case calls
    /// 正在排队: ringing within the last hour, neither answered nor given up.
    case queue
    /// 今日放弃: rang off before an answer.
    case abandoned
    /// 今日工单
    case orders
    /// 未完工单
    case open
    /// 现在超时
    case late
    /// 紧急进行中
    case emergencies
    /// 正在服务
    case running
    /// 今日未满足
    case unmet
    /// 今日就餐
    case meals
    /// 今日完成: checked out today.
    case visits
    /// 今日准点: checked in at most fifteen minutes after the time agreed.
    case punctual
    /// 未结投诉
    case complaints
    /// 近 30 天回访
    case callbacks
}

/// A line behind a figure: what it is, where, when. No names: who may see more opens the order.
public struct BoardRow: Hashable, Sendable {
    public let subject: String
    public let label: String
    public let region: String
    public let atMilliseconds: Int64
}
