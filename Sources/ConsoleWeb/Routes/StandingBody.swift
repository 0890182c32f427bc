import Intake
import Kernel
import Orders
import Registry
import Web

/// A plan as it comes over the API. A new one needs `rrule` and `start`; of a change every field may be left out.
struct StandingBody: Decodable, Sendable {
    let elder_id: String?
    let item_code: String?
    /// RFC 5545, or `LUNAR:month/day`.
    let rrule: String?
    let start: TimeBody?
    let end: TimeBody?
    let quantity: OrderRoutes.QuantityBody?
    let note: String?
    /// Empty: none any more.
    let preferred_provider: String?
    let from_address: String?
    let to_address: String?
    let valid_from: LocalDate?
    let valid_until: LocalDate?
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
        if let end { plan.end = end.minutes == 0 ? 24 * 60 : end.minutes }
        if let quantity { plan.quantity = quantity.value }
        if let note { plan.note = note }
        if let preferred_provider { plan.preferredProvider = preferred_provider.isEmpty ? nil : ProviderID(preferred_provider) }
        if let from_address { plan.fromAddress = from_address.isEmpty ? nil : from_address }
        if let to_address { plan.toAddress = to_address.isEmpty ? nil : to_address }
        plan.span = DateSpan(from: valid_from ?? plan.span.from, until: valid_until ?? plan.span.until)
        if let holidays {
            guard let policy = HolidayPolicy(rawValue: holidays) else {
                throw Rejection(.invalid, "holidays_unknown", "holidays 应为 as_usual、skip、day_before 或 day_after。", pointer: "/holidays")
            }
            plan.holidays = policy
        }
    }
}
