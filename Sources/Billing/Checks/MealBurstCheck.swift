import Kernel

/// R22: a pile of cards drawn through one till.
struct MealBurstCheck: GroupCheck {
    let rule = Rule("R22", .hold, "短时间内集中刷卡")
    let grouping = Grouping.device

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        // A till's name is only its own within a canteen.
        let tills = Dictionary(grouping: group.indices.filter { group[$0].kind == .meal && group[$0].swipedAt != nil }) { group[$0].provider }
        for swipes in tills.values {
            let swipes = swipes.sorted {
                (group[$0].swipedAt?.milliseconds ?? 0, group[$0].subject) < (group[$1].swipedAt?.milliseconds ?? 0, group[$1].subject)
            }
            var (first, reported) = (0, 0)
            for (last, place) in swipes.enumerated() {
                guard let now = group[place].swipedAt else { continue }
                while let then = group[swipes[first]].swipedAt, now - then > .seconds(terms.policy.burstSeconds) { first += 1 }
                guard last - first + 1 >= terms.policy.burstCards else { continue }
                for index in max(first, reported)...last {
                    report(
                        swipes[index],
                        Finding("R22", .hold, "一台刷卡机在 \(terms.policy.burstSeconds) 秒内刷了 \(terms.policy.burstCards) 张以上的卡"))
                }
                reported = last + 1
            }
        }
    }
}
