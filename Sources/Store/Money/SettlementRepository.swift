import Billing
import Catalog
import Kernel
import Orders
import Registry

/// The month as it is settled: candidates in, frozen statements out.
public struct SettlementRepository {
    let tx: any Transaction

    public enum State: String, Sendable { case closing, closed }

    public func state(of month: Month) throws -> State? {
        try tx.first("SELECT state FROM settlement_month WHERE month = \(month)") { try $0.value() }
    }

    /// Those whose close has begun, the latest first, at most 120.
    public func months() throws -> [Month] {
        try tx.rows("SELECT month FROM settlement_month ORDER BY month DESC LIMIT 120") { try $0.month() }
    }

    public func begin(_ month: Month, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO settlement_month (month, state, started_ms, closed_by, hash_version) VALUES (\(month), 'closing', \(now), \(by), 3)
            ON CONFLICT (month) DO NOTHING
            """)
    }

    /// Whether there was any service in a month or before.
    public func isReached(_ month: Month) throws -> Bool {
        try tx.exists("SELECT 1 FROM service_order WHERE service_date <= \(month.last) LIMIT 1")
            || tx.exists("SELECT 1 FROM meal_swipe WHERE service_date <= \(month.last) LIMIT 1")
    }

    /// The month of the first service there ever was.
    public func firstServed() throws -> Month? {
        let first = ["SELECT MIN(service_date) FROM service_order", "SELECT MIN(service_date) FROM meal_swipe"] as [SQL]
        return try first.compactMap { query in try tx.value(query) { try $0.optionalDate() } }.min()?.month
    }

    /// Whether there was any service in a month.
    public func isServed(_ month: Month) throws -> Bool {
        try tx.exists("SELECT 1 FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last) LIMIT 1")
            || tx.exists("SELECT 1 FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last) LIMIT 1")
    }

    /// When its close began; nil while nobody has closed it.
    public func began(_ month: Month) throws -> Instant? {
        try tx.first("SELECT started_ms FROM settlement_month WHERE month = \(month)") { try $0.instant() }
    }

    /// - Returns: false when somebody else has finished it.
    public func finish(_ month: Month, at now: Instant) throws -> Bool {
        try tx.execute("UPDATE settlement_month SET state = 'closed', closed_ms = \(now) WHERE month = \(month) AND state = 'closing'") == 1
    }

    /// A frozen statement as it was signed: read from its lines, not computed again; with what people have decided on them since.
    ///
    /// - Parameter until: decisions after this moment are left out: what was known then.
    public func statement(_ month: Month, _ provider: ProviderID, until: Instant? = nil) throws -> Statement? {
        guard let count = try tx.integer("SELECT lines FROM statement WHERE month = \(month) AND provider_id = \(provider)") else { return nil }
        var statement = Statement(
            month: month, provider: provider,
            frozen: try lines(month, provider, try tx.close.decisions(month, provider, until: until), about: Int(count)))
        statement.adjustments = try tx.close.adjustments(on: month, provider)
        return statement
    }

    /// The lines of a statement, sealed or not yet.
    ///
    /// - Parameter count: about how many there will be.
    public func lines(
        _ month: Month, _ provider: ProviderID, _ decisions: [String: LineDecision] = [:], about count: Int = 0
    ) throws -> [StatementLine] {
        var lines: [StatementLine] = []
        lines.reserveCapacity(count)
        try tx.forEachRow(
            "SELECT \(sql: Self.lineColumns) FROM statement_line WHERE month = \(month) AND provider_id = \(provider) ORDER BY ordinal"
        ) { row in
            lines.append(try StatementLine(row: &row))
            if !decisions.isEmpty { lines[lines.count - 1].decision = decisions[lines[lines.count - 1].candidate.subject] }
        }
        return lines
    }

    /// One line of a month as it was frozen, whatever has been decided on it since.
    public func line(_ month: Month, _ subject: String) throws -> StatementLine? {
        try tx.first("SELECT \(sql: Self.lineColumns) FROM statement_line WHERE subject = \(subject) AND month = \(month)") { try StatementLine(row: &$0) }
    }

    /// Lines that wait for a person, in the order of statements.
    public func held(_ month: Month, limit: Int) throws -> [StatementLine] {
        try tx.rows(
            """
            SELECT \(sql: Self.lineColumns)
            FROM (
                SELECT h.month AS held_month, h.provider_id AS held_provider, h.ordinal AS held_ordinal FROM statement_line h
                WHERE h.month = \(month) AND h.verdict = 'held'
                    AND NOT EXISTS (SELECT 1 FROM line_decision d WHERE d.month = h.month AND d.subject = h.subject)
                ORDER BY h.provider_id, h.ordinal
                LIMIT \(limit)
            ) waiting
            CROSS JOIN statement_line
            WHERE month = held_month AND provider_id = held_provider AND ordinal = held_ordinal
            ORDER BY provider_id, ordinal
            """
        ) { try StatementLine(row: &$0) }
    }

    static let lineColumns: StaticString = """
        kind, subject, number, provider_id, elder_id, item_code, service_date, quantity, unit_price_fen, gross_fen, self_pay_fen, funding,
        evidence, findings
        """

    static func findings(_ text: String) throws -> [Finding] {
        guard !text.isEmpty else { return [] }
        // By bytes: a paper reads a thousand lines, and most have one finding or none.
        let parts = text.utf8.contains(UInt8(ascii: "|")) ? text.split(separator: " | ") : [Substring(text)]
        return try parts.map { part in
            let fields = part.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 2).map { String(Substring($0)) }
            guard fields.count == 3, let severity = Severity(rawValue: fields[1]) else { throw StoreFault.corrupt("statement_line.findings: \(text)") }
            return Finding(fields[0], severity, fields[2])
        }
    }

    /// The fingerprint under which each statement was frozen, in the order of providers.
    public func hashes(_ month: Month) throws -> [(provider: ProviderID, sha256: String, frozenAt: Instant)] {
        try tx.rows("SELECT provider_id, sha256, frozen_ms FROM statement WHERE month = \(month) ORDER BY provider_id") {
            (try $0.id(), try $0.text(), try $0.instant())
        }
    }

    /// The fingerprint of one; nil as long as it is not sealed.
    public func sha256(_ month: Month, _ provider: ProviderID) throws -> String? {
        try tx.first("SELECT sha256 FROM statement WHERE month = \(month) AND provider_id = \(provider)") { try $0.text() }
    }

    /// The statements on which an order or swipe stands; a corrected one may stand on several.
    public func statements(of subject: String) throws -> [(month: Month, provider: ProviderID)] {
        try tx.rows("SELECT month, provider_id FROM statement_line WHERE subject = \(subject) ORDER BY month") { (try $0.month(), try $0.id()) }
    }

    public func providers(_ month: Month) throws -> [ProviderID] {
        try tx.rows("SELECT provider_id FROM statement WHERE month = \(month) ORDER BY provider_id") { try $0.id() }
    }
}

extension StatementLine {
    init(row: inout Row) throws {
        let (kind, subject, number): (Candidate.Kind, String, String) = (try row.value(), try row.text(), try row.text())
        let (provider, elder, item): (ProviderID, ElderID, ItemCode) = (try row.id(), try row.id(), try row.id())
        let (date, quantity, unitPrice) = (try row.date(), try row.quantity(), try row.fen())
        let (gross, selfPay) = (try row.fen(), try row.fen())
        let (funding, evidence): ([Candidate.Funding], EvidenceLevel) = (try CandidateReader.funding(try row.text()), try row.value())
        // Made once and whole: to change it is to copy it.
        self.init(
            candidate: Candidate(
                kind: kind, subject: subject, number: number, provider: provider, elder: elder, item: item, date: date,
                createdAt: Instant(milliseconds: 0), quantity: quantity, unitPrice: unitPrice, gross: gross, funding: funding, selfPay: selfPay,
                evidence: evidence),
            findings: try SettlementRepository.findings(try row.text()))
    }
}

extension Transaction {
    public var settlements: SettlementRepository { SettlementRepository(tx: self) }
}
