import Kernel

/// R13: one telephone for two workers, or for many elders within minutes.
struct SharedDeviceCheck: GroupCheck {
    let rule = Rule("R13", .hold, "一部手机多人签到，或几分钟内为多位老人签到")
    let grouping = Grouping.device

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let visits = group.indices.filter { group[$0].kind == .order && terms.isBound(group[$0].item) && group[$0].begin != nil }
            .sorted { (group[$0].begin?.milliseconds ?? 0, group[$0].subject) < (group[$1].begin?.milliseconds ?? 0, group[$1].subject) }
        let workers = Set(visits.compactMap { group[$0].worker }).sorted()
        if workers.count > 1 {
            let names = workers.prefix(3).map(\.text).joined(separator: "、")
            for place in visits { report(place, Finding("R13", .hold, "设备 \(group[place].device ?? "") 由 \(workers.count) 人使用：\(names)")) }
            return
        }
        judgeElders(group, visits, terms, report)
    }

    /// A window slides over the check-ins; each line is reported once.
    private func judgeElders(_ group: [Trace], _ visits: [Int], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var (first, reported) = (0, 0)
        var inside: [String: Int] = [:]
        for (last, place) in visits.enumerated() {
            inside[group[place].elder.text, default: 0] += 1
            guard let now = group[place].begin else { continue }
            while let then = group[visits[first]].begin, now - then > .minutes(terms.policy.deviceWindow) {
                let elder = group[visits[first]].elder.text
                inside[elder] = inside[elder].flatMap { $0 > 1 ? $0 - 1 : nil }
                first += 1
            }
            guard inside.count >= terms.policy.deviceElders else { continue }
            for index in max(first, reported)...last {
                report(
                    visits[index],
                    Finding("R13", .hold, "一部手机在 \(terms.policy.deviceWindow) 分钟内为 \(inside.count) 位老人签到"))
            }
            reported = last + 1
        }
    }
}
