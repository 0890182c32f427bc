import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store
import Web
import Workflow

/// What the dispatch board is narrowed to, as it stands in the address.
struct DispatchFilter: Sendable {
    let state: OrderState?
    let region: String?
    let category: String?
    let isLate: Bool
    /// The day of service of orders that have ended; nil for today.
    var day: LocalDate?

    func stored(at now: Instant) -> OrderRepository.Filter {
        .init(state: state, region: region, category: category, late: isLate ? now : nil, day: day)
    }

    /// The same with another state or day, as an address.
    func address(_ state: OrderState?, on day: LocalDate? = nil) -> String {
        let parts = [
            state.map { "state=\($0.rawValue)" }, region.map { "region=\($0)" }, category.map { "category=\($0)" }, isLate ? "late=1" : nil,
            day.map { "day=\($0)" },
        ].compactMap { $0 }
        return "/console/orders" + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&"))
    }

    /// The list that a place in it belongs to: this filter, with the day spelt out, so that a page turned after midnight is of the same day.
    func list(today: LocalDate) -> String { address(state, on: state?.isEnd == true ? day ?? today : nil) }

    /// The place in the list at which a page ended.
    ///
    /// - Throws: `cursor_invalid`, `cursor_mismatch`
    func place(_ cursor: String, today: LocalDate) throws -> OrderRepository.Place {
        OrderRepository.Place(key: try Cursor.key(cursor, in: list(today: today)).split(separator: "~", omittingEmptySubsequences: false))
    }
}

extension OrderRepository.Place {
    /// As it stands in a cursor.
    var key: String { "\(due.map { "\($0.milliseconds)" } ?? "")~\(id)" }

    init(key parts: some BidirectionalCollection<Substring>) {
        self.init(due: parts.first.flatMap { Int64($0) }.map { Instant(milliseconds: $0) }, id: OrderID(String(parts.last ?? "")))
    }
}

/// 派单台
struct DispatchModel: Sendable {
    struct State: Sendable {
        let name: String
        /// Nothing for an end: those are counted by the analytics, not at every look.
        let count: String
        let address: String
        let isCurrent: Bool
    }

    /// One day of orders that have ended, with the way to the days beside it.
    struct Day: Sendable {
        let day: String
        let before: String
        let after: String
    }

    static let limit = 100

    let states: [State]
    let state: String?
    let regions: [Choice]
    let categories: [Choice]
    let isLate: Bool
    let day: Day?
    let rows: [OrderLine]
    let pager: Pager

    /// - Parameter isLater: others stand before this page.
    init(_ filter: DispatchFilter, isLater: Bool = false, _ board: ReadDesk.Board, words: Words, now: Instant) {
        let waiting = board.counts.filter { !$0.key.isEnd }.values.reduce(0, +)
        states = [State(name: localized("等待处理"), count: "\(waiting)", address: filter.address(nil), isCurrent: filter.state == nil)]
            + OrderState.allCases.map {
                State(
                    name: localized(term: $0.name), count: $0.isEnd ? "" : "\(board.counts[$0] ?? 0)",
                    address: filter.address($0, on: $0.isEnd ? filter.day : nil), isCurrent: $0 == filter.state)
            }
        let ended = filter.state.flatMap { $0.isEnd ? $0 : nil }
        day = ended.map { state in
            let day = filter.day ?? now.localDate
            return Day(
                day: day.description, before: filter.address(state, on: day.adding(days: -1)), after: filter.address(state, on: day.adding(days: 1)))
        }
        state = filter.state?.rawValue
        regions = words.reference.catalogue.regions.map {
            Choice(value: $0.code.text, name: "\($0.districtName) \($0.name)", isChosen: $0.code.text == filter.region)
        }
        categories = Category.allCases.map { Choice(value: $0.rawValue, name: localized(term: $0.name), isChosen: $0.rawValue == filter.category) }
        isLate = filter.isLate
        rows = board.rows.map { OrderLine($0.order, elder: $0.elder, unmet: $0.unmet, words: words, now: now) }
        pager = Pager(of: filter.list(today: now.localDate), isLater: isLater, after: board.next?.key)
    }
}

/// One order with everything that has become of it, and what may be done with it now.
struct OrderModel: Sendable {
    struct Leg: Sendable {
        let fund: String
        let programme: String
        let amount: String
        let attempt: Int
        let state: String
    }

    struct Attempt: Sendable {
        let name: String
        let provider: String
        let answer: String
        let at: String
        let reason: String
        let why: String
        /// The points of the chosen one, for whoever asks; nil when nobody was chosen.
        let points: String?
    }

    struct Event: Sendable {
        let seq: Int64
        let at: String
        let what: String
        let by: String
        let provider: String
        let note: String
    }

    struct Complaint: Sendable {
        let text: String
        let at: String
        let state: String
    }

    /// What was typed into a form whose order had changed in the meantime.
    struct Unsent: Sendable {
        let action: String
        let reason: String
        let provider: String
        let seen: Int64?
        let why: String
    }

