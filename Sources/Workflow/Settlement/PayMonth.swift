import Billing
import Entitlement
import Kernel
import Registry
import Store

/// 登记发票: refused unless amount and party are those approved (R26).
public struct RecordInvoice: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `close_out_of_order` before finance has approved, `own_entry` for who has signed the month, `invoice_seller_differs`,
    ///   `invoice_mismatch`, `invoice_known`, `invoice_invalid`, `invoice_date_in_future`.
    public func prepared(
        _ month: Month, _ provider: ProviderID, _ invoice: Invoice, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Invoice {
        let invoice = Invoice(
            number: PaperNumber.normalised(invoice.number), date: invoice.date, amount: invoice.amount, seller: invoice.seller,
            creditCode: invoice.creditCode)
        guard (1...40).contains(invoice.number.count), invoice.number.allSatisfy({ $0.isNumber || $0.isLetter || $0 == "-" }) else {
            throw Rejection(.invalid, "invoice_invalid", "请填写发票号码（1 到 40 位数字或字母）。", pointer: "/number")
        }
        let (now, reference) = (office.now, office.reference)
        guard invoice.date <= now.localDate else {
            throw Rejection(.refused, "invoice_date_in_future", "开票日期不能晚于今天。", pointer: "/date")
        }
        return { tx in
            try Batch.require(.pay, caller, tx)
            let (step, history) = try Batch.standing(tx, month)
            guard step.takesInvoices else {
                throw Rejection(.conflict, "close_out_of_order", "\(month) 当前为“\(step.name)”，财务审核之后才能登记发票。")
            }
            try CloseEntry.checkRecorder(try tx.access.names(of: caller.name), history: history)
            guard let statement = try tx.settlements.sealed(month, provider), let party = reference.franchise.provider(provider) else {
                throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。", pointer: "/provider")
            }
            guard statement.due > .zero else { throw Rejection(.refused, "nothing_due", "该服务商本月没有应付金额，不需要发票。") }
            guard InvoiceCheck.isSeller(invoice.seller, party.name) else {
                throw Rejection(
                    .refused, "invoice_seller_differs",
                    "发票的销售方“\(invoice.seller)”与服务商登记名称“\(party.name)”不符：请退回服务商重开；名称确有变更的，先更新服务商档案。",
                    pointer: "/seller")
            }
            if let finding = InvoiceCheck.finding(invoice, approved: statement.due, provider: party) {
                throw Rejection(.refused, "invoice_mismatch", "\(finding.sentence)，请退回服务商重开。", pointer: "/amount_fen")
            }
            try tx.close.insert(invoice, month, provider, by: caller.name, at: now)
            try Batch.tell(tx, "invoice.recorded", month, provider, by: caller.name, at: now)
            return invoice
        }
    }
}

