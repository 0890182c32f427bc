import Kernel

/// R05: nobody gets from one home to the next that fast.
struct TravelCheck: GroupCheck {
    let rule = Rule("R05", .hold, "两次上门之间的路程不可能按时走完", version: 2)
    let grouping = Grouping.worker
    let looksBack = true

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let visits = group.presences { terms.isBound($0.item) }
        for ((before, there), (after, here)) in zip(visits, visits.dropFirst()) {
            guard there.end <= here.start, let from = group[before].place, let to = group[after].place else { continue }
            let metres = from.metres(to: to)
            let gap = here.start - there.end
            // km/h = m/ms × 3600
            let isTooFast = metres * 3600 > terms.policy.travelSpeed * Int(gap.milliseconds) && metres > terms.policy.travelNear_m
            let isTooShort = gap < .minutes(terms.policy.travelGap) && metres > terms.policy.travelNear_m
            guard isTooFast || isTooShort else { continue }
            // The second of the two is asked, unless it is settled.
            let (place, words) = group[after].isContext
                ? (before, "\(gap.minutes) 分钟后到达工单 \(group[after].number)") : (after, "离开工单 \(group[before].number) 后 \(gap.minutes) 分钟到达")
            report(place, Finding("R05", .hold, "\(words)，相距 \(metres) 米"))
        }
    }
}
