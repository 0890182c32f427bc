import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// 一分钱的来龙去脉: from any number on any paper to the service behind it, and forward to the payment.
public struct TraceMoney: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Where the money of one service stands on the papers of a month.
    public struct Settled: Sendable {
        public let month: Month
        public let provider: ProviderID
        public let line: StatementLine
        public let step: CloseStep
        /// Who has signed, in order.
        public let signatures: [CloseEntry]
        public let adjustments: [Adjustment]
        public let invoice: Invoice?
        public let payment: (payment: Payment, state: CloseRepository.PaymentState)?
    }

    public struct Trace: Sendable {
        public let subject: String
        public let number: String
        /// Nil for a meal at a canteen.
        public let order: Order?
        public let elder: Elder?
        public let legs: [LegRepository.Stored]
        public let visit: Visit?
        /// Nil for an order.
        public let swipe: MealSwipe?
        public let callbacks: [Callback]
        public let complaints: [QualityRepository.Complaint]
        public let postings: [Ledger.Posting]
        public let settled: [Settled]
    }

    /// What a number leads to.
    public enum Found: Sendable {
        case service(Trace)
        /// The number of an invoice or a payment: all services of that provider's month.
        case statement(Month, ProviderID)
        /// The number of a bill, or the id of a payment in cash: the list of its month.
        case cash(Month)
    }

    /// - Parameter text: The number or id of an order, the number or id of a swipe, an invoice's number or a payment's reference.
    /// - Throws: `line_unknown`
    public func callAsFunction(_ text: String) async throws -> Found {
        try await office.read { tx in
            if let order = try tx.orders.byNumber(text) ?? tx.orders.find(OrderID(text)) { return .service(try Self.trace(tx, order.id.text, order)) }
            if let paper = try tx.close.paper(text) { return .statement(paper.month, paper.provider) }
            if let month = try tx.payouts.month(of: text) { return .cash(month) }
            let text = try SwipeNumber(text).flatMap { try tx.meals.find(on: $0.day, endingWith: $0.tail) }?.text ?? text
            guard try !tx.settlements.statements(of: text).isEmpty else {
                throw Rejection(.missing, "line_unknown", "没有找到“\(text.prefix(40))”。可以输入工单号、刷卡编号、发票号、付款编号或报销票据号。")
            }
            return .service(try Self.trace(tx, text, nil))
        }
    }

    private static func trace(_ tx: any Transaction, _ subject: String, _ order: Order?) throws -> Trace {
        let id = OrderID(subject)
        let settled = try tx.settlements.statements(of: subject).compactMap { month, provider -> Settled? in
            guard let statement = try tx.settlements.statement(month, provider),
                let line = statement.lines.first(where: { $0.candidate.subject == subject })
            else { return nil }
            let (step, history) = try Batch.standing(tx, month)
            return Settled(
                month: month, provider: provider, line: line, step: step, signatures: history,
                adjustments: try tx.close.adjustments(of: month).filter { $0.subject == subject }, invoice: try tx.close.invoices(month)[provider],
                payment: try tx.close.payments(month).last { $0.payment.provider == provider }.map { ($0.payment, $0.state) })
        }
        let elder = order?.elder ?? settled.first?.line.candidate.elder
        return Trace(
            subject: subject, number: order?.number ?? settled.first?.line.candidate.shownNumber ?? subject, order: order,
            elder: try elder.flatMap { try tx.elders.find($0) }, legs: order == nil ? [] : try tx.legs.all(id),
            visit: order == nil ? nil : try tx.visits.find(id), swipe: order == nil ? try tx.meals.find(SwipeID(subject)) : nil,
            callbacks: order == nil ? [] : try tx.quality.callbacks(id),
            complaints: order == nil ? [] : try tx.quality.complaints(of: id), postings: try tx.ledger.of(subject), settled: settled)
    }
}
