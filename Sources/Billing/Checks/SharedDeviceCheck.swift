import Kernel

/// R13: one telephone for two workers, or for many elders within minutes.
struct SharedDeviceCheck: GroupCheck {
    let rule = Rule("R13", .hold, "一部手机多人签到，或几分钟内为多位老人签到")
    let grouping = Grouping.device

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let visits = group.places { $0.kind == .order && terms.isBound($0.item) ? $0.begin : nil }
        let workers = Set(visits.compactMap { group[$0.place].worker }).sorted()
        if workers.count > 1 {
            let device = group.compactMap(\.device).prefix(1).joined()
            let names = workers.prefix(3).map(\.text).joined(separator: "、")
            for visit in visits { report(visit.place, Finding("R13", .hold, "设备 \(device) 由 \(workers.count) 人使用：\(names)")) }
            return
        }
        judgeElders(group, visits, terms, report)
    }

    /// A window slides over the check-ins; each line is reported once.
    private func judgeElders(_ group: [Trace], _ visits: [(place: Int, at: Instant)], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var (first, reported) = (0, 0)
        var inside: [String: Int] = [:]
        for (last, visit) in visits.enumerated() {
            inside[group[visit.place].elder.text, default: 0] += 1
            while visit.at - visits[first].at > .minutes(terms.policy.deviceWindow) {
                let elder = group[visits[first].place].elder.text
                inside[elder] = inside[elder].flatMap { $0 > 1 ? $0 - 1 : nil }
                first += 1
            }
            guard inside.count >= terms.policy.deviceElders else { continue }
            for index in max(first, reported)...last {
                report(
                    visits[index].place,
                    Finding("R13", .hold, "一部手机在 \(terms.policy.deviceWindow) 分钟内为 \(inside.count) 位老人签到"))
            }
            reported = last + 1
        }
    }
}
