import Kernel

/// R04: the worker is in two places at once. One client at a time is the rule of public payers (US Medicaid, electronic visit verification);
/// who stands at a counter, leads a group or answers the telephone is exempt.
struct WorkerOverlapCheck: GroupCheck {
    let rule = Rule("R04", .block, "服务人员同一时间在两处服务", version: 2)
    let grouping = Grouping.worker
    let looksBack = true

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var taken = Coverage()
        let bound = group.indices.filter { terms.isBound(group[$0].item) }
        for place in bound.sorted(by: { group[$0].isEntered(before: group[$1]) }) {
            guard let here = group[place].presence, let worker = group[place].worker else { continue }
            if let clash = taken.owner(of: here) {
                report(place, Finding("R04", .block, "服务人员 \(worker) 同时在工单 \(group[clash].number) 服务"))
            }
            taken.take(here, for: place)
        }
    }
}
