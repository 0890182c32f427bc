import Billing
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | what |
/// |---|---|---|
/// | POST | /settlements/{month}/invoices | a provider's invoice; refused unless amount and party are those approved |
/// | POST | /settlements/{month}/payees/{provider} | an account that has changed since finance approved the batch is right |
/// | POST | /settlements/{month}/pay | a payment file of everything with an invoice |
/// | GET | /settlements/{month}/payments.csv | the file for the bank |
/// | POST | /settlements/{month}/bank-return | the bank's file (CSV) as it came; all of it is posted or nothing |
struct PaymentRoutes: Sendable {
    let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }

    func add(to group: RouterGroup<StaffContext>) {
        group.post("settlements/:month/invoices", use: invoice)
        group.post("settlements/:month/payees/:provider", use: confirmPayee)
        group.post("settlements/:month/pay", use: pay)
        group.get("settlements/:month/payments.csv", use: file)
        group.post("settlements/:month/bank-return", use: bankReturn)
    }

    struct InvoiceBody: Decodable, Sendable {
        let provider: String
        let number: String
        let date: String
        let amount_fen: Int64
        let seller: String
        let credit_code: String
    }

    @Sendable func invoice(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(InvoiceBody.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            guard let date = LocalDate(body.date) else {
                throw Rejection(.invalid, "invoice_invalid", "date 应为 YYYY-MM-DD。", pointer: "/date")
            }
            let invoice = Invoice(
                number: body.number, date: date, amount: Fen(body.amount_fen), seller: body.seller, creditCode: body.credit_code)
            let step = try RecordInvoice(exchange.office).prepared(month, ProviderID(body.provider), invoice, by: context.caller)
            return { tx in
                let invoice = try step(tx)
                return Answer(
                    status: 201,
                    body: (["provider": JSON(body.provider), "number": JSON(invoice.number), "amount_fen": JSON(invoice.amount)] as JSON).text)
            }
        }
    }

    struct PayeeBody: Decodable, Sendable {
        let account: String
        let opinion: String
    }

    @Sendable func confirmPayee(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (month, provider) = (try context.month(), ProviderID(try context.parameters.require("provider")))
        return try await exchange.once(PayeeBody.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try ConfirmPayee(exchange.office).prepared(
                month, provider, account: body.account, opinion: body.opinion, by: context.caller)
            return { tx in
                let payee = try step(tx)
                let answer: JSON = [
                    "provider": JSON(provider), "name": JSON(payee.name), "bank": JSON(payee.bank), "account": JSON(payee.account),
                ]
                return Answer(status: 201, body: answer.text)
            }
        }
    }

    @Sendable func pay(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Nothing.self, request, context, keeping: IdempotencyKey.forMoney) { _ in
            let step = PayMonth(exchange.office).prepared(month, by: context.caller)
            return { tx in
                let payments = try step(tx)
                let answer: JSON = [
                    "payments": .array(payments.map { Self.payment($0, state: "ordered", note: "", account: $0.account) }),
                    "amount_fen": JSON(payments.map(\.amount).total),
                ]
                return Answer(status: 201, body: answer.text)
            }
        }
    }

    @Sendable func file(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        let ordered = try await ReadClose(exchange.office).bankFile(month, by: context.caller)
        return SettlementRoutes.csv(Payment.file(ordered), name: "payments-\(month)")
    }

    @Sendable func bankReturn(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        let step = try await exchange.office.perform(
            PayMonth(exchange.office).answered(month, try BankLine.read(saved: Array(buffer.readableBytesView)), by: context.caller))
        return Exchange.json(["month": JSON(month.description), "step": JSON(step.rawValue)])
    }

    /// - Parameter account: only for whoever pays: others who follow a month have no need of a firm's account number.
    static func payment(_ payment: Payment, state: String, note: String, account: String? = nil) -> JSON {
        [
            "reference": JSON(payment.reference), "provider": JSON(payment.provider), "amount_fen": JSON(payment.amount),
            "invoice": JSON(payment.invoice), "account": JSON(account), "state": JSON(state), "note": JSON(note),
        ]
    }
}
