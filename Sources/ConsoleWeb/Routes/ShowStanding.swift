import Intake
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// The shapes of standing orders and absences over the API.
enum ShowStanding {
    static func order(_ standing: StandingOrder) -> JSON {
        let plan = standing.plan
        func days(_ set: Set<LocalDate>) -> JSON { .array(set.sorted().map { JSON($0) }) }
        return [
            "id": JSON(standing.id), "elder_id": JSON(standing.elder), "item_code": JSON(standing.item), "state": JSON(standing.state.rawValue),
            "reason_code": JSON(standing.reason), "rrule": JSON(plan.recurrence.pattern.description), "rule": JSON(words(plan)),
            "exdates": days(plan.recurrence.exdates), "rdates": days(plan.recurrence.rdates), "start": JSON(ClockTime.text(plan.start)),
            "end": JSON(plan.end.map { ClockTime.text($0) }), "quantity": JSON(plan.quantity.text), "note": JSON(plan.note),
            "preferred_provider": JSON(plan.preferredProvider), "from_address": JSON(plan.fromAddress), "to_address": JSON(plan.toAddress),
            "valid_from": JSON(plan.span.from), "valid_until": JSON(plan.span.until), "holidays": JSON(plan.holidays.rawValue),
            "made_until": JSON(standing.madeUntil), "created_at": JSON(standing.createdAt), "created_by": JSON(standing.createdBy),
            "version": JSON(standing.version),
        ]
    }

    static func changed(_ changed: ChangedStandingOrder) -> JSON { order(changed.order).adding(["instances": report(changed.report)]) }
    static func changed(_ changed: ChangedAbsence) -> JSON { absence(changed.absence).adding(["instances": report(changed.report)]) }

    private static func report(_ report: InstanceReport) -> JSON {
        [
            "made": JSON(report.made), "unmet": JSON(report.unmet), "refused": JSON(report.refused), "withdrawn": JSON(report.withdrawn),
        ]
    }

    static func instance(_ instance: ShownInstance) -> JSON {
        [
            "occurrence": JSON(instance.occurrence), "date": JSON(instance.day), "state": JSON(instance.state.rawValue),
            "code": JSON(instance.code), "detail": JSON(instance.message), "order_id": JSON(instance.order?.id),
            "order_number": JSON(instance.order?.number), "order_state": JSON(instance.order?.state.rawValue),
            "provider": JSON(instance.order?.provider), "start": JSON(instance.order?.window.start), "end": JSON(instance.order?.window.end),
        ]
    }

    static func planned(_ planned: PlannedInstance) -> JSON {
        ["occurrence": JSON(planned.occurrence), "date": JSON(planned.day), "skipped": JSON(planned.day == nil)]
    }

    static func absence(_ absence: Absence) -> JSON {
        [
            "id": JSON(absence.id), "elder_id": JSON(absence.elder), "kind": JSON(absence.kind.rawValue), "from": JSON(absence.from),
            "until": JSON(absence.until), "note": JSON(absence.note), "created_at": JSON(absence.createdAt),
            "created_by": JSON(absence.createdBy), "returned_at": JSON(absence.endedAt),
        ]
    }

    /// A rule as one reads it to an elder; the holidays only where they matter.
    static func words(_ plan: StandingPlan) -> String {
        let holidays = plan.holidays == .asUsual ? "" : "，节假日\(plan.holidays.name)"
        switch plan.recurrence.pattern {
        case .lunar(let date): return "每年\(date.name)\(holidays)"
        case .rule(let rule): return rule.words + holidays
        }
    }
}
