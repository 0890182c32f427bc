import Billing
import Kernel
import Registry
import Store
import Web
import Workflow

/// 发票、付款、冲正
struct MoneyModel: Sendable {
    struct Row: PageRow {
        let id: String
        let name: String
        let due: String
        /// As it is typed into the form.
        let amount: String
        let creditCode: String
        let invoice: String?
        let payment: String?
        /// Where the money goes: as it was ordered, approved or confirmed; nil before.
        let payee: String?
        /// What the register has by now, when that is another account; for the form and in words.
        let changed: Changed?
        let urgency: String
        let mayInvoice: Bool
    }

    struct Changed: Sendable {
        let account: String
        let words: String
    }

    struct Correction: Sendable {
        let id: String
        let provider: String
        let subject: String
        let amount: String
        let reason: String
        let by: String
        let approved: String?
        let mayApprove: Bool
    }

    let month: String
    let step: String
    let rows: [Row]
    let corrections: [Correction]
    /// How many are left out, all of which stand on the notices of deductions; nil when none is.
    let rest: Int?
    /// What is to be done here now.
    let todo: String
    /// What the button does; nil when there is nothing to order.
    let pay: String?
    let mayPay: Bool
    /// Whether an account that has changed may be confirmed.
    let mayConfirm: Bool
    /// Why the caller may not, if so.
    let obstacle: String?
    let mayAdjust: Bool
    let isPaying: Bool
    let mayAnswer: Bool
    let once: String
    let total: String
    let paid: String

    init(
        _ month: Month, _ money: ReadClose.Money, _ statements: [StatementSums], once: String, caller: Caller, reference: Reference
    ) {
        let acts = caller.role != .auditor
        let isInvoicing = money.step == .finance || money.step == .paying
        (self.month, step, self.once) = (month.description, localized(term: money.step.name), once)
        // The last one counts: one that bounced is ordered again.
        let payments = Dictionary(money.payments.map { ($0.payment.provider, $0) }) { $1 }
        rows = statements.filter { $0.due != .zero }.map { statement in
            let party = reference.franchise.provider(statement.provider)
            let payment = payments[statement.provider]
            let isOrdered = payment.map { $0.state != .bounced } ?? false
            let change =
                money.step == .finance && statement.due > .zero && !isOrdered
                ? party.flatMap { Payee.Change(statement.provider, approved: money.payees[statement.provider], now: Payee($0)) } : nil
            let invoice = money.invoices[statement.provider]
            return Row(
                id: statement.provider.text, name: party?.name ?? "", due: HTML.grouped(statement.due), amount: statement.due.yuan,
                creditCode: party?.creditCode.text ?? "",
                invoice: invoice.map { "\($0.number) \($0.date) \(HTML.grouped($0.amount))" },
                payment: payment.map { "\($0.payment.reference) \($0.state.name) \($0.note)" },
                payee: isOrdered ? payment.map { "\($0.payment.name) \($0.payment.account)" } : money.payees[statement.provider]?.payee.words,
                changed: change.map { Changed(account: $0.now.account, words: $0.now.words) },
                urgency: payment?.state == .bounced ? "late" : "",
                mayInvoice: money.mayEnter && isInvoicing && invoice == nil && statement.due > .zero)
        }
        rest = money.correctionCount > money.corrections.count ? money.correctionCount - money.corrections.count : nil
        corrections = money.corrections.map {
            Correction(
                id: $0.id, provider: reference.franchise.provider($0.provider)?.name ?? "", subject: $0.subject, amount: HTML.grouped($0.amount),
                reason: $0.reason, by: $0.enteredBy, approved: $0.approvedBy,
                mayApprove: acts && $0.approvedBy == nil && $0.enteredBy != caller.name)
        }
        let owed = statements.filter { $0.due > .zero && payments[$0.provider].map { $0.state == .bounced } ?? true }
        let ready = owed.filter { money.invoices[$0.provider] != nil }
        let missing = owed.count - ready.count
        let changed = rows.count { $0.changed != nil && $0.invoice != nil }
        switch money.step {
        case .finance where owed.isEmpty:
            (todo, pay) = (localized("没有应付款：无须发票和付款，可以直接结束。"), localized("结束本月，不付款"))
        case .finance where changed > 0:
            // No file is made before somebody has asked the provider.
            (todo, pay) = (localized("\(changed) 家的收款账户在财务审核之后有变动：请向服务商核实并在下面确认，再由另一人生成付款文件。"), nil)
        case .finance:
            todo = missing > 0 ? localized("还有 \(missing) 家没有登记发票；没有发票的留待下一次付款。") : localized("发票都已登记。")
            pay = ready.isEmpty ? nil : localized("生成付款文件：\(ready.count) 笔，共 \(HTML.grouped(ready.map(\.due).total)) 元")
        case .paying:
            (todo, pay) = (
                localized("付款文件已经生成：下载交银行。银行回单到后在这里上传：整个文件一起入账，有一行不符就都不入账。"), nil
            )
        case .paid: (todo, pay) = (localized("已经付清；差错在下面冲正。"), nil)
        default: (todo, pay) = (localized("财务审核之后，在这里登记发票、付款。"), nil)
        }
        obstacle = acts && (pay != nil || money.step == .paying) ? money.obstacle : nil
        mayPay = acts && pay != nil && obstacle == nil
        mayConfirm = money.mayEnter && money.step == .finance
        mayAnswer = acts && money.step == .paying && obstacle == nil
        mayAdjust = acts && money.step.isLocked
        isPaying = money.step == .paying
        total = HTML.grouped(statements.map(\.due).total)
        paid = HTML.grouped(money.payments.filter { $0.state == .paid }.map(\.payment.amount).total)
    }
}
