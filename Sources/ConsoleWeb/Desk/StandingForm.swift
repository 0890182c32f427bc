import Catalog
import Intake
import Kernel
import Orders
import Registry
import Web

/// 长期服务单的表: a rule out of plain choices, as it is asked on the telephone; what was typed stands again after a mistake.
struct StandingForm: Sendable {
    struct Fields: Decodable, Sendable {
        let item: String
        /// `daily`, `weekly`, `monthly` or `lunar`.
        let every: String
        let mo: String?
        let tu: String?
        let we: String?
        let th: String?
        let fr: String?
        let sa: String?
        let su: String?
        /// Day of the month, or day of the lunar month.
        let day: String?
        let month: String?
        let at: String
        let quantity: String?
        let from: String?
        let until: String?
        let holidays: String?
        let note: String?
        let step: String?
    }

    struct Weekday: Sendable {
        let code: String
        let name: String
        let isChosen: Bool
    }

    let item: String
    let every: String
    let weekdays: [Weekday]
    let day: String
    let month: String
    let at: String
    let quantity: String
    let from: String
    let until: String
    let holidays: String
    let note: String
    let step: String

    private static let names: KeyValuePairs = ["mo": "周一", "tu": "周二", "we": "周三", "th": "周四", "fr": "周五", "sa": "周六", "su": "周日"]

    init() {
        (item, every, day, month, at, quantity) = ("", "weekly", "1", "1", "09:00", "1")
        (from, until, holidays, note, step) = ("", "", "as_usual", "", "")
        weekdays = Self.names.map { Weekday(code: $0.key, name: localized(term: $0.value), isChosen: false) }
    }

    init(fields: Fields) throws {
        (item, every, at) = (fields.item, fields.every, fields.at)
        (day, month, quantity) = (fields.day ?? "", fields.month ?? "", fields.quantity ?? "1")
        (from, until, holidays) = (fields.from ?? "", fields.until ?? "", fields.holidays ?? "as_usual")
        (note, step) = (fields.note ?? "", fields.step ?? "")
        let chosen: [String: String?] = [
            "mo": fields.mo, "tu": fields.tu, "we": fields.we, "th": fields.th, "fr": fields.fr, "sa": fields.sa, "su": fields.su,
        ]
        weekdays = Self.names.map { Weekday(code: $0.key, name: localized(term: $0.value), isChosen: (chosen[$0.key] ?? nil) != nil) }
    }

    /// The service by code, name, initials or alias; a text that fits several is taken for the best of them.
    ///
    /// - Throws: `item_unknown`
    func item(_ catalogue: Catalogue) throws -> Item {
        guard let item = catalogue.item(ItemCode(item)) ?? (item.isEmpty ? nil : catalogue.search(item, limit: 1).first) else {
            throw Rejection(.missing, "item_unknown", "目录中没有“\(item.prefix(20))”，请换个说法或写项目编码。", pointer: "/item")
        }
        return item
    }

    /// RFC 5545, or a lunar date.
    var rule: String {
        switch every {
        case "weekly": "FREQ=WEEKLY;BYDAY=" + weekdays.filter(\.isChosen).map { $0.code.uppercased() }.joined(separator: ",")
        case "monthly": "FREQ=MONTHLY;BYMONTHDAY=\(day)"
        case "lunar": "LUNAR:\(month)/\(day)"
        default: "FREQ=DAILY"
        }
    }

    func plan(today: LocalDate) throws -> StandingPlan {
        if every == "weekly", !weekdays.contains(where: \.isChosen) {
            throw Rejection(.invalid, "rrule_invalid", "请至少勾选一个星期几。", pointer: "/every")
        }
        guard let start = ClockTime.minutes(at) else {
            throw Rejection(.invalid, "time_invalid", "时间请写成 09:00 的样子。", pointer: "/at")
        }
        guard let quantity = Quantity(quantity) else {
            throw Rejection(.invalid, "quantity_invalid", "数量应为数字，例如 1 或 1.5。", pointer: "/quantity")
        }
        guard let policy = HolidayPolicy(rawValue: holidays) else {
            throw Rejection(.invalid, "holidays_unknown", "请选择节假日怎么办。", pointer: "/holidays")
        }
        let first = from.isEmpty ? today : try StandingPages.day(from, "/from")
        let last = until.isEmpty ? nil : try StandingPages.day(until, "/until")
        return StandingPlan(
            recurrence: Recurrence(try Recurrence.Pattern(rule)), start: start, quantity: quantity, note: note,
            span: DateSpan(from: first, until: last), holidays: policy)
    }
}
