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

    /// The month and provider that an invoice or a payment belongs to, by its number or reference.
    public func paper(_ number: String) throws -> (month: Month, provider: ProviderID)? {
        try tx.first(
            """
            SELECT month, provider_id FROM invoice WHERE number = \(number)
            UNION SELECT month, provider_id FROM payment WHERE reference = \(number)
            ORDER BY 1 LIMIT 1
            """
        ) { (try $0.month(), try $0.id()) }
    }

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

    /// The invoice that was recorded for one statement.
    public func invoice(_ month: Month, _ provider: ProviderID) throws -> Invoice? {
        try tx.first(
            "SELECT number, issued, amount_fen, seller, credit_code FROM invoice WHERE month = \(month) AND provider_id = \(provider)"
        ) {
            Invoice(number: try $0.text(), date: try $0.date(), amount: try $0.fen(), seller: try $0.text(), creditCode: try $0.text())
        }
    }

    /// One transfer to a provider, as the provider follows it.
    public struct Transfer: Sendable {
        public let reference: String
        public let amount: Fen
        public let account: String
        public let state: PaymentState
        /// What the bank wrote.
        public let note: String
        public let orderedAt: Instant
        public let answeredAt: Instant?
    }

    /// The transfers for one statement, first to last: another one follows where the bank sent one back.
    public func transfers(_ month: Month, _ provider: ProviderID) throws -> [Transfer] {
        try tx.rows(
            """
            SELECT reference, amount_fen, account, state, note, ordered_ms, answered_ms FROM payment
            WHERE month = \(month) AND provider_id = \(provider) ORDER BY ordered_ms, reference
            """
        ) {
            Transfer(
                reference: try $0.text(), amount: try $0.fen(), account: try $0.text(), state: try $0.value(), note: try $0.text(),
                orderedAt: try $0.instant(), answeredAt: $0.optionalInstant())
        }
    }

    /// - Parameter state: in which it is now; a transfer that had been paid may come back.
    public func answer(_ payment: Payment, isPaid: Bool, from state: PaymentState, note: String, at now: Instant) throws {
        let answered = try tx.execute(
            """
            UPDATE payment SET state = \(isPaid ? "paid" : "bounced"), note = \(note), answered_ms = \(now)
            WHERE reference = \(payment.reference) AND state = \(state)
            """)
        guard answered == 1 else { throw StoreFault.corrupt("payment \(payment.reference) is not \(state.rawValue)") }
    }

    /// Marks every sound line of a provider's statement as paid out, or as owed again.
    public func mark(_ month: Month, _ provider: ProviderID, isPaid: Bool) throws {
        let (old, new) = isPaid ? ("in_statement", "paid") : ("paid", "in_statement")
        try tx.execute(
            """
            UPDATE service_order SET settlement = \(new), version = version + 1
            WHERE settlement = \(old) AND id IN
                (SELECT subject FROM statement_line WHERE month = \(month) AND provider_id = \(provider))
            """)
        try tx.execute(
            """
            UPDATE meal_swipe SET settlement = \(new)
            WHERE settlement = \(old) AND id IN
                (SELECT subject FROM statement_line WHERE month = \(month) AND provider_id = \(provider))
            """)
    }

    // MARK: Corrections

    /// A deduction by rule stands on the statement of its own month; a correction, and what is carried over, waits for the next one.
    public func insert(_ adjustment: Adjustment, at now: Instant) throws {
        let inserted = try tx.execute(
            """
            INSERT INTO adjustment (id, month, provider_id, subject, amount_fen, reason, entered_by, entered_ms, approved_by, approved_ms,
                statement_month, rule, basis)
            VALUES (\(adjustment.id), \(adjustment.month), \(adjustment.provider), \(adjustment.subject), \(adjustment.amount),
                \(adjustment.reason), \(adjustment.enteredBy), \(now), \(adjustment.approvedBy), \(adjustment.approvedBy.map { _ in now }),
                \(adjustment.isOfItsMonth ? adjustment.month.description : nil), \(adjustment.rule?.rawValue ?? ""), \(adjustment.basis))
            ON CONFLICT DO NOTHING
            """)
        guard inserted == 1 else { throw Rejection(.conflict, "adjustment_known", "这一行已经冲正过，不能再冲。", pointer: "/subject") }
    }

    public func adjustment(_ id: String) throws -> Adjustment? {
        try tx.first("SELECT \(sql: Self.adjustmentColumns) FROM adjustment WHERE id = \(id)") { try Adjustment(row: &$0) }
    }

    /// Takes back what a rule has taken from a statement that is not signed yet.
    ///
    /// - Returns: what it had taken; nil when it had not.
    public func withdraw(_ rule: Deduction.Rule, _ month: Month, _ subject: String) throws -> Adjustment? {
        try tx.first(
            """
            DELETE FROM adjustment WHERE month = \(month) AND subject = \(subject) AND rule = \(rule)
            RETURNING \(sql: Self.adjustmentColumns)
            """
        ) { try Adjustment(row: &$0) }
    }

    /// Takes back a person's correction of a line that nobody has approved, unless it is of this amount.
    public func withdrawWaiting(_ month: Month, _ subject: String, unless amount: Fen) throws {
        try tx.execute(
            """
            DELETE FROM adjustment
            WHERE month = \(month) AND subject = \(subject) AND rule = '' AND approved_by IS NULL AND amount_fen <> \(amount)
            """)
    }

    /// What rules have taken from one line.
    public func withheld(_ month: Month, _ subject: String) throws -> Fen {
        try tx.sum("SELECT CAST(-SUM(amount_fen) AS BIGINT) FROM adjustment WHERE month = \(month) AND subject = \(subject) AND rule <> ''")
    }

    /// Whether a person's correction of a line has been approved: it changes a payment, whatever becomes of the line.
    public func isCorrected(_ month: Month, _ subject: String) throws -> Bool {
        try tx.exists("SELECT 1 FROM adjustment WHERE month = \(month) AND subject = \(subject) AND rule = '' AND approved_by IS NOT NULL")
    }

    /// - Returns: false when it has been approved meanwhile.
    public func approve(_ adjustment: Adjustment, by: String, at now: Instant) throws -> Bool {
        try tx.execute(
            "UPDATE adjustment SET approved_by = \(by), approved_ms = \(now) WHERE id = \(adjustment.id) AND approved_by IS NULL") == 1
    }

    /// Who has approved it, and when; nil before.
    public func approval(of id: String) throws -> (by: String, at: Instant)? {
        try tx.first("SELECT approved_by, approved_ms FROM adjustment WHERE id = \(id) AND approved_by IS NOT NULL") {
            (try $0.text(), try $0.instant())
        }
    }

    /// By how much each correction on the statements of a month changes them, by provider.
    public func adjusted(on month: Month) throws -> [ProviderID: [(id: String, amount: Fen)]] {
        var adjusted: [ProviderID: [(id: String, amount: Fen)]] = [:]
        try tx.forEachRow("SELECT provider_id, id, amount_fen FROM adjustment WHERE statement_month = \(month) ORDER BY provider_id, id") { row in
            adjusted[try row.id(), default: []].append((try row.text(), try row.fen()))
        }
        return adjusted
    }

    /// Those of one provider.
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

    /// The first of them, those that wait for a second person before the others, and how many there are in all.
    public func adjustments(of month: Month, limit: Int) throws -> (shown: [Adjustment], count: Int) {
        let waiting = try tx.rows(
            "SELECT \(sql: Self.adjustmentColumns) FROM adjustment WHERE month = \(month) AND approved_by IS NULL ORDER BY id LIMIT \(limit)"
        ) { try Adjustment(row: &$0) }
        let approved = try tx.rows(
            """
            SELECT \(sql: Self.adjustmentColumns) FROM adjustment
            WHERE month = \(month) AND approved_by IS NOT NULL ORDER BY id LIMIT \(limit - waiting.count)
            """
        ) { try Adjustment(row: &$0) }
        return (waiting + approved, try tx.count("SELECT COUNT(*) FROM adjustment WHERE month = \(month)"))
    }

    private static let adjustmentColumns: StaticString =
        "id, month, provider_id, subject, amount_fen, reason, entered_by, approved_by, rule, basis"

    // MARK: The daily shadow

    /// - Parameter change: since the shadow before; nil for the first of a month.
    public func save(_ shadow: Shadow, _ change: Shadow.Change?, of month: Month, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO shadow (month, day, at_ms, lines, gross_fen, subsidy_fen, payable_fen, newly_stopped, cleared)
            VALUES (\(month), \(shadow.day), \(now), \(shadow.lines), \(shadow.gross), \(shadow.subsidy), \(shadow.payable),
                \(change?.newlyStopped), \(change?.cleared))
            ON CONFLICT (month, day) DO UPDATE
            SET at_ms = excluded.at_ms, lines = excluded.lines, gross_fen = excluded.gross_fen, subsidy_fen = excluded.subsidy_fen,
                payable_fen = excluded.payable_fen, newly_stopped = excluded.newly_stopped, cleared = excluded.cleared
            """)
        try tx.execute("DELETE FROM shadow_stop WHERE month = \(month) AND day = \(shadow.day)")
        for stop in shadow.stops.byCode {
            try tx.execute(
                """
                INSERT INTO shadow_stop (month, day, code, lines, subsidy_fen)
                VALUES (\(month), \(shadow.day), \(stop.code), \(stop.lines), \(stop.subsidy))
                """)
        }
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

    /// The last shadow of a month on or before a day, without its lines, and how much it changed; no change where none had been noted with it.
    public func noted(_ month: Month, upTo day: LocalDate) throws -> (totals: Shadow.Totals, at: Instant, change: Shadow.Change?)? {
        let latest = try tx.rows(
            """
            SELECT day, at_ms, lines, gross_fen, subsidy_fen, payable_fen, newly_stopped, cleared FROM shadow
            WHERE month = \(month) AND day <= \(day) ORDER BY day DESC LIMIT 2
            """
        ) {
            (
                day: try $0.date(), at: try $0.instant(), lines: try $0.int(), gross: try $0.fen(), subsidy: try $0.fen(), payable: try $0.fen(),
                newly: $0.optionalInteger().map(Int.init), cleared: $0.optionalInteger().map(Int.init)
            )
        }
        guard let last = latest.first else { return nil }
        var stops = StopSums()
        try tx.forEachRow("SELECT code, lines, subsidy_fen FROM shadow_stop WHERE month = \(month) AND day = \(last.day)") {
            stops.add(try $0.text(), lines: try $0.int(), subsidy: try $0.fen())
        }
        var change: Shadow.Change?
        if latest.count == 2, let newly = last.newly, let cleared = last.cleared {
            let (lines, payable) = (last.lines - latest[1].lines, last.payable - latest[1].payable)
            change = Shadow.Change(lines: lines, payable: payable, newlyStopped: newly, cleared: cleared)
        }
        return (
            Shadow.Totals(
                day: last.day, lines: last.lines, gross: last.gross, subsidy: last.subsidy, payable: last.payable, stops: stops), last.at, change
        )
    }

    /// How many lines of one provider the shadow of a day stopped, and what public money they ask for, by verdict.
    public func stoppedSums(_ month: Month, on day: LocalDate, of provider: ProviderID) throws -> [Verdict: (lines: Int, subsidy: Fen)] {
        let rows = try tx.rows(
            """
            SELECT verdict, COUNT(*), CAST(SUM(subsidy_fen) AS BIGINT) FROM shadow_line
            WHERE month = \(month) AND day = \(day) AND provider_id = \(provider) GROUP BY verdict ORDER BY verdict
            """
        ) { (try $0.value(Verdict.self), (lines: try $0.int(), subsidy: try $0.fen())) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Those lines, by subject.
    ///
    /// - Parameter subject: of the last line of the page before; empty for the first page.
    public func stopped(
        _ month: Month, on day: LocalDate, of provider: ProviderID, after subject: String, limit: Int
    ) throws -> [Shadow.Stopped] {
        try tx.rows(
            """
            SELECT subject, provider_id, verdict, codes, subsidy_fen FROM shadow_line
            WHERE month = \(month) AND day = \(day) AND subject > \(subject) AND provider_id = \(provider) ORDER BY subject LIMIT \(limit)
            """
        ) { try Shadow.Stopped(row: &$0) }
    }

    private func shadow(_ month: Month, _ sums: (LocalDate, Int, Fen, Fen, Fen)) throws -> Shadow {
        let (day, lines, gross, subsidy, payable) = sums
        let stopped = try tx.rows(
            """
            SELECT subject, provider_id, verdict, codes, subsidy_fen FROM shadow_line
            WHERE month = \(month) AND day = \(day) ORDER BY subject
            """
        ) { try Shadow.Stopped(row: &$0) }
        return Shadow(day: day, lines: lines, gross: gross, subsidy: subsidy, payable: payable, stopped: stopped)
    }
}

extension Shadow.Stopped {
    fileprivate init(row: inout Row) throws {
        self.init(subject: try row.text(), provider: try row.id(), verdict: try row.value(), codes: try row.text(), subsidy: try row.fen())
    }
}

extension Adjustment {
    init(row: inout Row) throws {
        self.init(
            id: try row.text(), month: try row.month(), provider: try row.id(), subject: try row.text(), amount: try row.fen(),
            reason: try row.text(), enteredBy: try row.text(), approvedBy: row.optionalText(), rule: Deduction.Rule(rawValue: try row.text()),
            basis: try row.text())
    }
}
