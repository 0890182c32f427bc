import Billing
import Kernel
import Registry
import Store
import Web
import Workflow

/// 发票、付款、冲正
struct MoneyModel: Sendable {
    struct Row: Sendable {
        let id: String
        let name: String
        let due: String
        let creditCode: String
        let invoice: String?
        let payment: String?
        let urgency: String
        let mayInvoice: Bool
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
    let mayPay: Bool
    let mayAdjust: Bool
    let isPaying: Bool
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
            let invoice = money.invoices[statement.provider]
            return Row(
                id: statement.provider.text, name: party?.name ?? "", due: statement.due.yuan, creditCode: party?.creditCode.text ?? "",
                invoice: invoice.map { "\($0.number) \($0.date) \(HTML.grouped($0.amount))" },
                payment: payment.map { "\($0.payment.reference) \($0.state.name) \($0.note)" },
                urgency: payment?.state == .bounced ? "late" : "",
                mayInvoice: acts && isInvoicing && invoice == nil && statement.due > .zero)
        }
        rest = money.correctionCount > money.corrections.count ? money.correctionCount - money.corrections.count : nil
        corrections = money.corrections.map {
            Correction(
                id: $0.id, provider: reference.franchise.provider($0.provider)?.name ?? "", subject: $0.subject, amount: HTML.grouped($0.amount),
                reason: $0.reason, by: $0.enteredBy, approved: $0.approvedBy,
                mayApprove: acts && $0.approvedBy == nil && $0.enteredBy != caller.name)
        }
        mayPay = acts && money.step == .finance && !money.invoices.isEmpty
        mayAdjust = acts && money.step.isLocked
        isPaying = money.step == .paying
        total = HTML.grouped(statements.map(\.due).total)
        paid = HTML.grouped(money.payments.filter { $0.state == .paid }.map(\.payment.amount).total)
    }
}
