import Billing
import Catalog
import Kernel
import Orders
import Registry

/// The close under way: who is at it, how far it has come, and its lines as they are written.
extension SettlementRepository {
    /// Kept with the month, so that the next run goes on where one was stopped.
    public struct Closing: Sendable {
        public let runner: String?
        /// After this moment the runner is taken for dead.
        public let lease: Instant
        /// Grows with everything the runner does.
        public let beats: Int
        /// Every service up to this day has its line.
        public let frozenUntil: LocalDate?
        /// So many of the blocked lines, in the order of statements, have given their money back.
        public let refused: Int
    }

    public func closing(_ month: Month) throws -> Closing? {
        try tx.first(
            """
            SELECT runner, lease_ms, beats, frozen_until, refused FROM settlement_month WHERE month = \(month) AND state = 'closing'
            """
        ) {
            Closing(
                runner: $0.optionalText(), lease: try $0.instant(), beats: try $0.int(), frozenUntil: try $0.optionalDate(),
                refused: try $0.int())
        }
    }

    /// - Returns: false when somebody else who lives is at it.
    public func claim(_ month: Month, for runner: String, until lease: Instant, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE settlement_month SET runner = \(runner), lease_ms = \(lease), beats = beats + 1
            WHERE month = \(month) AND state = 'closing' AND (runner IS NULL OR runner = \(runner) OR lease_ms <= \(now))
            """) == 1
    }

    /// Shows that the runner lives.
    ///
    /// - Returns: false when somebody else has taken the close over.
    public func hold(_ month: Month, by runner: String, until lease: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE settlement_month SET lease_ms = \(lease), beats = beats + 1
            WHERE month = \(month) AND state = 'closing' AND runner = \(runner)
            """) == 1
    }

    /// Lets the next one go on at once.
    public func leave(_ month: Month, by runner: String) throws {
        try tx.execute("UPDATE settlement_month SET runner = NULL WHERE month = \(month) AND runner = \(runner)")
    }

    public func setFrozen(_ month: Month, until day: LocalDate) throws {
        try tx.execute("UPDATE settlement_month SET frozen_until = \(day) WHERE month = \(month)")
    }

    public func addRefused(_ month: Month, _ count: Int) throws {
        try tx.execute("UPDATE settlement_month SET refused = refused + \(count) WHERE month = \(month)")
    }

    // MARK: Lines

    /// How many lines each provider has already.
    public func lastOrdinals(_ month: Month) throws -> [ProviderID: Int] {
        var last: [ProviderID: Int] = [:]
        try tx.forEachRow("SELECT provider_id, MAX(ordinal) FROM statement_line WHERE month = \(month) GROUP BY provider_id") {
            last[try $0.id()] = try $0.int()
        }
        return last
    }

    /// Lines of services after a day, or of all.
    public func subjects(_ month: Month, after day: LocalDate?) throws -> Set<String> {
        Set(
            try tx.rows("SELECT subject FROM statement_line WHERE month = \(month) AND service_date > \(day?.description ?? "")") {
                try $0.text()
            })
    }

    /// A line ready to be written, but for its place on the statement.
    ///
    /// A class, as tens of thousands of them are put in order.
    public final class NewLine: Sendable {
        public let provider: ProviderID
        public let subject: String
        fileprivate let kind: Candidate.Kind
        fileprivate let isPaid: Bool
        /// Of the order when it was read.
        fileprivate let version: Int
        fileprivate let values: [SQL.Value]

        public convenience init(_ line: StatementLine, of month: Month) { self.init(line, line.candidate, of: month) }

        /// - Parameter c: the line's own, handed on as it would be copied otherwise.
        private init(_ line: StatementLine, _ c: Candidate, of month: Month) {
            (provider, subject, kind, version, isPaid) = (c.provider, c.subject, c.kind, c.version, line.verdict == .paid)
            values = [
                .text(month.description), .text(c.provider.text), .integer(nil), .text(c.kind.rawValue), .text(c.subject), .text(c.number),
                .text(c.elder.text), .text(c.item.text), .text(c.date.description), .integer(c.quantity.hundredths),
                .integer(c.unitPrice.amount), .integer(c.gross.amount), .integer(c.subsidy.amount), .integer(c.selfPay.amount),
                .text(line.fundingText), .integer(Int64(c.evidence.rawValue)), .text(line.verdict.rawValue), .text(line.findingsText),
            ]
        }

        fileprivate func append(to row: inout [SQL.Value], ordinal: Int) {
            let start = row.count
            row += values
            row[start + 2] = .integer(Int64(ordinal))
        }
    }

    /// Writes lines into a statement that is not sealed yet, and marks what they pay; it can then not be paid again.
    ///
    /// - Returns: false when an order or meal is no longer as it was when it was judged; the caller undoes everything.
    public func append(_ lines: [(ordinal: Int, line: NewLine)]) throws -> Bool {
        try Self.insert.run(lines, tx) { line, row in line.line.append(to: &row, ordinal: line.ordinal) }
        var orders: [Int: [String]] = [:]
        var meals: [String] = []
        for (_, line) in lines where line.isPaid {
            switch line.kind {
            case .order: orders[line.version, default: []].append(line.subject)
            case .meal: meals.append(line.subject)
            }
        }
        return try orders.allSatisfy { version, ids in try ids.chunked(by: Chunk.keys).allSatisfy { try mark(orders: Array($0), of: version) } }
            && meals.chunked(by: Chunk.keys).allSatisfy { try mark(meals: Array($0)) }
    }

    private static let insert = BulkInsert(
        """
        INSERT INTO statement_line (month, provider_id, ordinal, kind, subject, number, elder_id, item_code, service_date, quantity,
            unit_price_fen, gross_fen, subsidy_fen, self_pay_fen, funding, evidence, verdict, findings)
        """, width: 18)

    /// What was judged is not what is paid unless it is still the same; what kept its version though it was not ready is, too.
    private func mark(orders ids: [String], of version: Int) throws -> Bool {
        let marked = try tx.execute(
            """
            UPDATE service_order SET settlement = 'in_statement', version = version + 1
            WHERE id IN (\(list: ids)) AND version = \(version) AND settlement = 'ready'
            """)
        if marked == ids.count { return true }
        return try marked + tx.count("SELECT COUNT(*) FROM service_order WHERE id IN (\(list: ids)) AND version = \(version)") == ids.count
    }

    private func mark(meals ids: [String]) throws -> Bool {
        let marked = try tx.execute(
            "UPDATE meal_swipe SET settlement = 'in_statement' WHERE id IN (\(list: ids)) AND settlement = 'ready'")
        if marked == ids.count { return true }
        return try tx.count("SELECT COUNT(*) FROM meal_swipe WHERE id IN (\(list: ids)) AND is_reversed = 0") == ids.count
    }

    /// Providers with lines in a month.
    public func providersWithLines(_ month: Month) throws -> [ProviderID] {
        try tx.rows("SELECT provider_id FROM statement_line WHERE month = \(month) GROUP BY provider_id ORDER BY provider_id") { try $0.id() }
    }

    /// Blocked lines in the order of statements, as far as giving their money back needs them.
    public func blocked(_ month: Month) throws -> [Candidate] {
        try tx.rows(
            """
            SELECT kind, subject, number, provider_id, elder_id, item_code, service_date, funding FROM statement_line
            WHERE month = \(month) AND verdict = 'blocked' ORDER BY provider_id, ordinal
            """
        ) {
            Candidate(
                kind: try $0.value(), subject: try $0.text(), number: try $0.text(), provider: try $0.id(), elder: try $0.id(),
                item: try $0.id(), date: try $0.date(), createdAt: Instant(milliseconds: 0), quantity: .one, unitPrice: .zero, gross: .zero,
                funding: try CandidateReader.funding(try $0.text()), selfPay: .zero, evidence: .none)
        }
    }

    /// Orders on a provider's statement that would be paid, in its order.
    public func samplable(_ month: Month, _ provider: ProviderID) throws -> [Sampling.Line] {
        let confirmed = try confirmedByCall(month, provider)
        return try tx.rows(
            """
            SELECT subject, gross_fen, evidence FROM statement_line
            WHERE month = \(month) AND provider_id = \(provider) AND kind = 'order' AND verdict = 'paid'
            ORDER BY ordinal
            """
        ) {
            let subject = try $0.text()
            return Sampling.Line(
                subject: subject, gross: try $0.fen(), evidence: try $0.value(),
                isConfirmed: confirmed.contains(subject))
        }
    }

    /// Lines of a provider whose service a call-back has confirmed and none has denied.
    private func confirmedByCall(_ month: Month, _ provider: ProviderID) throws -> Set<String> {
        Set(
            try tx.rows(
                """
                SELECT l.subject FROM statement_line l
                WHERE l.month = \(month) AND l.provider_id = \(provider)
                    AND EXISTS (SELECT 1 FROM callback c WHERE c.order_id = l.subject)
                    AND NOT EXISTS (SELECT 1 FROM callback c WHERE c.order_id = l.subject AND (c.came = 0 OR c.paid_extra_fen > 0))
                """
            ) { try $0.text() })
    }

    /// Seals a provider's statement: its lines, as they stand, under their fingerprint, with the corrections that waited for it.
    public func seal(
        _ month: Month, _ provider: ProviderID, _ totals: StatementTotals, _ services: ServiceSums, sha256: String, at now: Instant
    ) throws {
        try tx.execute(
            """
            INSERT INTO statement (month, provider_id, lines, held, blocked, gross_fen, subsidy_fen, self_pay_fen, deducted_fen, held_fen,
                payable_fen, elders, categories, quantities, discount_fen, funds, sha256, frozen_ms)
            VALUES (\(month), \(provider), \(totals.lines), \(totals.held), \(totals.blocked), \(totals.gross), \(totals.subsidy),
                \(totals.selfPay), \(totals.deducted), \(totals.heldSubsidy), \(totals.payable), \(services.elders),
                \(services.categoriesText), \(services.quantitiesText), \(services.discount), \(services.fundsText), \(sha256), \(now))
            """)
        for stop in totals.stops.byCode {
            try tx.execute(
                """
                INSERT INTO statement_stop (month, provider_id, code, lines, subsidy_fen)
                VALUES (\(month), \(provider), \(stop.code), \(stop.lines), \(stop.subsidy))
                """)
        }
        try tx.execute(
            """
            UPDATE adjustment SET statement_month = \(month)
            WHERE provider_id = \(provider) AND statement_month IS NULL AND approved_by IS NOT NULL
            """)
    }
}
