import Kernel

/// R16: more hours in a day than one person works; the usual sign of orders hung under a colleague's name.
struct WorkloadCheck: GroupCheck {
    let rule = Rule("R16", .hold, "服务人员当日工时超限")
    let grouping = Grouping.worker

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var worked: [LocalDate: Int64] = [:]
        let limit = Int64(terms.policy.workerDay) * 60_000
        // In the order of time, so that the hours beyond the limit are those that are held.
        let visits = group.indices.filter { terms.isBound(group[$0].item) && group[$0].presence != nil }
            .sorted { (group[$0].begin?.milliseconds ?? 0, group[$0].subject) < (group[$1].begin?.milliseconds ?? 0, group[$1].subject) }
        for place in visits {
            guard let here = group[place].presence else { continue }
            let total = worked[here.start.localDate, default: 0] + (here.end - here.start).milliseconds
            worked[here.start.localDate] = total
            guard total > limit else { continue }
            report(place, Finding("R16", .hold, "服务人员当日已服务 \(total / 60_000) 分钟，超过 \(terms.policy.workerDay) 分钟"))
        }
    }
}
