import Billing
import Catalog
import Kernel
import Matching
import Store
import Web
import Workflow

/// 质量: a provider's score, what comes of it, and its own figures.
struct QualityModel: Sendable {
    struct Assessed: Sendable {
        let month: String
        let score: String
        let percent: String
        let deducted: String
        let at: String
    }

    struct Figure: Sendable {
        let name: String
        let value: String
        let basis: String
    }

    let score: String
    /// Since when it holds, and what it is worth in dispatch.
    let since: String?
    let worth: String
    let assessments: [Assessed]
    let isAssessed: Bool
    let figures: [Figure]

    init(_ own: ReadOwnQuality.Own) {
        let found = own.figures
        score = "\(own.score)"
        since = own.since?.shown
        worth = localized("派单总分 \(own.total)，质量占 \(own.most)，您得 \(own.points)（派单策略 \(own.policy)）")
        assessments = own.assessments.map {
            Assessed(
                month: $0.month.description, score: "\($0.score)", percent: "\($0.percent)%", deducted: HTML.grouped($0.deducted), at: $0.at.shown)
        }
        isAssessed = !assessments.isEmpty
        func share(_ part: Int, of whole: Int) -> String { whole == 0 ? "—" : "\((part * 1000 / whole + 5) / 10)%" }
        let answered = found.accepted + found.declined + found.expired
        // Marks with one decimal, rounded half up.
        let tenths = found.marks == 0 ? 0 : (found.markSum * 20 + found.marks) / (found.marks * 2)
        figures = [
            Figure(
                name: localized("接单率"), value: share(found.accepted, of: answered),
                basis: localized("接 \(found.accepted) · 拒 \(found.declined) · 超时 \(found.expired)")),
            Figure(name: localized("准时率"), value: share(found.onTime, of: found.visits), basis: localized("\(found.visits) 次上门，15 分钟内签到 \(found.onTime) 次")),
            Figure(name: localized("满意度"), value: found.marks == 0 ? "—" : "\(tenths / 10).\(tenths % 10)", basis: localized("\(found.marks) 次回访，满分 5")),
            Figure(name: localized("投诉"), value: "\(found.complaints)", basis: localized("90 天内的工单")),
        ]
    }
}

/// 为什么: what was decided about this provider on one order.
struct WhyModel: Sendable {
    struct Part: Sendable {
        let name: String
        let points: Int
    }

    struct Entry: Sendable {
        let at: String
        let rank: String
        let explanation: String
        let parts: [Part]
    }

    let order: String
    let number: String?
    let entries: [Entry]
    let fault: String?

    init(order: String, own: ReadDecisions.Own?, fault: String?) {
        self.order = order
        number = own?.number
        self.fault = fault
        entries = (own?.parts ?? []).map { entry in
            Entry(
                at: entry.at.shown, rank: entry.part.rank.map { localized("第 \($0) 位") } ?? localized("未入选"), explanation: entry.part.explanation,
                parts: (entry.part.points?.parts ?? []).map { Part(name: localized(term: $0.term), points: $0.points) })
        }
    }
}

struct OwnStatementsModel: Sendable {
    struct Row: Sendable {
        let month: String
        let lines: Int
        let due: String
        let answer: String
        let isOpen: Bool

        init(_ sums: StatementSums, answer: Bool?, isOpen: Bool) {
            (month, lines, due) = (sums.month.description, sums.lines, HTML.grouped(sums.due))
            self.answer = OwnStatementModel.word(answer)
            self.isOpen = isOpen && answer == nil
        }
    }

    let rows: [Row]
    let isEmpty: Bool

    /// - Parameters:
    ///   - answers: whether it has confirmed or disputed each.
    ///   - open: the months that wait for answers.
    init(_ statements: [StatementSums], _ answers: [Month: Bool], open: Set<Month>) {
        rows = statements.map { Row($0, answer: answers[$0.month], isOpen: open.contains($0.month)) }
        isEmpty = rows.isEmpty
    }
}

/// One statement on a telephone: the sums of the whole first, then what was not paid, the rest when it is asked for.
struct OwnStatementModel: Sendable {
    struct Line: PageRow {
        let ordinal: Int
        let subject: String
        let number: String
        let what: String
        let date: String
        let gross: String
        let subsidy: String
        let verdict: String
        let isHeld: Bool
        let findings: [String]
        let dispute: String?
        let reply: String?
        let mayDispute: Bool
        /// The reason that was typed before a refusal.
        let typed: String?
    }

    /// A step on the way to the money, and what is known of it.
    struct Station: Sendable {
        let name: String
        let state: String
        let told: [String]
        let isHere: Bool
        let bounced: String?
    }

