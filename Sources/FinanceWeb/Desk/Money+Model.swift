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
    /// Those that wait for a second person first; a month's deductions by rule are hundreds, and all of them stand on their paper.
    let corrections: [Correction]
    static let limit = 50
    /// How many are left out; nil when none is.
    let rest: Int?
    let mayPay: Bool
    let mayAdjust: Bool
    let isPaying: Bool
    let once: String
    let total: String
    let paid: String

    init(
        _ month: Month, _ standing: ReadClose.Standing, _ statements: [StatementSums], once: String, caller: Caller, reference: Reference
    ) {
        let acts = caller.role != .auditor
        let isInvoicing = standing.step == .finance || standing.step == .paying
        (self.month, step, self.once) = (month.description, localized(term: standing.step.name), once)
        rows = statements.filter { $0.due != .zero }.map { statement in
            let party = reference.franchise.provider(statement.provider)
            let payment = standing.payments.last { $0.payment.provider == statement.provider }
            let invoice = standing.invoices[statement.provider]
            return Row(
                id: statement.provider.text, name: party?.name ?? "", due: statement.due.yuan, creditCode: party?.creditCode.text ?? "",
                invoice: invoice.map { "\($0.number) \($0.date) \(HTML.grouped($0.amount))" },
                payment: payment.map { "\($0.payment.reference) \($0.state.name) \($0.note)" },
                urgency: payment?.state == .bounced ? "late" : "",
                mayInvoice: acts && isInvoicing && invoice == nil && statement.due > .zero)
        }
        let waiting = standing.corrections.filter { $0.approvedBy == nil }
        let shown = (waiting + standing.corrections.filter { $0.approvedBy != nil }).prefix(max(Self.limit, waiting.count))
        rest = standing.corrections.count > shown.count ? standing.corrections.count - shown.count : nil
        corrections = shown.map {
            Correction(
                id: $0.id, provider: reference.franchise.provider($0.provider)?.name ?? "", subject: $0.subject, amount: HTML.grouped($0.amount),
                reason: $0.reason, by: $0.enteredBy, approved: $0.approvedBy,
                mayApprove: acts && $0.approvedBy == nil && $0.enteredBy != caller.name)
        }
        mayPay = acts && standing.step == .finance && !standing.invoices.isEmpty
        mayAdjust = acts && standing.step.isLocked
        isPaying = standing.step == .paying
        total = HTML.grouped(statements.map(\.due).total)
        paid = HTML.grouped(standing.payments.filter { $0.state == .paid }.map(\.payment.amount).total)
    }
}
