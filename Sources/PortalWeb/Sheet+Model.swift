import Catalog
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 服务单: one order on the provider's telephone, with what can be done about it now.
struct VisitModel: Sendable {
    /// Somebody who may be sent, or who is not, and why.
    struct Person: Sendable {
        let id: String
        let name: String
        let obstacle: String
    }

    let id: String
    let number: String
    let state: String
    let item: String
    let amount: String
    let when: String
    let region: String
    /// What is to be done by when, and what follows otherwise; empty where nothing presses.
    let deadline: String
    let isLate: Bool
    /// Less than ten minutes are left.
    let isNear: Bool
    let note: String?
    /// Name, address and telephones; nil before acceptance.
    let elder: String?
    let address: String?
    let phone: String?
    /// The door for the telephone's own map (RFC 5870).
    let map: String?
    let alerts: [String]
    /// Both names where two come.
    let worker: String?
    let workerID: String
    /// While somebody is to be named: who may be sent, and who is not.
    let fit: [Person]
    let unfit: [Person]
    let hasUnfit: Bool
    /// Whether the service needs a second person.
    let needsSecond: Bool
    let isOffered: Bool
    /// Whether another time may be proposed now, and the present one, as a field of a form takes it.
    let mayPropose: Bool
    let start: String
    /// The time that was proposed and waits for an answer.
    let proposed: String?
    /// When and how the worker has checked in.
    let checkedIn: String?
    /// A call from the elder's landline is claimed that the platform has not heard.
    let isUnheard: Bool
    let needsWorker: Bool
    /// Nobody can be sent: the order goes back.
    let hasNobody: Bool
    let mayCheckIn: Bool
    let mayCheckOut: Bool
    /// From when a check-in is taken, while that is still to come.
    let opens: String?

    init(_ entry: ReadSheet.Entry, _ order: Order, provider: ProviderID, reference: Reference, vocabulary: Vocabulary, now: Instant) {
        let elder = entry.feed.elder
        id = order.id.text
        number = order.number
        state = vocabulary(.state, order.state.rawValue)
        item = reference.catalogue.item(order.item)?.name ?? order.item.text
        amount = "\(order.quantity.text) \(localized(term: reference.catalogue.item(order.item)?.unit.rawValue ?? "")) · \(localized("\(order.payable.yuan)元"))"
        when = Self.when(order.window, vocabulary, now: now)
        region = reference.catalogue.region(.init(order.region))?.name ?? order.region
        deadline = order.timer.map { Self.deadline($0, now: now, vocabulary) } ?? ""
        let left = deadline.isEmpty ? nil : order.timer.map { ($0.due - now).minutes }
        isLate = left.map { $0 < 0 } ?? false
        isNear = left.map { (0..<10).contains($0) } ?? false
        note = order.note.isEmpty ? nil : order.note
        self.elder = elder.map { "\($0.name) \($0.age(on: now.localDate))\(vocabulary(.time, "age"))" }
        address = elder?.address.line
        phone = elder?.phones.first { !$0.isWrong }?.number.text
        map = elder?.place.map { "geo:\($0.latitude),\($0.longitude)" }
        alerts = elder?.alerts ?? []
        let people = entry.candidates.map { candidate in
            let words = candidate.obstacle.map { [vocabulary(.obstacle, $0.code), $0.detail] } ?? []
            return Person(id: candidate.worker.id.text, name: candidate.worker.name, obstacle: words.filter { !$0.isEmpty }.joined(separator: " "))
        }
        fit = people.filter(\.obstacle.isEmpty)
        unfit = people.filter { !$0.obstacle.isEmpty }
        hasUnfit = !unfit.isEmpty
        let staff = reference.franchise.workers(of: provider)
        let named = [order.worker, order.secondWorker].compactMap { id in staff.first { $0.id == id }?.name }
        worker = named.isEmpty ? nil : named.joined(separator: "、")
        needsSecond = (reference.catalogue.item(order.item)?.staffCount ?? 1) > 1
        workerID = order.worker?.text ?? ""
        isOffered = order.state == .offered
        mayPropose = isOffered && entry.proposal == nil
        start = "\(order.window.start.localDate)T\(order.window.start.shown.suffix(5))"
        proposed = entry.proposal.map(\.start.shown)
        checkedIn = entry.checkIn.map { "\($0.at.shown.suffix(5)) \(vocabulary(.method, $0.method.rawValue))" }
        isUnheard = entry.checkIn?.method == .landlineUnheard
        needsWorker = order.state == .accepted
        hasNobody = needsWorker && fit.isEmpty
        mayCheckIn = order.state == .scheduled
        mayCheckOut = order.state == .inService
        let earliest = order.window.start - .minutes(reference.evidence(on: order.window.start.localDate).checkInEarly)
        opens = mayCheckIn && earliest > now ? Self.day(earliest, vocabulary, now: now) : nil
    }

    private static func deadline(_ timer: OrderTimer, now: Instant, _ words: Vocabulary) -> String {
        let minutes = (timer.due - now).minutes
        let span = Self.span(abs(minutes), words)
        if minutes < 0 { return timer.kind == .remind ? "" : localized("已超过时限 \(span)") }
        return switch timer.kind {
        case .offerExpires: localized("请在 \(span)内答复，过时改派别家")
        case .scheduleOverdue: localized("请在 \(span)内派人")
        case .noShow: localized("请在 \(span)内签到，过时记为超时")
        case .overlong: localized("请在 \(span)内签退，过时记为超时")
        case .confirmOverdue: localized("等老人确认，还有 \(span)")
        case .remind, .dispatchOverdue: ""
        }
    }

