import Billing
import Kernel
import Registry

/// Invoices, transfers, corrections and the daily shadow.
extension CloseRepository {
    // MARK: Invoices

    /// - Throws: `invoice_known` for a number or a statement that has one.
    public func insert(_ invoice: Invoice, _ month: Month, _ provider: ProviderID, by: String, at now: Instant) throws {
        let inserted = try tx.execute(
            """
            INSERT INTO invoice (month, provider_id, number, issued, amount_fen, seller, credit_code, recorded_by, at_ms)
            VALUES (\(month), \(provider), \(invoice.number), \(invoice.date), \(invoice.amount), \(invoice.seller), \(invoice.creditCode),
                \(by), \(now))
            ON CONFLICT DO NOTHING
            """)
        guard inserted == 1 else {
            throw Rejection(.conflict, "invoice_known", "该结算单已有发票，或这个发票号已登记过。", pointer: "/number")
        }
    }

    public func invoices(_ month: Month) throws -> [ProviderID: Invoice] {
        var invoices: [ProviderID: Invoice] = [:]
        try tx.forEachRow(
            "SELECT provider_id, number, issued, amount_fen, seller, credit_code FROM invoice WHERE month = \(month)"
        ) { row in
            invoices[try row.id()] = Invoice(
                number: try row.text(), date: try row.date(), amount: try row.fen(), seller: try row.text(), creditCode: try row.text())
        }
        return invoices
    }

    // MARK: Transfers

    public enum PaymentState: String, Sendable { case ordered, paid, bounced }

