import Kernel
import Registry

/// R15: a visit at night that nobody asked for as an emergency, or on a day on which the worker is on leave; or long after the agreed time: noted,
/// and held when it was on another day, as that is another day's entitlement, price and month.
struct HoursCheck: LineCheck {
    let rule = Rule("R15", .hold, "夜间签到，服务人员请假当日签到，或不在约定时段签到")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard let begin = line.begin else { return nil }
        for worker in line.workers {
            guard let leave = terms.leaves[worker]?.first(where: { $0.contains(begin.localDate) }) else { continue }
            return Finding("R15", .hold, "服务人员 \(worker) 自 \(leave.from) 请假，\(begin.localDate) 仍有签到")
        }
        let minute = begin.minuteOfDay
        if minute < terms.policy.dayOpens || minute >= terms.policy.dayCloses, !line.proof.isEmergency {
            return Finding("R15", .hold, "签到时间 \(ClockTime.text(minute))，在夜间")
        }
        guard let planned = line.plannedStart, begin - planned > .minutes(terms.policy.checkInLate) else { return nil }
        guard begin.localDate == line.date else { return Finding("R15", .hold, "约定 \(line.date) 服务，\(begin.localDate) 才签到") }
        return Finding("R15", .warn, "签到比约定晚 \((begin - planned).minutes) 分钟")
    }
}
