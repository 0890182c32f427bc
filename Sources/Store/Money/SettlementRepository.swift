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

    public func months() throws -> [(month: Month, state: State, closedAt: Instant?, by: String)] {
        try tx.rows("SELECT month, state, closed_ms, closed_by FROM settlement_month ORDER BY month DESC LIMIT 120") {
            (try $0.month(), try $0.value(), $0.optionalInstant(), try $0.text())
        }
    }

    public func begin(_ month: Month, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO settlement_month (month, state, started_ms, closed_by) VALUES (\(month), 'closing', \(now), \(by))
            ON CONFLICT (month) DO NOTHING
            """)
    }

    public func finish(_ month: Month, at now: Instant) throws {
        try tx.execute("UPDATE settlement_month SET state = 'closed', closed_ms = \(now) WHERE month = \(month) AND state = 'closing'")
    }

    /// Everything of a month that asks to be paid: closed visits and meals.
    public func candidates(_ month: Month, evidence: EvidencePolicy) throws -> [Candidate] {
        try orders(month, evidence) + meals(month)
    }

    private func orders(_ month: Month, _ policy: EvidencePolicy) throws -> [Candidate] {
        var legs: [String: [Candidate.Funding]] = [:]
        try tx.forEachRow(
            """
            SELECT l.order_id, l.fund, l.programme, l.amount_fen
            FROM funding_leg l JOIN service_order o ON o.id = l.order_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND o.state = 'closed' AND l.state <> 'released'
            ORDER BY l.order_id, l.ordinal
            """
        ) { row in
            let order = try row.text()
            legs[order, default: []].append(
                Candidate.Funding(fund: try row.text(), programme: try row.text(), amount: try row.fen()))
        }
        return try tx.rows(
            """
            SELECT o.id, o.number, o.provider_id, o.elder_id, e.death_date, o.item_code, o.service_date, o.created_ms, o.is_backfilled,
                o.quantity, o.unit_price_fen, o.payable_fen, o.self_pay_fen, o.start_ms, o.end_ms, o.has_open_complaint,
                o.verification,
                (SELECT COUNT(*) FROM callback c WHERE c.order_id = o.id AND (c.came = 0 OR c.paid_extra_fen > 0)),
                v.order_id, v.provider_id, v.worker_id,
                v.in_at_ms, v.in_received_ms, v.in_method, v.in_distance_m, v.in_accuracy_m, v.in_photo_sha256, v.in_reason_code,
                v.out_at_ms, v.out_received_ms, v.out_method, v.out_distance_m, v.out_accuracy_m, v.out_photo_sha256, v.out_reason_code,
                v.confirmed_by, v.confirmed_ms
            FROM service_order o
            JOIN visit v ON v.order_id = o.id
            JOIN elder e ON e.id = o.elder_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND o.state = 'closed'
            ORDER BY o.id
            """
        ) { try candidate(&$0, legs, policy) }
    }

    private func candidate(_ row: inout Row, _ legs: [String: [Candidate.Funding]], _ policy: EvidencePolicy) throws -> Candidate {
        let (id, number) = (try row.text(), try row.text())
        let (provider, elder) = (try row.id(Provider.self), try row.id(Elder.self))
        let death = try row.optionalDate()
        let (item, date, created) = (try row.id(Item.self), try row.date(), try row.instant())
        let isBackfilled = try row.bool()
        let (quantity, unit, gross, selfPay) = (try row.quantity(), try row.fen(), try row.fen(), try row.fen())
        let (start, end) = (try row.instant(), try row.instant())
        let hasComplaint = try row.bool()
        _ = try row.value(Verification.self)
        let denials = try row.int()
        let visit = try Visit(row: &row)
        return Candidate(
            kind: .order, subject: id, number: number, provider: provider, elder: elder, elderDeath: death, item: item, date: date,
            createdAt: created, isBackfilled: isBackfilled, quantity: quantity, unitPrice: unit, gross: gross, funding: legs[id] ?? [],
            selfPay: selfPay, plannedMinutes: (end - start).minutes, begin: visit.checkIn.at, end: visit.checkOut?.at,
            worker: visit.worker, evidence: visit.evidence(policy),
            isManual: visit.checkIn.method == .paper || visit.checkOut?.method == .paper, hasOpenComplaint: hasComplaint,
            callbackDenies: denials > 0)
    }

    private func meals(_ month: Month) throws -> [Candidate] {
        try tx.rows(
            """
            SELECT m.id, m.canteen_id, m.elder_id, e.death_date, m.item_code, m.service_date, m.received_ms, m.payable_fen, m.self_pay_fen, m.legs
            FROM meal_swipe m JOIN elder e ON e.id = m.elder_id
            WHERE m.service_date >= \(month.first) AND m.service_date <= \(month.last) AND m.settlement <> 'reversed'
            ORDER BY m.id
            """
        ) { row in
            let id = try row.text()
            let (canteen, elder) = (try row.id(Provider.self), try row.id(Elder.self))
            let death = try row.optionalDate()
            let (item, date, received) = (try row.id(Item.self), try row.date(), try row.instant())
            let (payable, selfPay) = (try row.fen(), try row.fen())
            return Candidate(
                kind: .meal, subject: id, number: id, provider: canteen, elder: elder, elderDeath: death, item: item, date: date,
                createdAt: received, quantity: .one, unitPrice: payable, gross: payable, funding: try Self.funding(try row.text()),
                selfPay: selfPay, evidence: .slip)
        }
    }

    private static func funding(_ text: String) throws -> [Candidate.Funding] {
        try text.split(separator: ";").map { part in
            let fields = part.split(separator: "|")
            guard fields.count >= 3, let amount = Int64(fields[fields.count - 1]) else { throw StoreFault.corrupt("legs: \(part)") }
            return Candidate.Funding(fund: String(fields[0]), programme: String(fields[1]), amount: Fen(amount))
        }
    }

    public func hasStatement(_ month: Month, _ provider: ProviderID) throws -> Bool {
        try tx.exists("SELECT 1 FROM statement WHERE month = \(month) AND provider_id = \(provider)")
    }

    /// Freezes a provider's statement and marks what it pays; afterwards the orders and swipes on it cannot be paid again.
    public func freeze(_ statement: Statement, sha256: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO statement (month, provider_id, lines, held, gross_fen, subsidy_fen, self_pay_fen, deducted_fen, payable_fen, sha256,
                frozen_ms)
            VALUES (\(statement.month), \(statement.provider), \(statement.lines.count), \(statement.heldLines), \(statement.gross),
                \(statement.subsidy), \(statement.selfPay), \(statement.deducted), \(statement.payable), \(sha256), \(now))
            """)
        for (index, line) in statement.lines.enumerated() {
            try insert(line, ordinal: index + 1, of: statement)
            guard line.verdict == .paid else { continue }
            switch line.candidate.kind {
            case .order:
                try tx.execute(
                    """
                    UPDATE service_order SET settlement = 'in_statement', version = version + 1
                    WHERE id = \(line.candidate.subject) AND settlement = 'ready'
                    """)
            case .meal:
                try tx.execute(
                    "UPDATE meal_swipe SET settlement = 'in_statement' WHERE id = \(line.candidate.subject) AND settlement = 'ready'")
            }
        }
    }

    private func insert(_ line: StatementLine, ordinal: Int, of statement: Statement) throws {
        let c = line.candidate
        try tx.execute(
            """
            INSERT INTO statement_line (month, provider_id, ordinal, kind, subject, number, elder_id, item_code, service_date, quantity,
                unit_price_fen, gross_fen, subsidy_fen, self_pay_fen, funding, evidence, verdict, findings)
            VALUES (\(statement.month), \(statement.provider), \(ordinal), \(c.kind), \(c.subject), \(c.number), \(c.elder), \(c.item),
                \(c.date), \(c.quantity), \(c.unitPrice), \(c.gross), \(c.subsidy), \(c.selfPay), \(line.fundingText),
                \(c.evidence.rawValue), \(line.verdict), \(line.findingsText))
            """)
    }

    /// A frozen statement as it was signed: read from its lines, not computed again.
    public func statement(_ month: Month, _ provider: ProviderID) throws -> Statement? {
        guard try hasStatement(month, provider) else { return nil }
        let lines = try tx.rows(
            """
            SELECT kind, subject, number, elder_id, item_code, service_date, quantity, unit_price_fen, gross_fen, self_pay_fen, funding,
                evidence, findings
            FROM statement_line WHERE month = \(month) AND provider_id = \(provider) ORDER BY ordinal
            """
        ) { row in
            let candidate = Candidate(
                kind: try row.value(), subject: try row.text(), number: try row.text(), provider: provider, elder: try row.id(),
                item: try row.id(), date: try row.date(), createdAt: Instant(milliseconds: 0), quantity: try row.quantity(),
                unitPrice: try row.fen(), gross: try row.fen(), funding: [], selfPay: try row.fen(), evidence: .none)
            var full = candidate
            full.funding = try Self.funding(try row.text())
            full.evidence = EvidenceLevel(rawValue: try row.int()) ?? .none
            return StatementLine(candidate: full, findings: Self.findings(try row.text()))
        }
        return Statement(month: month, provider: provider, lines: lines)
    }

    private static func findings(_ text: String) -> [Finding] {
        text.split(separator: "|").compactMap { part in
            let fields = part.split(separator: ":", maxSplits: 2).map { String($0).trimmed }
            guard fields.count == 3, let severity = Severity(rawValue: fields[1]) else { return nil }
            return Finding(fields[0], severity, fields[2])
        }
    }

    public func providers(_ month: Month) throws -> [ProviderID] {
        try tx.rows("SELECT provider_id FROM statement WHERE month = \(month) ORDER BY provider_id") { try $0.id() }
    }
}

extension Transaction {
    public var settlements: SettlementRepository { SettlementRepository(tx: self) }
}