/// 付款: a payment file of every statement with an invoice that has not been paid, and afterwards the bank's answer to it. A month in which
/// nobody is due anything ends without either.
public struct PayMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Returns: the transfers; none when nobody is due anything, and the month then counts as paid.
    /// - Throws: `close_out_of_order`, `own_entry`, `payee_changed` when an account is not the one that was approved and nobody has confirmed it,
    ///   `invoice_missing` when those who are due something have sent no invoice.
    public func prepared(_ month: Month, by caller: Caller) -> @Sendable (any Transaction) throws -> [Payment] {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let (step, history) = try Batch.standing(tx, month)
            let move = try CloseMove.of(.pay, at: step, month: month)
            try Self.check(move, tx, month, history, by: caller)
            let before = try tx.close.payments(month)
            let done = Set(before.filter { $0.state != .bounced }.map(\.payment.provider))
            let payments: [Payment] = try tx.close.invoices(month).sorted { $0.key < $1.key }.compactMap { provider, invoice in
                guard !done.contains(provider), let party = reference.franchise.provider(provider) else { return nil }
                let attempt = before.count { $0.payment.provider == provider } + 1
                return Payment(
                    reference: "\(month)-\(provider)-\(attempt)", provider: provider, account: party.bankAccount, name: party.name,
                    amount: invoice.amount, invoice: invoice.number)
            }
            guard !payments.isEmpty else {
                let waiting = try Self.owed(tx, month).subtracting(done).count
                guard waiting == 0 else {
                    throw Rejection(.refused, "invoice_missing", "有 \(waiting) 家服务商等待付款，都还没有登记发票：请先登记发票。")
                }
                let end = try CloseMove.of(.settle, at: step, month: month)
                try Self.enter(end, tx, month, history, by: caller, now: now, opinion: "没有应付款，无须开票付款")
                return []
            }
            let approved = try tx.close.payees(month)
            let changes = payments.compactMap { Self.change(of: $0.provider, approved, reference) }
            try Payee.check(changes, approved: payments.compactMap { approved[$0.provider] }, by: try tx.access.names(of: caller.name))
            for payment in payments { try tx.close.insert(payment, month, at: now) }
            try Self.enter(move, tx, month, history, by: caller, now: now, opinion: "\(payments.count) 笔 \(payments.map(\.amount).total)")
            return payments
        }
    }

    /// 银行回单, also one that brings back what had been paid (退汇). All of it is posted or nothing.
    ///
    /// - Returns: the step in which the month is then: paid, back with finance for those that bounced or wait for invoices, or still paying.
    /// - Throws: `bank_file_mismatch`, `close_out_of_order`.
    public func answered(_ month: Month, _ lines: [BankLine], by caller: Caller) -> @Sendable (any Transaction) throws -> CloseStep {
        let now = office.now
        return { tx in
            let (step, history) = try Batch.standing(tx, month)
            let (payments, failed) = (try tx.close.payments(month), Set(lines.filter { !$0.isPaid }.map(\.reference)))
            let open = payments.filter { $0.state == .ordered || $0.state == .paid && failed.contains($0.payment.reference) }
            let returned = Set(open.filter { $0.state == .paid }.map(\.payment.reference))
            guard step == .paying || (step == .paid || step == .finance) && !returned.isEmpty else {
                throw Rejection(.conflict, "close_out_of_order", "\(month) 当前为“\(step.name)”，没有等待回单的付款。")
            }
            try Batch.require(.pay, caller, tx)
            for (payment, line) in try BankLine.match(lines, with: open.map(\.payment)) {
                let isReturned = returned.contains(payment.reference)
                try tx.close.answer(payment, isPaid: line.isPaid, from: isReturned ? .paid : .ordered, note: line.note, at: now)
                if isReturned { try Self.takeBack(payment, tx, month, now: now) }
                if line.isPaid { try Self.post(payment, tx, month, by: caller, now: now) }
            }
            let (good, bad) = (lines.count { $0.isPaid }, failed.count)
            let told = ["\(good) 笔成功"] + (bad > 0 ? ["\(bad) 笔退回"] : [])
            guard lines.count == open.count else {
                let part = try CloseMove.of(.answerPart, at: step, month: month)
                let opinion = told + ["还有 \(open.count - lines.count) 笔待银行回单"]
                try Self.enter(part, tx, month, history, by: caller, now: now, opinion: opinion.joined(separator: "，"))
                return part.to
            }
            let answered = try tx.close.payments(month)
            let waiting = try Self.owed(tx, month).subtracting(answered.filter { $0.state == .paid }.map(\.payment.provider))
            let hasBounced = answered.contains { $0.state == .bounced && waiting.contains($0.payment.provider) }
            let move = try CloseMove.of(waiting.isEmpty ? .settle : hasBounced ? .bounce : .payPart, at: step, month: month)
            let opinion = told + (waiting.isEmpty ? [] : ["还有 \(waiting.count) 家待付"])
            try Self.enter(move, tx, month, history, by: caller, now: now, opinion: opinion.joined(separator: "，"))
            return move.to
        }
    }

    /// 登记与付款分离: whoever has recorded an invoice that is to be paid now orders no transfer for it.
    ///
    /// - Throws: `right_missing`, `own_entry`: why this caller may not order the transfers.
    static func check(_ move: CloseMove, _ tx: any Transaction, _ month: Month, _ history: [CloseEntry], by caller: Caller) throws {
        try Batch.require(move.right, caller, tx)
        try Batch.requirePerson(caller.name, tx)
        let names = try tx.access.names(of: caller.name)
        try CloseEntry.checkSeparation(move, by: names, history: history, makers: [])
        guard try move.action != .pay || tx.close.recorders(month).isDisjoint(with: names) else {
            throw Rejection(.forbidden, "own_entry", "“\(caller.name)”登记了其中的发票，付款文件须由另一人生成。")
        }
    }

    /// What has become of the account of a provider since it was approved.
    static func change(of provider: ProviderID, _ approved: [ProviderID: Payee.Approved], _ reference: Reference) -> Payee.Change? {
        reference.franchise.provider(provider).flatMap { Payee.Change(provider, approved: approved[provider], now: Payee($0)) }
    }

    /// To whom the month owes anything.
    private static func owed(_ tx: any Transaction, _ month: Month) throws -> Set<ProviderID> {
        Set(try tx.settlements.sealed(month).filter { $0.due > .zero }.map(\.provider))
    }

    private static func post(_ payment: Payment, _ tx: any Transaction, _ month: Month, by caller: Caller, now: Instant) throws {
        try tx.ledger.append(
            [
                Ledger.Posting(
                    .post, subject: payment.reference, debit: "paid/\(payment.provider)/\(month)",
                    credit: Ledger.Account.payable(payment.provider.text, month), amount: payment.amount)
            ], at: now)
        try tx.close.mark(month, payment.provider, isPaid: true)
        try Batch.tell(
            tx, "statement.paid", month, payment.provider, by: caller.name, at: now,
            data: "{\"amount_fen\":\(payment.amount.amount),\"reference\":\"\(payment.reference)\"}")
    }

    /// 退汇: the money is back, and owed again.
    private static func takeBack(_ payment: Payment, _ tx: any Transaction, _ month: Month, now: Instant) throws {
        try tx.ledger.append(
            [
                Ledger.Posting(
                    .reverse, subject: payment.reference, debit: Ledger.Account.payable(payment.provider.text, month),
                    credit: "paid/\(payment.provider)/\(month)", amount: payment.amount, reverses: try tx.ledger.lastPosting(of: payment.reference))
            ], at: now)
        try tx.close.mark(month, payment.provider, isPaid: false)
    }

    private static func enter(
        _ move: CloseMove, _ tx: any Transaction, _ month: Month, _ history: [CloseEntry], by caller: Caller, now: Instant, opinion: String
    ) throws {
        let hash = try Batch.hash(tx, month, after: history)
        try tx.close.append(
            CloseEntry(from: move.from, action: move.action, to: move.to, by: caller.name, at: now, opinion: opinion, hash: hash), to: month,
            after: history.count)
        try Batch.tell(tx, "month.signed", month, by: caller.name, at: now, data: "{\"step\":\"\(move.to.rawValue)\"}")
    }
}
