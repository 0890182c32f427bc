import Kernel

/// R22: a pile of cards drawn through one till.
struct MealBurstCheck: GroupCheck {
    let rule = Rule("R22", .hold, "短时间内集中刷卡")
    let grouping = Grouping.device

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        // A till's name is only its own within a canteen.
        for swipes in Dictionary(grouping: group.places { $0.kind == .meal ? $0.start : nil }, by: { group[$0.place].provider }).values {
            var (first, reported) = (0, 0)
            for (last, swipe) in swipes.enumerated() {
                while swipe.at - swipes[first].at > .seconds(terms.policy.burstSeconds) { first += 1 }
                guard last - first + 1 >= terms.policy.burstCards else { continue }
                for index in max(first, reported)...last {
                    report(
                        swipes[index].place,
                        Finding("R22", .hold, "一台刷卡机在 \(terms.policy.burstSeconds) 秒内刷了 \(terms.policy.burstCards) 张以上的卡"))
                }
                reported = last + 1
            }
        }
    }
}