    private static func span(_ minutes: Int, _ words: Vocabulary) -> String {
        let (count, unit) = minutes < 120 ? (minutes, "minutes") : minutes < 2880 ? (minutes / 60, "hours") : (minutes / 1440, "days")
        return "\(count) \(words(.time, unit))"
    }

    private static func when(_ window: TimeWindow, _ words: Vocabulary, now: Instant) -> String {
        "\(day(window.start, words, now: now))–\(window.end.shown.suffix(5))"
    }

    /// 明天 09:00
    private static func day(_ at: Instant, _ words: Vocabulary, now: Instant) -> String {
        let date = at.localDate
        let days = now.localDate.days(to: date)
        let day = (0...2).contains(days)
            ? words(.time, ["today", "tomorrow", "after"][days])
            : words(.time, "date").replacing("M", with: "\(date.month.monthOfYear)").replacing("D", with: "\(date.day)")
        return "\(day) \(at.shown.suffix(5))"
    }
}

/// 我的工作: everything the provider has in hand, by what is to be done next.
struct SheetModel: Sendable {
    struct Group: Sendable {
        let title: String
        let code: String
        let count: Int
        let visits: [VisitModel]
    }

    let groups: [Group]
    let offers: Int
    /// When it was read, on the clock: what a telephone shows in a dead zone is as old as this.
    let at: String
    let isEmpty: Bool
    /// Days whose plan still counts on an order that has been taken back.
    let stalePlans: [String]

    init(
        _ found: [(state: OrderState, entries: [ReadSheet.Entry])], stalePlans: [String], provider: ProviderID, reference: Reference,
        vocabulary: Vocabulary, now: Instant
    ) {
        self.stalePlans = stalePlans
        groups = found.compactMap { state, entries in
            let visits = entries.compactMap { entry in
                entry.feed.order.map {
                    VisitModel(entry, $0, provider: provider, reference: reference, vocabulary: vocabulary, now: now)
                }
            }
            return visits.isEmpty ? nil : Group(title: vocabulary(.state, state.rawValue), code: state.rawValue, count: visits.count, visits: visits)
        }
        at = String(now.shown.suffix(5))
        offers = found.first { $0.state == .offered }?.entries.count ?? 0
        isEmpty = groups.isEmpty
    }
}

/// 本单位: workers, vehicles, credentials with their expiry, opening hours.
struct MeansModel: Sendable {
    struct Paper: Sendable {
        let holder: String
        let name: String
        let until: String
        /// `late` when expired, `near` within sixty days.
        let urgency: String
        let isOver: Bool
        let left: String
    }

    struct Person: Sendable {
        let name: String
        let phone: String
        let languages: String
        let state: String
    }

    struct Hours: Sendable {
        let day: String
        let time: String
        let capacity: String
    }

    let name: String
    let state: String
    let quality: String
    let workers: [Person]
    let vehicles: [String]
    /// Expired, or within sixty days of it.
    let due: [Paper]
    let papers: [Paper]
    let count: Int
    let hours: [Hours]
    /// What each window takes for the time being; empty for as many as published.
    let limit: String
    let closed: [String]
    let today: String

    init(_ provider: Provider, limit: Int?, reference: Reference, today: LocalDate) {
        let franchise = reference.franchise
        self.today = today.description
        self.limit = limit.map(String.init) ?? ""
        name = provider.name
        state = localized(term: provider.state.term)
        quality = "\(provider.quality)"
        let staff = franchise.workers(of: provider.id)
        workers = staff.map {
            Person(
                name: $0.name, phone: $0.phone.text, languages: $0.languages.joined(separator: "、"), state: localized(term: $0.isActive ? "在岗" : "停用"))
        }
        let cars = franchise.vehicles(of: provider.id)
        vehicles = cars.map { localized("\($0.plate) \($0.seats)座\($0.isWheelchair ? localized(" 轮椅车") : "")") }
        let held: [(String, [Credential])] =
            [(localized("本单位"), provider.credentials)] + staff.map { ($0.name, $0.credentials) } + cars.map { ($0.plate, $0.credentials) }
        papers = held.flatMap { holder, credentials in credentials.map { (holder, $0) } }
            .sorted { ($0.1.span.until?.dayNumber ?? .max, $0.0) < ($1.1.span.until?.dayNumber ?? .max, $1.0) }
            .map { holder, credential in
                let left = credential.span.until.map { today.days(to: $0) }
                let type = reference.catalogue.credentialTypes.first { $0.code.text == credential.type }?.name ?? credential.type
                return Paper(
                    holder: holder, name: type, until: credential.span.until?.description ?? localized("长期"),
                    urgency: left.map { $0 < 0 ? "late" : $0 <= 60 ? "near" : "" } ?? "",
                    isOver: left.map { $0 < 0 } ?? false,
                    left: left.map { $0 < 0 ? localized("已过期") : $0 <= 60 ? localized("还有 \($0) 天") : "" } ?? "")
            }
        due = papers.filter { !$0.urgency.isEmpty }
        count = papers.count
        let names = ["一", "二", "三", "四", "五", "六", "日"].map { localized(term: $0) }
        hours = provider.hours.sorted { $0.opens < $1.opens }.map { hours in
            let some = hours.days.sorted().map { names[($0 - 1) % 7] }.joined(separator: localized("、"))
            let days = hours.days.count == 7 ? localized("每天") : localized("周\(some)")
            return Hours(day: days, time: "\(ClockTime.text(hours.opens))–\(ClockTime.text(hours.closes))", capacity: "\(hours.capacity)")
        }
        closed = provider.closedDays.filter { $0 >= today }.map(\.description)
    }
}
