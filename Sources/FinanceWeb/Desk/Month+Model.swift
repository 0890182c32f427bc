import Billing
import Catalog
import Kernel
import Registry
import Store
import Web
import Workflow

/// 月份列表: where each batch stands, how old it is there and who is next; a late payment is the commonest complaint of providers.
struct MonthsModel: Sendable {
    struct Row: PageRow {
        let month: String
        let step: String
        let next: String
        let due: String
        let since: String
        let age: String
        let urgency: String
        let by: String
    }

    let rows: [Row]

    /// A step is late after a working week.
    static let lateDays = 5

    init(_ months: [ReadMonth.Milestone], now: Instant) {
        rows = months.map { milestone in
            let isOver = now.localDate > milestone.month.last
            // A month that nobody has closed waits from its end on.
            let since = milestone.last?.at ?? (isOver ? Instant(milestone.month.adding(1).first) : nil)
            let days = milestone.step == .paid ? nil : since.map { (now - $0).minutes / 1440 }
            return Row(
                month: milestone.month.description, step: milestone.step.told(isOver: isOver), next: milestone.step.next(isOver: isOver) ?? "",
                due: milestone.due.map { HTML.grouped($0) } ?? "", since: since?.shown ?? "", age: days.map { localized("\($0) 天") } ?? "",
                urgency: (days ?? 0) > Self.lateDays ? "late" : "", by: milestone.last?.by ?? "")
        }
    }
}

/// One month: the line of offices, what is held, what every provider is owed.
struct MonthModel: Sendable {
    /// A place on the road, done, reached or ahead.
    struct Place: Sendable {
        let name: String
        let state: String
        let isHere: Bool
    }

    struct Objection: Sendable {
        let subject: String
        let address: String
        let provider: String
        let reason: String
        let evidence: String?
    }

    struct Station: Sendable {
        let name: String
        let state: String
        /// For which street, at its step.
        let street: String?
        let by: String
        let at: String
        let opinion: String
        let hash: String

        /// What sets a step apart that does not simply lead on; empty for one that does.
        static func aside(_ action: CloseAction) -> String {
            switch action {
            case .reject: localized("退回")
            case .bounce: localized("银行退汇")
            case .payPart: localized("部分已付")
            case .answerPart: localized("部分回单")
            case .cutOff, .freeze, .approve, .pay, .settle: ""
            }
        }
    }

    struct Code: Sendable {
        let code: String
        let title: String
        let lines: Int
        let amount: String
    }

    struct Row: PageRow {
        let id: String
        let name: String
        let lines: Int
        let held: Int
        let gross: String
        let selfPay: String
        let subsidy: String
        let deducted: String
        let payable: String
        let adjusted: String
        let due: String
        let answer: String
    }

    let papers = PapersModel.Paper.ofMonth()
    let month: String
    let step: String
    let hash: String
    let isFrozen: Bool
    /// Whether the papers, the payments and a look through a running month open to the reader.
    let isOfFinance: Bool
    let mayClose: Bool
    let mayApprove: Bool
    let mayReject: Bool
    let maySign: Bool
    /// The right that the next signature takes.
    let right: String
    /// What is to be done next, by whom, what comes of it, and why not by the caller.
    let next: String?
    let holders: String?
    let effect: String?
    let obstacle: String?
    /// The streets whose signatures are wanted now, each with who has signed.
    let streets: [String]
    let leadsToMoney: Bool
    let road: [Place]
    let stations: [Station]
    let objections: [Objection]
    let hasObjections: Bool
    let mayReply: Bool
    let once: String
    let codes: [Code]
    let rows: [Row]
    let hasRows: Bool
    let total: Row
    /// Lines that wait for a decision.
    let held: Int
    let hasHeld: Bool
    let keeps: [String]
    /// The sums of a running month, when they were taken, and what has changed since the day before.
    let shadow: String?
    let noted: String?
    let difference: String?

