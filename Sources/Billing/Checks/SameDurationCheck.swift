import Kernel

/// R14: many visits of one worker, each exactly as long as the others to the second: written, not lived.
struct SameDurationCheck: GroupCheck {
    let rule = Rule("R14", .hold, "多次上门时长完全相同")
    let grouping = Grouping.worker

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var lengths: [Int64: [Int]] = [:]
        for (place, line) in group.enumerated() where terms.isBound(line.item) {
            if let begin = line.begin, let end = line.end { lengths[(end - begin).milliseconds / 1000, default: []].append(place) }
        }
        for (seconds, places) in lengths where places.count >= terms.policy.sameDuration {
            for place in places { report(place, Finding("R14", .hold, "同一人员 \(places.count) 次上门都恰好 \(seconds / 60) 分 \(seconds % 60) 秒")) }
        }
    }
}
