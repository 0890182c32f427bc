import Billing
import Catalog
import Kernel
import Matching
import Store
import Web
import Workflow

/// 质量: a provider's own figures.
struct QualityModel: Sendable {
    struct Figure: Sendable {
        let name: String
        let value: String
        let basis: String
    }

    let score: String
    let figures: [Figure]

    init(_ found: OwnFiguresRepository.Figures, score: String) {
        self.score = score
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

        init(_ sums: StatementSums, answer: Bool?) {
            (month, lines, due) = (sums.month.description, sums.lines, HTML.grouped(sums.due))
            self.answer = OwnStatementModel.word(answer)
            isOpen = answer == nil
        }
    }

    let rows: [Row]
    let isEmpty: Bool

    /// - Parameter answers: whether it has confirmed or disputed each.
    init(_ statements: [StatementSums], _ answers: [Month: Bool]) {
        rows = statements.map { Row($0, answer: answers[$0.month]) }
        isEmpty = rows.isEmpty
    }
}

/// One statement on a telephone: the sums of the whole first, then what was not paid, the rest when it is asked for.
struct OwnStatementModel: Sendable {
    struct Line: Sendable {
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

    let sha256: String
    let answer: String
    let sums: StatementSumsModel
    let place: StatementPlace
    let mayConfirm: Bool
    let lines: [Line]
    let fault: String?

    init(
        _ page: StatementPage, sha256: String, answer: Bool?, disputes: [CloseRepository.Dispute], catalogue: Catalogue,
        typed: FiguresPages.DisputeForm?, fault: String?
    ) {
        (self.sha256, self.fault) = (sha256, fault)
        self.answer = Self.word(answer)
        (sums, place) = (StatementSumsModel(page.sums), StatementPlace(page, of: "/provider/statements/\(page.sums.month)"))
        mayConfirm = answer != true
        let objections = Dictionary(disputes.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
        lines = page.lines.map { found in
            let (line, candidate) = (found.line, found.line.candidate)
            let objection = objections[candidate.subject]
            return Line(
                ordinal: found.ordinal, subject: candidate.subject, number: candidate.number,
                what: catalogue.item(candidate.item)?.name ?? candidate.item.text, date: candidate.date.description,
                gross: HTML.grouped(candidate.gross), subsidy: HTML.grouped(candidate.subsidy), verdict: localized(term: line.verdict.name),
                isHeld: line.verdict != .paid, findings: line.findings.map(\.sentence),
                dispute: objection?.reason, reply: objection?.answer, mayDispute: answer != true && objection == nil,
                typed: typed?.subject == candidate.subject ? typed?.reason : nil)
        }
    }

    static func word(_ answer: Bool?) -> String { localized(term: answer.map { $0 ? "已确认" : "有异议" } ?? "待确认") }
}