    init(
        _ month: Month, _ signing: ReadClose.Signing, _ glance: ReadMonth.Glance, once: String, caller: Caller, reference: Reference, now: Instant
    ) {
        func name(_ id: ProviderID) -> String { reference.franchise.provider(id)?.name ?? "" }
        let standing = signing.standing
        let (place, isOver, looksOn) = (standing.step, now.localDate > month.last, caller.role == .auditor)
        (self.month, self.once, hash) = (month.description, once, standing.hash)
        step = place.told(isOver: isOver)
        isFrozen = place != .open && place != .closing
        isOfFinance = caller.isOfFinance
        mayClose = !isFrozen && !looksOn && isOver && caller.isOfFinance
        mayApprove = signing.next.map { $0.obstacle == nil } ?? false
        mayReject = signing.next?.mayReject ?? false
        maySign = mayApprove || mayReject
        right = localized(term: signing.next?.move.right.name ?? "")
        next = place.next(isOver: isOver)
        holders = signing.next.map { next in
            let holders = Caller.Role.allCases.filter(next.roles.contains).map { localized(term: $0.term) } + next.names
            return holders.isEmpty ? localized("还没有人：由系统管理员在“月结权限”中按姓名授权") : holders.joined(separator: localized("、"))
        }
        effect = next == nil ? nil : place.effect
        obstacle = looksOn ? nil : signing.next?.obstacle
        streets = place != .reviewed ? [] : standing.streets.map { street in
            let name = reference.catalogue.region(ID(street.code))?.name ?? street.code
            return street.signature.map { localized("\(name)：\($0.by) 已签") } ?? localized("\(name)：待签")
        }
        leadsToMoney = caller.isOfFinance && (place == .finance || place == .paying)
        let places = CloseStep.allCases.filter { $0 != .closing }
        let here = places.firstIndex(of: place) ?? 0
        road = places.enumerated().map { index, step in
            Place(name: localized(term: step.name), state: index < here ? "done" : index == here ? "here" : "ahead", isHere: index == here)
        }
        stations = standing.history.map { entry in
            Station(
                name: localized(term: entry.to.name),
                state: Station.aside(entry.action),
                street: entry.street.map { $0 == CloseEntry.allStreets ? localized("全部街道") : reference.catalogue.region(ID($0))?.name ?? $0 },
                by: entry.by, at: entry.at.shown, opinion: entry.opinion,
                hash: String(entry.hash.prefix(12)))
        }
        objections = signing.disputes.map {
            Objection(
                subject: $0.subject, address: caller.address(ofObjection: $0.subject, to: month.description, $0.provider.text),
                provider: name($0.provider), reason: $0.reason, evidence: $0.evidence.map { String($0.prefix(12)) })
        }
        hasObjections = !objections.isEmpty
        mayReply = signing.disputeObstacle == nil
        codes = (glance.totals?.stops.byCode ?? []).map {
            Code(code: $0.code, title: Checks.titles[$0.code] ?? "", lines: $0.lines, amount: HTML.grouped($0.subsidy))
        }
        shadow = glance.totals.map { localized("\($0.lines) 笔，应结 \(HTML.grouped($0.gross))，补贴 \(HTML.grouped($0.subsidy))，应付 \(HTML.grouped($0.payable))") }
        noted = glance.notedAt?.shown
        difference = glance.change.map {
            localized("比上次：\($0.lines >= 0 ? "+" : "")\($0.lines) 笔，应付 \(HTML.grouped($0.payable))，新增待核 \($0.newlyStopped) 笔，解除 \($0.cleared) 笔")
        }
        let unanswered = Set(standing.unanswered)
        let isFrozen = isFrozen
        rows = glance.sums.map { statement in
            Row(
                id: statement.provider.text, name: name(statement.provider), lines: statement.lines, held: statement.heldLines,
                gross: HTML.grouped(statement.gross), selfPay: HTML.grouped(statement.selfPay), subsidy: HTML.grouped(statement.subsidy),
                deducted: HTML.grouped(statement.deducted), payable: HTML.grouped(statement.payable),
                adjusted: HTML.grouped(statement.adjusted), due: HTML.grouped(statement.due),
                answer: !isFrozen ? "" : localized(term: unanswered.contains(statement.provider) ? "未确认" : "已确认"))
        }
        hasRows = !rows.isEmpty
        let heldLines = glance.sums.map(\.heldLines).reduce(0, +)
        held = heldLines
        hasHeld = place == .frozen && held > 0
        func sum(_ value: (StatementSums) -> Fen) -> String { HTML.grouped(glance.sums.map(value).total) }
        total = Row(
            id: "", name: localized("合计"), lines: glance.sums.map(\.lines).reduce(0, +), held: held, gross: sum(\.gross), selfPay: sum(\.selfPay),
            subsidy: sum(\.subsidy), deducted: sum(\.deducted), payable: sum(\.payable),
            adjusted: sum(\.adjusted), due: sum(\.due), answer: "")
        keeps = place == .frozen ? Self.keeps(month, standing, held: heldLines, reference, now: now) : []
    }

    /// What is still to be done before the platform signs, and by whom.
    private static func keeps(_ month: Month, _ standing: ReadClose.Standing, held: Int, _ reference: Reference, now: Instant) -> [String] {
        var keeps: [String] = []
        if held > 0 { keeps.append(localized("还有 \(held) 笔待核没有处理：签字时仍待核的，本月不付")) }
        if standing.openSamples > 0 { keeps.append(localized("还有 \(standing.openSamples) 笔抽查没有结果：由座席或质量回访在“回访”中完成")) }
        if standing.openDisputes > 0 { keeps.append(localized("还有 \(standing.openDisputes) 笔异议没有答复：在下面答复")) }
        let deadline = month.last.adding(days: reference.checks(on: month.last).confirmDays)
        if !standing.unanswered.isEmpty {
            keeps.append(
                now.localDate > deadline
                    ? localized("有 \(standing.unanswered.count) 家服务商没有确认结算单：\(deadline) 已过，视为确认")
                    : localized("还有 \(standing.unanswered.count) 家服务商没有确认结算单：\(deadline) 之后视为确认"))
        }
        return keeps
    }
}
