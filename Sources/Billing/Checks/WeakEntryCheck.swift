import Entitlement
import Kernel

/// R22: more meals of a canteen's day by numbers that were told than its quota; those beyond it, by the till's clock, are looked at.
struct WeakEntryCheck: GroupCheck {
    let rule = Rule("R22", .hold, "凭号码刷卡超过配额")
    let grouping = Grouping.provider

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let swipes = group.places { $0.kind == .meal ? $0.start : nil }
        for (_, day) in Dictionary(grouping: swipes, by: { group[$0.place].date }) {
            let weak = day.filter { group[$0.place].isManual }
            let quota = max(terms.policy.weakEntryFrom, day.count * terms.policy.weakEntryQuota / 100)
            for swipe in weak.dropFirst(quota) {
                report(swipe.place, Finding("R22", .hold, "凭号码刷卡 \(weak.count)/\(day.count) 笔，超过当日 \(quota) 笔的配额"))
            }
        }
    }
}
