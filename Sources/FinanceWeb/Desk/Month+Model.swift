import Billing
import Catalog
import Kernel
import Registry
import Store
import Web
import Workflow

/// 月份列表: where each batch stands and how old it is there; a late payment is the commonest complaint of providers.
struct MonthsModel: Sendable {
    struct Row: Sendable {
        let month: String
        let step: String
        let since: String
        let age: String
        let urgency: String
        let by: String
    }

    let rows: [Row]

    /// A step is late after a working week.
    static let lateDays = 5

    init(_ months: [(month: Month, step: CloseStep, last: CloseEntry?)], now: Instant) {
        rows = months.map { month, step, last in
            let days = last.map { (now - $0.at).minutes / 1440 }
            let isDone = step == .paid || step == .open
            return Row(
                month: month.description, step: localized(term: step.name), since: last?.at.shown ?? "",
                age: isDone ? "" : days.map { localized("\($0) 天") } ?? "",
                urgency: !isDone && (days ?? 0) > Self.lateDays ? "late" : "", by: last?.by ?? "")
        }
    }
}

/// One month: the line of offices, what is held, what every provider is owed.
struct MonthModel: Sendable {
    struct Station: Sendable {
        let name: String
        let state: String
        let by: String
        let at: String
        let opinion: String
        let hash: String
    }

    struct Code: Sendable {
        let code: String
        let lines: Int
        let amount: String
    }

    struct Row: Sendable {
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
    let mayClose: Bool
    let mayApprove: Bool
    let mayReject: Bool
    let next: String
    let stations: [Station]
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
        _ month: Month, _ standing: ReadClose.Standing, _ glance: ReadMonth.Glance, caller: Caller, reference: Reference, now: Instant
    ) {
        func name(_ id: ProviderID) -> String { reference.franchise.provider(id)?.name ?? "" }
        self.month = month.description
        step = localized(term: standing.step.name)
        hash = standing.hash
        isFrozen = standing.step != .open && standing.step != .closing
        let looksOn = caller.role == .auditor
        mayClose = !isFrozen && !looksOn && now.localDate > month.last
        let approve = CloseMove.table.first { $0.from == standing.step && $0.action == .approve }
        mayApprove = approve != nil && !looksOn
        mayReject = CloseMove.table.contains { $0.from == standing.step && $0.action == .reject } && !looksOn
        next = localized(term: approve?.right.name ?? "")
        stations = standing.history.map { entry in
            Station(
                name: localized(term: entry.to.name), state: entry.action == .reject ? localized("退回") : "",
                by: entry.by, at: entry.at.shown, opinion: entry.opinion,
                hash: String(entry.hash.prefix(12)))
        }
        codes = (glance.totals?.stops.byCode ?? []).map { Code(code: $0.code, lines: $0.lines, amount: HTML.grouped($0.subsidy)) }
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
        held = glance.sums.map(\.heldLines).reduce(0, +)
        hasHeld = isFrozen && held > 0
        func sum(_ value: (StatementSums) -> Fen) -> String { HTML.grouped(glance.sums.map(value).total) }
        total = Row(
            id: "", name: localized("合计"), lines: glance.sums.map(\.lines).reduce(0, +), held: held, gross: sum(\.gross), selfPay: sum(\.selfPay),
            subsidy: sum(\.subsidy), deducted: sum(\.deducted), payable: sum(\.payable),
            adjusted: sum(\.adjusted), due: sum(\.due), answer: "")
        var keeps: [String] = []
        if standing.openSamples > 0 { keeps.append(localized("还有 \(standing.openSamples) 笔抽查没有结果")) }
        if standing.openDisputes > 0 { keeps.append(localized("还有 \(standing.openDisputes) 笔异议没有答复")) }
        if isFrozen, !standing.unanswered.isEmpty { keeps.append(localized("还有 \(standing.unanswered.count) 家服务商没有确认结算单")) }
        self.keeps = keeps
    }
}
