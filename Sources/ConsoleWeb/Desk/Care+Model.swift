import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 回访名单
struct CallbacksModel: Sendable {
    struct Row: Sendable {
        let id: String
        let number: String
        let item: String
        let day: String
        let region: String
        let provider: String
        let why: String
    }

    static let address = "/console/callbacks"
    static let limit = 100

    struct Meal: Sendable {
        let id: String
        let number: String
        let what: String
        let day: String
        let canteen: String
        let region: String
        let why: String
    }

    /// A canteen where many numbers of a day were nobody's: whom to ask first whether they ate there.
    struct Wrong: Sendable {
        let day: String
        let canteen: String
        let count: Int
    }

    let meals: [Meal]
    let rows: [Row]
    let pager: Pager
    let wrong: [Wrong]
    let hasWrong: Bool

    /// - Parameter isLater: others stand before this page.
    init(_ page: ReadCallbacks.Page, _ misses: [TillRepository.Misses] = [], isLater: Bool = false, words: Words) {
        wrong = misses.map { Wrong(day: $0.day.description, canteen: words.provider($0.canteen.text), count: $0.count) }
        hasWrong = !wrong.isEmpty
        pager = Pager(of: Self.address, isLater: isLater, after: page.next?.key)
        meals = page.meals.map { entry in
            Meal(
                id: entry.swipe.id.text, number: SwipeNumber(entry.swipe.id.text, on: entry.swipe.date).text,
                what: words.item(entry.swipe.item.text), day: entry.swipe.date.description,
                canteen: words.provider(entry.swipe.canteen.text), region: words.region(entry.elder.address.region),
                why: localized("\(entry.month) 抽查（\(localized(term: entry.reason.name))）"))
        }
        rows = page.due.map { entry in
            let why = switch entry.reason {
            case .sample(let month, let reason): localized("\(month) 抽查（\(localized(term: reason.name))）")
            case .unconfirmed: localized("待老人确认")
            }
            return Row(
                id: entry.order.id.text, number: entry.order.number, item: words.item(entry.order.item.text),
                day: entry.order.serviceDate.description, region: words.region(entry.order.region), provider: words.provider(entry.order.provider?.text),
                why: why)
        }
    }
}

extension ReadCallbacks.Place {
    /// As it stands in a cursor.
    var key: String {
        switch self {
        case .sample(let place): "sample~\(place.month)~\(place.provider)~\(place.subject)"
        case .unconfirmed(let place): "order~\(place.key)"
        }
    }

    /// - Throws: `cursor_invalid`
    init(key: String) throws {
        let parts = key.split(separator: "~", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("sample", 4):
            guard let month = Month(parts[1]) else { throw Cursor.invalid }
            self = .sample(.init(month: month, provider: ProviderID(String(parts[2])), subject: String(parts[3])))
        case ("order", 3): self = .unconfirmed(OrderRepository.Place(key: parts.dropFirst()))
        default: throw Cursor.invalid
        }
    }
}

/// 回访: before the answers are in, only what the elder must be asked; nothing of what was recorded, so that nobody asks towards it.
struct CallbackModel: Sendable {
    struct Comparison: Sendable {
        let question: String
        let told: String
        let recorded: String
        let urgency: String
        let verdict: String
    }

    let id: String
    let number: String
    let elder: String
    let phones: [String]
    let alerts: [String]
    let say: String
    let why: String?
    let once: String
    let isAnswered: Bool
    let answers: [Comparison]
    let did: String
    let by: String
    let disagrees: Bool
    /// The sample that now can be decided.
    let isSample: Bool
    let note: String

