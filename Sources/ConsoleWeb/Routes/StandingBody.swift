import Intake
import Kernel
import Orders
import Registry
import Web

/// A plan as it comes over the API. A new one needs `rrule` and `start`; of a change every field may be left out, and what the plan can do
/// without is removed by null.
struct StandingBody: Decodable, Sendable {
    let elder_id: String?
    let item_code: String?
    /// RFC 5545, or `LUNAR:month/day`.
    let rrule: String?
    let start: TimeBody?
    let end: FieldChange<TimeBody>
    let quantity: OrderRoutes.QuantityBody?
    let note: String?
    /// Empty, like null: none any more. So for both addresses.
    let preferred_provider: FieldChange<String>
    let from_address: FieldChange<String>
    let to_address: FieldChange<String>
    let valid_from: LocalDate?
    let valid_until: FieldChange<LocalDate>
    let exdates: [LocalDate]?
    let rdates: [LocalDate]?
    let holidays: String?
    let version: Int?

    /// A time of day as `HH:MM`, or a moment whose day then is the first day of the plan.
    struct TimeBody: Decodable, Sendable {
        let minutes: Int
        let day: LocalDate?

        init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            if let minutes = ClockTime.minutes(text) {
                (self.minutes, day) = (minutes, nil)
            } else if let instant = Instant(text) {
                (minutes, day) = (instant.minuteOfDay, instant.localDate)
            } else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a time HH:MM"))
            }
        }
    }

    func plan(today: LocalDate) throws -> StandingPlan {
        guard let rrule else { throw Rejection(.invalid, "field_missing", "缺少字段 rrule。", pointer: "/rrule") }
        guard let start else { throw Rejection(.invalid, "field_missing", "缺少字段 start。", pointer: "/start") }
        var plan = StandingPlan(
            recurrence: Recurrence(try Recurrence.Pattern(rrule)), start: start.minutes, span: DateSpan(from: start.day ?? today))
        try apply(to: &plan)
        return plan
    }

    func apply(to plan: inout StandingPlan) throws {
        if let rrule { plan.recurrence.pattern = try Recurrence.Pattern(rrule) }
        if let exdates { plan.recurrence.exdates = Set(exdates) }
        if let rdates { plan.recurrence.rdates = Set(rdates) }
        if let start { plan.start = start.minutes }
        plan.end = end.map { $0.minutes == 0 ? 24 * 60 : $0.minutes }.applied(to: plan.end)
        if let quantity { plan.quantity = quantity.value }
        if let note { plan.note = note }
        plan.preferredProvider = preferred_provider.map { $0.isEmpty ? nil : ProviderID($0) }.applied(to: plan.preferredProvider)
        plan.fromAddress = from_address.map { $0.isEmpty ? nil : $0 }.applied(to: plan.fromAddress)
        plan.toAddress = to_address.map { $0.isEmpty ? nil : $0 }.applied(to: plan.toAddress)
        plan.span = DateSpan(from: valid_from ?? plan.span.from, until: valid_until.applied(to: plan.span.until))
        if let holidays {
            guard let policy = HolidayPolicy(rawValue: holidays) else {
                throw Rejection(.invalid, "holidays_unknown", "holidays 应为 as_usual、skip、day_before 或 day_after。", pointer: "/holidays")
            }
            plan.holidays = policy
        }
    }
}