    let id: String
    let number: String
    let elder: String
    let version: Int
    let seen: Int64
    let once: String
    let facts: [Fact]
    let legs: [Leg]
    let hasLegs: Bool
    let attempts: [Attempt]
    let events: [Event]
    let complaints: [Complaint]
    let hasComplaints: Bool
    let choices: [Choice]
    let mayOverride: Bool
    let mayReassign: Bool
    let mayReopen: Bool
    let mayFail: Bool
    let mayCancel: Bool
    let mayAsk: Bool
    /// The codes of its door were tried, and a new one may be told to the elder.
    let mayRenew: Bool
    /// Why the form was not done; nil on a page just opened.
    let why: String?
    let typed: String
    let changes: [Event]
    let hasChanges: Bool
    /// The provider from before a manual choice that can still be taken back.
    let undo: Choice?

    init(
        _ file: OrderFile, _ decisions: [(attempt: Orders.Attempt?, decision: Decision)], _ complaints: [QualityRepository.Complaint],
        unsent: Unsent?, once: String, caller: Caller, words: Words, vocabulary: Vocabulary, now: Instant
    ) {
        let order = file.order
        (id, number, elder, version, self.once) = (order.id.text, order.number, order.elder.text, order.version, once)
        seen = file.events.last?.seq ?? 0
        facts = Facts([
            "状态": localized(term: order.state.name) + (order.isBackfilled ? localized("（补录）") : ""), "项目": words.item(order.item.text),
            "时间": Words.span(order.window), "街道": words.region(order.region),
            "服务商": words.provider(order.provider?.text), "应付": order.payable.yuan, "自费": order.selfPay.yuan,
            "核验": localized(term: order.verification.name), "结算": localized(term: order.settlement.name),
            "时限": order.timer.map { localized("\($0.due.shown)（\(localized(term: order.serviceLevel.name))）") } ?? localized("无"),
            "备注": order.note, "说明": file.unmet, "门码": file.doorTries.map { Self.door($0, order) },
        ]).all
        legs = file.legs.map {
            Leg(
                fund: localized(term: $0.leg.fund.name), programme: words.programme($0.leg.programme), amount: HTML.grouped($0.leg.amount), attempt: $0.attempt,
                state: vocabulary(.leg, $0.state.rawValue))
        }
        hasLegs = !legs.isEmpty
        // What the desk takes back is kept as declined, so that nobody is asked twice; who it was is known to the log.
        let takenBack = Set(file.events.filter { $0.type == "order.withdrawn" }.compactMap(\.provider))
        attempts = decisions.map { attempt, decision in
            let answer = attempt.map { $0.state == .declined && takenBack.contains($0.provider) ? .withdrawn : $0.state }
            return Attempt(
                name: attempt.map { localized("第 \($0.ordinal) 次") } ?? localized("无人可派"), provider: words.provider(attempt?.provider.text),
                answer: localized(term: answer?.name ?? ""), at: attempt?.offeredAt.shown ?? "", reason: vocabulary(.reason, attempt?.reasonCode),
                why: ([decision.merits().first??.term].compactMap { $0 } + [decision.summary()]).joined(separator: "；"),
                points: decision.chosen.map { $0.parts.map { "\($0.term) \($0.points)" }.joined(separator: "，") })
        }
        let shown = file.events.map {
            Event(
                seq: $0.seq, at: $0.at.shown, what: vocabulary(.event, $0.type), by: vocabulary(.who, $0.actor),
                provider: words.provider($0.provider?.text), note: $0.note ?? "")
        }
        events = shown
        self.complaints = complaints.map {
            Complaint(
                text: $0.text, at: $0.openedAt.shown,
                state: $0.closedAt.map { localized("办结 \($0.shown)") } ?? $0.takenBy.map { localized("\($0) 受理") } ?? localized("未受理"))
        }
        hasComplaints = !complaints.isEmpty
        func may(_ action: OrderAction) -> Bool { Transition.of(action, from: order.state)?.actors.contains(caller.actor) ?? false }
        mayReassign = order.state == .received || may(.reassign)
        (mayReopen, mayFail, mayCancel) = (may(.reopen), may(.fail), may(.cancel))
        mayRenew = file.doorTries?.lockedAt != nil && [.offered, .accepted, .scheduled, .inService].contains(order.state)
        mayAsk = order.state == .done || order.state == .closed
        let wanted = unsent?.provider ?? ""
        let candidates = (decisions.last?.decision.candidates ?? []).map(\.provider).filter { $0 != order.provider }
        choices = candidates.prefix(12).map { Choice(value: $0.text, name: words.provider($0.text), isChosen: $0.text == wanted) }
        // With nobody else to choose from there is nothing to press.
        mayOverride = mayReassign && !choices.isEmpty
        (why, typed) = (unsent?.why, unsent?.reason ?? "")
        changes = unsent?.seen.map { last in shown.filter { $0.seq > last } } ?? []
        hasChanges = !changes.isEmpty
        let before = file.attempts.dropLast().last
        let wasChosenByHand = file.events.last { $0.type.hasPrefix("order.") && $0.type != "order.offered" }?.type == "order.overridden"
        undo = order.state == .offered && wasChosenByHand
            ? before.map { Choice(value: $0.provider.text, name: words.provider($0.provider.text)) } : nil
    }

    /// What there is to know of its code, once it was told wrong.
    private static func door(_ tries: DoorTryRepository.Tries, _ order: Order) -> String {
        if tries.isLocked { return localized("连续报错 \(tries.wrong) 次，已锁定") }
        return tries.lockedAt == nil ? localized("报错 \(tries.wrong) 次") : localized("\(order.visitCode)（已重发）")
    }
}