    init(_ found: ReadCallbacks.Questions, once: String, words: Words, now: Instant) {
        let (order, elder) = (found.order, found.elder)
        (id, number, self.once) = (order.id.text, order.number, once)
        self.elder = elder.name
        phones = elder.phones.map { "\($0.label) \($0.number.text)" } + elder.contacts.map { "\($0.told()) \($0.phone?.text ?? "")" }
        alerts = elder.alerts
        let days = order.serviceDate.days(to: now.localDate)
        let day = days == 0 ? "今天" : days == 1 ? "昨天" : "\(order.serviceDate.month.monthOfYear)月\(order.serviceDate.day)日"
        say = "\(Words.address(elder))您好，我是虚拟养老院的。\(day)您这边有一次\(words.item(order.item.text))，想问您几句："
        why = found.sample.map { localized("\($0.month) 抽查（\(localized(term: $0.reason.name))）") }
        let last = found.answers.last
        isAnswered = last != nil
        let compared = last?.recollection.compared(with: found.visit) ?? []
        answers = compared.map {
            Comparison(
                question: localized(term: Self.names[$0.question] ?? ""), told: $0.told, recorded: $0.recorded, urgency: $0.disagrees ? "late" : "",
                verdict: localized(term: $0.disagrees ? "不一致" : "一致"))
        }
        did = last?.did ?? ""
        by = last.map { "\($0.recordedBy) \($0.at.shown)" } ?? ""
        let faults = compared.filter(\.disagrees)
        disagrees = !faults.isEmpty
        isSample = last != nil && found.sample != nil
        note = faults.map { "\(Self.names[$0.question] ?? "")：答复 \($0.told)，记录 \($0.recorded)" }.joined(separator: "；")
    }

    private static let names: [Recollection.Answer.Question: String] = [
        .came: "有没有人来", .at: "几点来的", .minutes: "待了多久", .extra: "另外付钱（元）", .satisfaction: "满意度",
    ]
}

/// 就餐回访: whether the elder ate there, asked before anything of the swipe is shown.
struct MealCallbackModel: Sendable {
    let id: String
    let elder: String
    let phones: [String]
    let say: String
    let why: String
    let once: String

    init(_ found: ReadCallbacks.DueMeal, once: String, words: Words) {
        (id, elder, self.once) = (found.swipe.id.text, found.elder.name, once)
        phones = found.elder.phones.map { "\($0.label) \($0.number.text)" }
        let (date, canteen) = (found.swipe.date, words.provider(found.swipe.canteen.text))
        say = "\(Words.address(found.elder))您好，我是虚拟养老院的。\(date.month.monthOfYear)月\(date.day)日的\(found.swipe.slot.name)，您是在\(canteen)吃的吗？"
        why = localized("\(found.month) 抽查（\(localized(term: found.reason.name))）")
    }
}

/// 投诉
struct ComplaintsModel: Sendable {
    struct Row: Sendable {
        let id: String
        let order: String
        let number: String
        let provider: String
        let text: String
        let opened: String
        let age: String
        let isLate: Bool
        let taken: String?
        let answered: String?
        let answer: String?
        let closed: String?
        let resolution: String?
        let mayTake: Bool
        let once: String
    }

    /// A complaint nobody has answered is late after a day (local rule: an answer within 24 hours).
    static let lateHours = 24

    static func address(isClosed: Bool) -> String { "/console/complaints\(isClosed ? "?state=closed" : "")" }
    static let limit = 100

    let isClosed: Bool
    let rows: [Row]
    let pager: Pager
    /// The cursor by which this page was reached: whoever takes a complaint comes back to it. Empty on the first page.
    let after: String

    /// - Parameter after: nil on the first page.
    init(_ page: ReadComplaints.Page, isClosed: Bool, after: String? = nil, once: String, words: Words, now: Instant) {
        (self.isClosed, self.after) = (isClosed, after ?? "")
        pager = Pager(of: Self.address(isClosed: isClosed), isLater: after != nil, after: page.next?.key)
        rows = page.found.map { complaint, order in
            let hours = ((complaint.closedAt ?? now) - complaint.openedAt).minutes / 60
            return Row(
                id: complaint.id, order: order.id.text, number: order.number, provider: words.provider(order.provider?.text), text: complaint.text,
                opened: complaint.openedAt.shown, age: hours < 48 ? localized("\(hours) 小时") : localized("\(hours / 24) 天"),
                isLate: !isClosed && complaint.answeredAt == nil && hours >= Self.lateHours,
                taken: complaint.takenAt.map { "\(complaint.takenBy ?? "") \($0.shown)" }, answered: complaint.answeredAt?.shown,
                answer: complaint.answer, closed: complaint.closedAt?.shown, resolution: complaint.resolution,
                mayTake: complaint.takenAt == nil && !isClosed, once: "\(once)-\(complaint.id)")
        }
    }
}

extension QualityRepository.ComplaintPlace {
    /// As it stands in a cursor.
    var key: String { "\(openedAt.milliseconds)~\(id)" }

    /// - Throws: `cursor_invalid`
    init(key: String) throws {
        let parts = key.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 2, let opened = Int64(parts[0]) else { throw Cursor.invalid }
        self.init(openedAt: Instant(milliseconds: opened), id: String(parts[1]))
    }
}
