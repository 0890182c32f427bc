extension RecurrenceRule {
    /// 每 2 周的周一、周四: the rule as one says it on the telephone.
    public var words: String {
        let unit =
            switch frequency {
            case .daily: "天"
            case .weekly: "周"
            case .monthly: "个月"
            case .yearly: "年"
            }
        var parts: [String] = []
        if !byMonth.isEmpty { parts.append(byMonth.map { "\($0)月" }.joined(separator: "、")) }
        if !byMonthDay.isEmpty { parts.append(byMonthDay.map { $0 > 0 ? "\($0)日" : $0 == -1 ? "最后一天" : "倒数第 \(-$0) 天" }.joined(separator: "、")) }
        if !byDay.isEmpty { parts.append(byDay.map(Self.words).joined(separator: "、")) }
        if !bySetPosition.isEmpty {
            parts.append("中的" + bySetPosition.map { $0 > 0 ? "第 \($0) 个" : $0 == -1 ? "最后一个" : "倒数第 \(-$0) 个" }.joined(separator: "、"))
        }
        var text = interval == 1 ? "每\(unit == "个月" ? "月" : unit)" : "每 \(interval) \(unit)"
        if !parts.isEmpty { text += (interval == 1 ? "" : "的") + parts.joined() }
        if let count { text += "，共 \(count) 次" }
        if let until { text += "，到 \(until) 为止" }
        return text
    }

    private static func words(_ day: Day) -> String {
        let name = "周" + ["一", "二", "三", "四", "五", "六", "日"][day.weekday - 1]
        guard let ordinal = day.ordinal else { return name }
        return ordinal > 0 ? "第 \(ordinal) 个\(name)" : ordinal == -1 ? "最后一个\(name)" : "倒数第 \(-ordinal) 个\(name)"
    }
}