    public func insert(_ payment: Payment, _ month: Month, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO payment (reference, month, provider_id, account, name, amount_fen, invoice, state, note, ordered_ms)
            VALUES (\(payment.reference), \(month), \(payment.provider), \(payment.account), \(payment.name), \(payment.amount),
                \(payment.invoice), 'ordered', '', \(now))
            """)
    }

    public func payments(_ month: Month) throws -> [(payment: Payment, state: PaymentState, note: String)] {
        try tx.rows(
            """
            SELECT reference, provider_id, account, name, amount_fen, invoice, state, note FROM payment
            WHERE month = \(month) ORDER BY provider_id, ordered_ms
            """
        ) {
            (
                Payment(
                    reference: try $0.text(), provider: try $0.id(), account: try $0.text(), name: try $0.text(), amount: try $0.fen(),
                    invoice: try $0.text()), try $0.value(), try $0.text()
            )
        }
    }

    public func answer(_ payment: Payment, isPaid: Bool, note: String, at now: Instant) throws {
        try tx.execute(
            """
            UPDATE payment SET state = \(isPaid ? "paid" : "bounced"), note = \(note), answered_ms = \(now)
            WHERE reference = \(payment.reference) AND state = 'ordered'
            """)
    }

    /// Marks every paid line of a provider's statement as paid out.
    public func markPaid(_ month: Month, _ provider: ProviderID) throws {
        try tx.execute(
            """
            UPDATE service_order SET settlement = 'paid', version = version + 1
            WHERE settlement = 'in_statement' AND id IN
                (SELECT subject FROM statement_line WHERE month = \(month) AND provider_id = \(provider))
            """)
        try tx.execute(
            """
            UPDATE meal_swipe SET settlement = 'paid'
            WHERE settlement = 'in_statement' AND id IN
                (SELECT subject FROM statement_line WHERE month = \(month) AND provider_id = \(provider))
            """)
    }

    // MARK: Corrections

    public func insert(_ adjustment: Adjustment, at now: Instant) throws {
        let inserted = try tx.execute(
            """
            INSERT INTO adjustment (id, month, provider_id, subject, amount_fen, reason, entered_by, entered_ms)
            VALUES (\(adjustment.id), \(adjustment.month), \(adjustment.provider), \(adjustment.subject), \(adjustment.amount),
                \(adjustment.reason), \(adjustment.enteredBy), \(now))
            ON CONFLICT DO NOTHING
            """)
        guard inserted == 1 else { throw Rejection(.conflict, "adjustment_known", "这一行已经冲正过，不能再冲。", pointer: "/subject") }
    }

    public func adjustment(_ id: String) throws -> Adjustment? {
        try tx.first("SELECT \(sql: Self.adjustmentColumns) FROM adjustment WHERE id = \(id)") { try Adjustment(row: &$0) }
    }

    /// - Returns: false when it has been approved meanwhile.
    public func approve(_ adjustment: Adjustment, by: String, at now: Instant) throws -> Bool {
        try tx.execute(
            "UPDATE adjustment SET approved_by = \(by), approved_ms = \(now) WHERE id = \(adjustment.id) AND approved_by IS NULL") == 1
    }

    /// Corrections on the statement of a month.
    public func adjustments(on month: Month, _ provider: ProviderID) throws -> [Adjustment] {
        try tx.rows(
            """
            SELECT \(sql: Self.adjustmentColumns) FROM adjustment
            WHERE provider_id = \(provider) AND statement_month = \(month) ORDER BY id
            """
        ) { try Adjustment(row: &$0) }
    }

    /// Approved corrections that wait for the next statement of their provider.
    public func waitingAdjustments() throws -> [ProviderID: [Adjustment]] {
        Dictionary(
            grouping: try tx.rows(
                """
                SELECT \(sql: Self.adjustmentColumns) FROM adjustment
                WHERE statement_month IS NULL AND approved_by IS NOT NULL ORDER BY provider_id, id
                """
            ) { try Adjustment(row: &$0) }, by: \.provider)
    }

    /// Every correction of lines of a month, wherever it stands.
    public func adjustments(of month: Month) throws -> [Adjustment] {
        try tx.rows("SELECT \(sql: Self.adjustmentColumns) FROM adjustment WHERE month = \(month) ORDER BY id") { try Adjustment(row: &$0) }
    }

    private static let adjustmentColumns: StaticString =
        "id, month, provider_id, subject, amount_fen, reason, entered_by, approved_by"

    // MARK: The daily shadow

    public func save(_ shadow: Shadow, of month: Month, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO shadow (month, day, at_ms, lines, gross_fen, subsidy_fen, payable_fen)
            VALUES (\(month), \(shadow.day), \(now), \(shadow.lines), \(shadow.gross), \(shadow.subsidy), \(shadow.payable))
            ON CONFLICT (month, day) DO UPDATE
            SET at_ms = excluded.at_ms, lines = excluded.lines, gross_fen = excluded.gross_fen, subsidy_fen = excluded.subsidy_fen,
                payable_fen = excluded.payable_fen
            """)
        try tx.execute("DELETE FROM shadow_line WHERE month = \(month) AND day = \(shadow.day)")
        for line in shadow.stopped {
            try tx.execute(
                """
                INSERT INTO shadow_line (month, day, subject, provider_id, verdict, codes, subsidy_fen)
                VALUES (\(month), \(shadow.day), \(line.subject), \(line.provider), \(line.verdict), \(line.codes), \(line.subsidy))
                """)
        }
    }

    /// The last shadow of a month on or before a day.
    public func shadow(_ month: Month, upTo day: LocalDate) throws -> Shadow? {
        let found = try tx.first(
            """
            SELECT day, lines, gross_fen, subsidy_fen, payable_fen FROM shadow
            WHERE month = \(month) AND day <= \(day) ORDER BY day DESC LIMIT 1
            """
        ) { (try $0.date(), try $0.int(), try $0.fen(), try $0.fen(), try $0.fen()) }
        return try found.map { try shadow(month, $0) }
    }

    /// The last shadow of a month that had been noted by a moment: what was known then, not what the same evening brought.
    public func shadow(_ month: Month, notedBy moment: Instant) throws -> Shadow? {
        let found = try tx.first(
            """
            SELECT day, lines, gross_fen, subsidy_fen, payable_fen FROM shadow
            WHERE month = \(month) AND at_ms <= \(moment) ORDER BY day DESC LIMIT 1
            """
        ) { (try $0.date(), try $0.int(), try $0.fen(), try $0.fen(), try $0.fen()) }
        return try found.map { try shadow(month, $0) }
    }

    /// When the shadow of a day was last noted.
    public func shadowNoted(_ month: Month, on day: LocalDate) throws -> Instant? {
        try tx.first("SELECT at_ms FROM shadow WHERE month = \(month) AND day = \(day)") { try $0.instant() }
    }

    private func shadow(_ month: Month, _ sums: (LocalDate, Int, Fen, Fen, Fen)) throws -> Shadow {
        let (day, lines, gross, subsidy, payable) = sums
        let stopped = try tx.rows(
            """
            SELECT subject, provider_id, verdict, codes, subsidy_fen FROM shadow_line
            WHERE month = \(month) AND day = \(day) ORDER BY subject
            """
        ) {
            Shadow.Stopped(
                subject: try $0.text(), provider: try $0.id(), verdict: try $0.value(), codes: try $0.text(), subsidy: try $0.fen())
        }
        return Shadow(day: day, lines: lines, gross: gross, subsidy: subsidy, payable: payable, stopped: stopped)
    }
}

extension Adjustment {
    init(row: inout Row) throws {
        self.init(
            id: try row.text(), month: try row.month(), provider: try row.id(), subject: try row.text(), amount: try row.fen(),
            reason: try row.text(), enteredBy: try row.text(), approvedBy: row.optionalText())
    }
}
