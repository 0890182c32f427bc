import Catalog
import Intake
import Kernel
import Orders
import Registry
import Web
import Workflow

/// 一位老人的长期服务与外出
struct StandingListModel: Sendable {
    struct Row: Sendable {
        let id: String
        let item: String
        let rule: String
        let at: String
        let state: String
        let span: String
    }

    struct Away: Sendable {
        let id: String
        let kind: String
        let from: String
        let until: String
        let note: String
        let isOpen: Bool
        let returned: String
    }

    /// What is read to the elder before the plan is taken.
    struct Preview: Sendable {
        let say: String
        let days: [String]

        init(_ plan: StandingPlan, item: Item, days: [PlannedInstance], elder: Elder, now: Instant) {
            self.days = days.map { instance in
                instance.day.map { Words.when(Instant($0, minute: plan.start)) } ?? localized("\(instance.occurrence) 节假日，不来")
            }
            let next = days.compactMap(\.day).prefix(3).map { "\($0.month.monthOfYear)月\($0.day)日" }.joined(separator: "、")
            let holidays = plan.holidays == .asUsual ? "" : "，碰上节假日\(plan.holidays.name)"
            let hour = ClockTime.text(plan.start)
            say = "\(Words.address(elder))，以后\(Self.rule(plan))\(hour)给您安排\(item.name)\(holidays)。接下来是\(next)，对吗？"
        }

        static func rule(_ plan: StandingPlan) -> String {
            switch plan.recurrence.pattern {
            case .lunar(let date): "每年\(date.name)"
            case .rule(let rule): rule.words
            }
        }
    }

    let id: String
    let name: String
    let rows: [Row]
    let absences: [Away]
    let form: StandingForm
    let every: [Choice]
    let holidays: [Choice]
    let preview: Preview?
    let fault: String?
    let once: String
    let today: String

    init(
        _ elder: Elder, _ orders: [StandingOrder], _ absences: [Absence], form: StandingForm, preview: Preview?, fault: String?, once: String,
        words: Words, today: LocalDate
    ) {
        (id, name) = (elder.id.text, elder.name)
        (self.form, self.preview, self.fault, self.once, self.today) = (form, preview, fault, once, today.description)
        rows = orders.map {
            Row(
                id: $0.id.text, item: words.item($0.item.text), rule: ShowStanding.words($0.plan), at: ClockTime.text($0.plan.start),
                state: localized(term: $0.state.name), span: "\($0.plan.span.from) – \($0.plan.span.until?.description ?? "")")
        }
        self.absences = absences.map {
            Away(
                id: $0.id.text, kind: localized(term: $0.kind.name), from: $0.from.description, until: $0.until?.description ?? localized("未定"), note: $0.note,
                isOpen: $0.endedAt == nil, returned: $0.endedAt?.shown ?? "")
        }
        every = [("daily", "每天"), ("weekly", "每周"), ("monthly", "每月"), ("lunar", "每年农历")].map {
            Choice(value: $0.0, name: localized(term: $0.1), isChosen: $0.0 == form.every)
        }
        holidays = HolidayPolicy.allCases.map { Choice(value: $0.rawValue, name: localized(term: $0.name), isChosen: $0.rawValue == form.holidays) }
    }
}

/// 一张长期服务单
struct StandingModel: Sendable {
    struct Day: Sendable {
        let occurrence: String
        let day: String
        let state: String
        let order: String?
        let number: String
        let why: String
        let urgency: String
        let mayExcept: Bool
    }

    let id: String
    let elder: String
    let elderID: String
    let item: String
    let rule: String
    let at: String
    let span: String
    let state: String
    let reason: String
    let version: Int
    let once: String
    let mayChange: Bool
    let isActive: Bool
    let isSuspended: Bool
    let exceptions: [String]
    let hasExceptions: Bool
    let days: [Day]

    init(_ standing: StandingOrder, _ days: [ShownInstance], elder: Elder, once: String, words: Words) {
        let plan = standing.plan
        (id, elderID, version, self.once) = (standing.id.text, standing.elder.text, standing.version, once)
        self.elder = elder.name
        (item, rule, at) = (words.item(standing.item.text), ShowStanding.words(plan), ClockTime.text(plan.start))
        span = "\(plan.span.from) – \(plan.span.until?.description ?? "")"
        (state, reason) = (localized(term: standing.state.name), standing.reason ?? "")
        (mayChange, isActive, isSuspended) = (standing.state != .ended, standing.state == .active, standing.state == .suspended)
        exceptions = plan.recurrence.exdates.sorted().map(\.description)
        hasExceptions = !exceptions.isEmpty
        self.days = days.map { day in
            Day(
                occurrence: day.occurrence.description, day: day.day?.description ?? "—", state: localized(term: Self.names[day.state] ?? day.state.rawValue),
                order: day.order?.id.text, number: day.order?.number ?? "", why: day.message ?? "", urgency: day.state == .refused ? "late" : "",
                mayExcept: standing.state != .ended && (day.state == .made || day.state == .planned))
        }
    }

    private static let names: [ShownInstance.State: String] = [
        .made: "已生成", .planned: "计划中", .skipped: "不来", .away: "老人外出", .suspended: "暂停", .refused: "没排上", .withdrawn: "已撤",
    ]
}
