import Kernel

/// R12: a provider enters more of its visits from paper than its quota allows; then each of them is looked at.
struct ManualQuotaCheck: GroupCheck {
    let rule = Rule("R12", .hold, "手工补录超过配额", version: 2)
    let grouping = Grouping.provider

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let visits = group.indices.filter { group[$0].kind == .order }
        let manual = visits.filter { group[$0].isManual }
        guard visits.count >= terms.policy.manualFrom, manual.count * 100 > visits.count * terms.policy.manualQuota else { return }
        for place in manual {
            report(place, Finding("R12", .hold, "手工签到签退 \(manual.count)/\(visits.count) 笔，超过 \(terms.policy.manualQuota)% 的配额"))
        }
    }
}
