import Kernel

/// R03: the elder is in two services at once that cannot go together. The later one is refused.
struct ElderOverlapCheck: GroupCheck {
    let rule = Rule("R03", .block, "老人同一时间接受两项服务（时间重叠）", version: 2)
    let grouping = Grouping.elder
    let looksBack = true

    func judge(_ group: [Trace], _: Terms, _ report: (Int, Finding) -> Void) {
        var taken = Coverage()
        for (place, line) in group.enumerated() {
            guard let here = line.presence else { continue }
            if let clash = taken.owner(of: here) { report(place, Finding("R03", .block, "与工单 \(group[clash].number) 服务时间重叠")) }
            taken.take(here, for: place)
        }
    }
}