    let sha256: String
    let answer: String
    let way: [Station]
    let sums: StatementSumsModel
    let place: StatementPlace
    /// What is to be paid, as the form sends it back.
    let dueFen: Int64
    let mayConfirm: Bool
    /// Why it is to be confirmed anew.
    let changed: String?
    let lines: [Line]
    let fault: String?

    init(
        _ page: StatementPage, sha256: String, way: StatementWay, disputes: [CloseRepository.Dispute], catalogue: Catalogue,
        typed: FiguresPages.DisputeForm?, fault: String?
    ) {
        (self.sha256, self.fault) = (sha256, fault)
        let answer = way.answer?.isConfirmed
        self.answer = Self.word(answer)
        self.way = Self.stations(way, due: page.sums.due)
        (sums, place) = (StatementSumsModel(page.sums), StatementPlace(page, of: "/provider/statements/\(page.sums.month)"))
        dueFen = page.sums.due.amount
        // Once the platform has reviewed the month it is signed as it stands.
        let isOpen = way.step == .frozen
        mayConfirm = isOpen && answer != true
        changed = way.undone.map { undone in
            let (old, new) = (HTML.grouped(undone.from), HTML.grouped(undone.to))
            return localized("\(undone.at.shown) 结算单有变动（\(undone.reason)）：实付由 \(old) 元变为 \(new) 元，原确认失效，请核对后重新确认。")
        }
        let objections = Dictionary(disputes.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
        lines = page.lines.map { found in
            let (line, candidate) = (found.line, found.line.candidate)
            let objection = objections[candidate.subject]
            return Line(
                ordinal: found.ordinal, subject: candidate.subject, number: candidate.shownNumber,
                what: catalogue.item(candidate.item)?.name ?? candidate.item.text, date: candidate.date.description,
                gross: HTML.grouped(candidate.gross), subsidy: HTML.grouped(candidate.subsidy), verdict: localized(term: line.verdict.name),
                isHeld: line.verdict != .paid, findings: line.findings.map(\.sentence),
                dispute: objection?.reason, reply: objection?.answer, mayDispute: isOpen && answer != true && objection == nil,
                typed: typed?.subject == candidate.subject ? typed?.reason : nil)
        }
    }

    /// Confirmed, signed by the offices, invoiced, transferred: the first that is not done is where it is now.
    private static func stations(_ way: StatementWay, due: Fen) -> [Station] {
        let isSigned = way.step.isSigned
        let last = way.transfers.last
        let isPaid = last?.state == .paid
        let transfers = way.transfers.map { transfer in
            let when = transfer.answeredAt.map { localized("\($0.shown) 银行回单") } ?? localized("\(transfer.orderedAt.shown) 交银行")
            let result = localized(term: transfer.state == .paid ? "已付" : transfer.state == .bounced ? "退票" : "待银行回单")
            let account = localized("尾号 \(transfer.account.suffix(4)) 的账户")
            return ([HTML.grouped(transfer.amount), result, account, when, transfer.note].filter { !$0.isEmpty }).joined(separator: " · ")
        }
        // What came after the signatures stands under the stations that follow.
        let signed = [localized(term: (isSigned ? CloseStep.finance : way.step).name), (isSigned ? way.signedAt : way.since)?.shown]
            .compactMap { $0 }.joined(separator: " ")
        // While it waits for providers nobody has reviewed anything.
        let isReviewed = way.step != .frozen
        let answered = way.answer.map { ["\(word($0.isConfirmed)) \($0.at.shown)"] } ?? []
        var stations = [
            (name: localized("服务商确认"), isDone: way.answer?.isConfirmed == true, told: answered),
            (name: localized("复核与审批"), isDone: isSigned, told: isReviewed ? [signed] : []),
        ]
        if due > .zero || way.invoice != nil || last != nil {
            let invoice = way.invoice.map { [localized("\($0.number)，\($0.date)，\(HTML.grouped($0.amount)) 元")] }
            stations += [
                (name: localized("登记发票"), isDone: way.invoice != nil, told: invoice ?? (isSigned ? [localized("请把发票交给平台财务登记")] : [])),
                (name: localized("付款"), isDone: isPaid, told: transfers),
            ]
        }
        let here = stations.firstIndex { !$0.isDone }
        let bounced = last?.state == .bounced
            ? localized("银行退回了这笔付款：请核对账户，与平台财务联系，更正后会再付一次。") : nil
        return stations.enumerated().map { index, station in
            Station(
                name: station.name, state: station.isDone ? "done" : index == here ? "here" : "ahead", told: station.told, isHere: index == here,
                bounced: index == stations.count - 1 ? bounced : nil)
        }
    }

    static func word(_ answer: Bool?) -> String { localized(term: answer.map { $0 ? "已确认" : "有异议" } ?? "待确认") }
}
