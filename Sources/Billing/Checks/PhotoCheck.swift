import Kernel

/// R19: the same photograph stands for two checks. The first use is held too: which of them is real, only a person can tell.
struct PhotoCheck: GroupCheck {
    let rule = Rule("R19", .hold, "服务照片重复使用")
    let grouping = Grouping.photo

    func judge(_ group: [Trace], _: Terms, _ report: (Int, Finding) -> Void) {
        for place in group.indices where place == 0 || group[place].subject != group[place - 1].subject {
            let other = group[place > 0 ? place - 1 : 1]
            let words = group[place].subject == other.subject ? "签到与签退使用同一张照片" : "照片与工单 \(other.number) 相同"
            report(place, Finding("R19", .hold, words))
        }
    }
}
