import Billing
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// 发票、付款、冲正 of a month, on one page.
///
/// | path | what |
/// |---|---|
/// | GET /finance/{month}/money | what is due to whom, its invoice, its payment; corrections |
/// | POST /finance/{month}/invoices | a provider's invoice |
/// | POST /finance/{month}/payees | an account that has changed since the approval is right |
/// | POST /finance/{month}/pay | the payment file |
/// | POST /finance/{month}/adjustments | a correction of a locked line |
/// | POST /finance/adjustments/{id}/approve | by another person |
public struct MoneyPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get(":month/money", use: money)
        group.post(":month/invoices", use: invoice)
        group.post(":month/payees", use: confirmPayee)
        group.post(":month/pay", use: pay)
        group.post(":month/adjustments", use: adjust)
        group.post("adjustments/:id/approve", use: approve)
    }

    @Sendable func money(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let money = try await ReadClose(office).money(month, by: context.caller)
        let (sums, _) = try await ReadMonth(office).sums(month)
        return try pages.page(
            "money", .finance("\(month) 发票付款", request, context),
            MoneyModel(month, money, sums, once: exchange.newFormKey, caller: context.caller, reference: office.reference))
    }

    struct InvoiceForm: Decodable, Sendable {
        let provider: String
        let number: String
        let date: String
        let amount: String
        let seller: String
        let credit_code: String
    }

    @Sendable func invoice(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.formOnce(InvoiceForm.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            guard let date = LocalDate(form.date) else {
                throw Rejection(.invalid, "invoice_invalid", "开票日期请写成 2026-12-01 的样子。", pointer: "/date")
            }
            let provider = ProviderID(form.provider)
            let invoice = Invoice(
                number: form.number.filter { !$0.isWhitespace }, date: date, amount: try BudgetPages.yuan(form.amount),
                seller: form.seller, creditCode: form.credit_code.filter { !$0.isWhitespace })
            let step = try RecordInvoice(office).prepared(month, provider, invoice, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/\(month)/money"
            }
        }
    }

    struct PayeeForm: Decodable, Sendable {
        let provider: String
        let account: String
        let opinion: String
    }

    @Sendable func confirmPayee(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.formOnce(PayeeForm.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try ConfirmPayee(office).prepared(
                month, ProviderID(form.provider), account: form.account, opinion: form.opinion, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/\(month)/money"
            }
        }
    }

    @Sendable func pay(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.formOnce(Nothing.self, request, context, keeping: IdempotencyKey.forMoney) { _ in
            let step = PayMonth(office).prepared(month, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/\(month)/money"
            }
        }
    }

    struct Correction: Decodable, Sendable {
        /// The number of the order, or the id of the swipe.
        let number: String
        /// Yuan, with its sign; empty for all of it.
        let amount: String?
        let reason: String
    }

    @Sendable func adjust(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.formOnce(Correction.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            guard case .service(let trace) = try await TraceMoney(office)(form.number.filter { !$0.isWhitespace }) else {
                throw Rejection(.missing, "line_unknown", "冲正要写工单号或刷卡编号，不是发票号或付款编号。", pointer: "/number")
            }
            let amount = try form.amount.flatMap { $0.isEmpty ? nil : $0 }.map { try BudgetPages.yuan($0) }
            let step = try AdjustLine(office).enter(month, trace.subject, amount: amount, reason: form.reason, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/\(month)/money"
            }
        }
    }

    @Sendable func approve(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Nothing.self, request, context, keeping: IdempotencyKey.forMoney) { _ in
            let step = AdjustLine(office).approve(id, by: context.caller)
            return { tx in "/finance/\(try step(tx).month)/money" }
        }
    }
}
