import Kernel

/// R14: less than half of the planned time is held; less than 80 % is noted.
struct DurationCheck: LineCheck {
    let rule = Rule("R14", .hold, "实际时长不足")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard line.plannedMinutes > 0, let begin = line.begin, let end = line.end else { return nil }
        let (minutes, planned) = ((end - begin).minutes, line.plannedMinutes)
        if minutes * 100 < planned * terms.policy.shortVisitHold {
            return Finding("R14", .hold, "实际 \(minutes) 分钟，不足计划 \(planned) 分钟的 \(terms.policy.shortVisitHold)%")
        }
        guard minutes * 100 < planned * terms.policy.shortVisit else { return nil }
        return Finding("R14", .warn, "实际 \(minutes) 分钟，不足计划 \(planned) 分钟的 \(terms.policy.shortVisit)%")
    }
}
