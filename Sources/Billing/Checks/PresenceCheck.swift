import Kernel

/// R13: the telephone was outside the fence, made its position up, or had positioning switched off.
struct PresenceCheck: LineCheck {
    let rule = Rule("R13", .hold, "签到签退位置异常")

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        if line.proof.isMocked { return Finding("R13", .hold, "签到设备使用了模拟定位") }
        if line.proof.hasNoLocation { return Finding("R13", .hold, "签到设备关闭了定位") }
        return line.proof.isOutsideFence ? Finding("R13", .hold, "签到或签退位置在围栏之外") : nil
    }
}
