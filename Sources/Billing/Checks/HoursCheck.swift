import Kernel
import Registry

/// R15: a visit at night that nobody asked for as an emergency, or on a day on which the worker is on leave.
struct HoursCheck: LineCheck {
    let rule = Rule("R15", .hold, "夜间签到，或服务人员请假当日签到")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard let begin = line.begin else { return nil }
        for worker in line.workers {
            guard let leave = terms.leaves[worker]?.first(where: { $0.contains(begin.localDate) }) else { continue }
            return Finding("R15", .hold, "服务人员 \(worker) 自 \(leave.from) 请假，\(begin.localDate) 仍有签到")
        }
        let minute = begin.minuteOfDay
        guard minute < terms.policy.dayOpens || minute >= terms.policy.dayCloses, !line.proof.isEmergency else { return nil }
        return Finding("R15", .hold, "签到时间 \(ClockTime.text(minute))，在夜间")
    }
}
