import Entitlement
import Kernel
import Registry
import Store
import Web
import Workflow

/// 专项资金: the accounts, what waits for a second person, and the form that opens another.
struct FundsModel: Sendable {
    struct Row: Sendable {
        let id: String
        let kind: String
        let holder: String
        let year: String
        let granted: String
        let drawn: String
        let owed: String
        let available: String
        let monthly: String
        let span: String

        init(_ account: FundAccount, _ people: ReadFundAccounts.People) {
            id = account.id.text
            kind = localized(term: account.kind.name)
            holder = people.told(account.holder)
            year = account.year.map { "\($0)" } ?? ""
            (granted, drawn, available) = (HTML.grouped(account.granted), HTML.grouped(account.drawn), HTML.grouped(account.available))
            owed = account.kind.isLoan ? HTML.grouped(account.outstanding) : ""
            monthly = account.kind == .nursingFee ? HTML.grouped(account.monthly) : ""
            span = account.firstMonth.map { "\($0) – \(account.lastMonth.map(\.description) ?? "")" } ?? ""
        }
    }

    struct Waiting: Sendable {
        let id: String
        let account: String
        let name: String
        let wish: String
        let by: String
        let mayDecide: Bool
        let isOwn: Bool
        let once: String
    }

    struct Choice: Sendable {
        let value: String
        let name: String
        let isChosen: Bool
    }

    let rows: [Row]
    let waiting: [Waiting]
    let hasWaiting: Bool
    let mayAct: Bool
    let kinds: [Choice]
    let holder: String
    let year: String
    let amount: String
    let first: String
    let last: String
    let month: String
    let hasNursing: Bool
    let once: String
    let fault: String?
    /// What became of the nursing fees of a month.
    let done: String?

    init(
        _ found: ReadFundAccounts.Overview, typed: FundPages.Opening? = nil, fault: String? = nil, done: String? = nil, once: String,
        caller: Caller, today: LocalDate
    ) {
        let mayAct = caller.role != .auditor
        rows = found.accounts.map { Row($0, found.people) }
        waiting = found.waiting.map { entry in
            Waiting(
                id: entry.payment.id, account: entry.account.id.text,
                name: [localized(term: entry.account.kind.name), found.people.told(entry.account.holder)].joined(separator: " "),
                wish: FundModel.Paid.wish(entry.payment, found.people), by: "\(entry.payment.requestedBy) \(entry.payment.requestedAt.shown)",
                mayDecide: mayAct && !entry.isOwn, isOwn: entry.isOwn, once: once)
        }
        hasWaiting = !waiting.isEmpty
        (self.mayAct, self.once, self.fault) = (mayAct, once, fault)
        kinds = FundKind.allCases.map { Choice(value: $0.rawValue, name: localized(term: $0.name), isChosen: $0.rawValue == typed?.kind) }
        (holder, year) = (typed?.holder ?? "", typed?.year ?? "\(today.year)")
        (amount, first, last) = (typed?.amount ?? "", typed?.first ?? "", typed?.last ?? "")
        month = today.month.description
        hasNursing = mayAct && found.accounts.contains { $0.kind == .nursingFee }
        self.done = done.flatMap(Self.told)
    }

    /// `2026-03~2~0~1~0`, as the address has it after the fees of a month were paid.
    private static func told(_ done: String) -> String? {
        let parts = done.split(separator: "~")
        let counts = parts.dropFirst().compactMap { Int($0) }
        guard let month = parts.first.flatMap({ Month(String($0)) }), counts.count == 4 else { return nil }
        return localized("\(month) 护理费：本次发放 \(counts[0]) 人，早已发放 \(counts[1]) 人，已故停发 \(counts[2]) 人，由您开户、须他人发放 \(counts[3]) 人")
    }
}

/// 专项账户: one account, as a statement with its balance after each entry.
struct FundModel: Sendable {
    struct Entry: Sendable {
        let at: String
        let what: String
        let person: String
        let into: String
        let out: String
        let balance: String
    }

    struct Paid: Sendable {
        let id: String
        let wish: String
        let state: String
        let by: String
        let decided: String?
        let mayDecide: Bool
        let isOwn: Bool
        let once: String

        /// `500.00 · LZ00000001 王*国 · 住院押金`
        static func wish(_ payment: FundPayment, _ people: ReadFundAccounts.People) -> String {
            let person = payment.person.map(people.told)
            return [HTML.grouped(payment.amount), person ?? "", payment.reason].filter { !$0.isEmpty }.joined(separator: " · ")
        }
    }

    struct Debtor: Sendable {
        let id: String
        let name: String
        let owed: String
    }

    /// What stood in a form that was refused.
    struct Typed: Sendable {
        var amount = ""
        var person = ""
        var reason = ""
        var topUp = ""
        var last = ""
    }

    let row: FundsModel.Row
    let typed: Typed
    let entries: [Entry]
    let payments: [Paid]
    let debtors: [Debtor]
    let hasDebtors: Bool
    let isLoan: Bool
    let isNursing: Bool
    let needsPerson: Bool
    let mayAsk: Bool
    let mayTopUp: Bool
    let mayStop: Bool
    let mayRepay: Bool
    let once: String
    let fault: String?

    init(_ page: ReadFundAccounts.Page, typed: Typed = Typed(), fault: String? = nil, once: String, caller: Caller) {
        let (account, mayAct) = (page.account, caller.role != .auditor)
        row = FundsModel.Row(account, page.people)
        (self.typed, self.once, self.fault) = (typed, once, fault)
        entries = page.entries.map { entry in
            let isIn = entry.kind != .paid
            let what = switch entry.kind {
            case .granted: localized("拨入")
            case .paid: localized("付款")
            case .repaid: localized("归还")
            }
            return Entry(
                at: entry.at.shown, what: what, person: entry.person.map(page.people.told) ?? "", into: isIn ? HTML.grouped(entry.amount) : "",
                out: isIn ? "" : HTML.grouped(entry.amount), balance: HTML.grouped(entry.balance))
        }
        payments = page.payments.map { payment in
            let isOwn = page.own.contains(payment.requestedBy)
            let state = switch payment.state {
            case .requested: localized("待审批")
            case .paid: localized("已支付")
            case .rejected: localized("已驳回")
            }
            return Paid(
                id: payment.id, wish: Paid.wish(payment, page.people), state: state, by: "\(payment.requestedBy) \(payment.requestedAt.shown)",
                decided: payment.decidedBy.map { [$0, payment.opinion ?? ""].filter { !$0.isEmpty }.joined(separator: " ") },
                mayDecide: mayAct && payment.state == .requested && !isOwn, isOwn: payment.state == .requested && isOwn, once: once)
        }
        debtors = page.outstanding.map { Debtor(id: $0.person, name: page.people.told($0.person), owed: HTML.grouped($0.owed)) }
        hasDebtors = !debtors.isEmpty
        (isLoan, isNursing, needsPerson) = (account.kind.isLoan, account.kind == .nursingFee, account.kind.needsPerson)
        (mayAsk, mayTopUp, mayStop, mayRepay) = (mayAct && !isNursing, mayAct && !isNursing, mayAct && isNursing, mayAct && hasDebtors)
    }
}

extension ReadFundAccounts.People {
    /// An elder by card number and masked name; whoever is none, a unit or a dependant, as written.
    fileprivate func told(_ id: String) -> String { self[id].map { "\($0.number) \(Masked.name($0.name))" } ?? id }
}
