import Kernel

/// R16: more hours in a day than one person works; the usual sign of orders hung under a colleague's name.
struct WorkloadCheck: GroupCheck {
    let rule = Rule("R16", .hold, "服务人员当日工时超限", version: 2)
    let grouping = Grouping.worker
    let looksBack = true

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var worked: [LocalDate: Int64] = [:]
        let limit = Int64(terms.policy.workerDay) * 60_000
        // What is settled, then in the order of time, so that the hours beyond the limit are those that are held.
        let visits = group.presences { terms.isBound($0.item) }
        for (place, time) in visits.filter({ group[$0.place].isContext }) + visits.filter({ !group[$0.place].isContext }) {
            let total = worked[time.start.localDate, default: 0] + (time.end - time.start).milliseconds
            worked[time.start.localDate] = total
            guard total > limit else { continue }
            report(place, Finding("R16", .hold, "服务人员当日已服务 \(total / 60_000) 分钟，超过 \(terms.policy.workerDay) 分钟"))
        }
    }
}
