import Billing
import Catalog
import Entitlement
import Kernel
import Registry

extension SettlementRepository {
    /// The statements of a month as they were sealed, with the decisions since: some hundred rows, however many lines stand on them.
    public func sealed(_ month: Month) throws -> [StatementSums] {
        try sealed("SELECT \(sql: Self.sealedColumns) FROM statement s WHERE s.month = \(month)")
    }

    /// One of them; nil as long as it is not sealed.
    public func sealed(_ month: Month, _ provider: ProviderID) throws -> StatementSums? {
        try sealed("SELECT \(sql: Self.sealedColumns) FROM statement s WHERE s.month = \(month) AND s.provider_id = \(provider)").first
    }

    /// Those of all closed months.
    public func sealedMonths() throws -> [StatementSums] {
        try sealed(
            """
            SELECT \(sql: Self.sealedColumns) FROM settlement_month m CROSS JOIN statement s WHERE m.state = 'closed' AND s.month = m.month
            """)
    }

    /// Those of one provider, of closed months, the latest first.
    public func sealed(of provider: ProviderID) throws -> [StatementSums] {
        try sealed(
            """
            SELECT \(sql: Self.sealedColumns) FROM settlement_month m CROSS JOIN statement s
            WHERE m.state = 'closed' AND s.month = m.month AND s.provider_id = \(provider)
            ORDER BY m.month DESC LIMIT 120
            """
        ).reversed()
    }

    private static let sealedColumns: StaticString = """
        s.month, s.provider_id, s.lines, s.held, s.blocked, s.gross_fen, s.self_pay_fen, s.subsidy_fen, s.held_fen, s.deducted_fen
        """

    private func sealed(_ chosen: SQL) throws -> [StatementSums] {
        try tx.rows(
            """
            WITH chosen AS (\(nested: chosen))
            SELECT c.month, c.provider_id, c.lines, c.held - COALESCE(d.held, 0), c.blocked + COALESCE(d.refused, 0), c.gross_fen, c.self_pay_fen,
                c.subsidy_fen, c.held_fen - COALESCE(d.held_fen, 0),
                c.deducted_fen - COALESCE(d.released_fen, 0) + COALESCE(d.refused_fen, 0), COALESCE(a.amount_fen, 0)
            FROM chosen c
            LEFT JOIN (
                SELECT d.month, d.provider_id, SUM(CASE WHEN l.verdict = 'held' THEN 1 ELSE 0 END) AS held,
                    SUM(CASE WHEN d.kind = 'refuse' THEN 1 ELSE 0 END) AS refused,
                    CAST(SUM(CASE WHEN l.verdict = 'held' THEN l.subsidy_fen ELSE 0 END) AS BIGINT) AS held_fen,
                    CAST(SUM(CASE WHEN d.kind = 'release' THEN l.subsidy_fen ELSE 0 END) AS BIGINT) AS released_fen,
                    CAST(SUM(CASE WHEN d.kind = 'refuse' AND l.verdict = 'paid' THEN l.subsidy_fen ELSE 0 END) AS BIGINT) AS refused_fen
                FROM chosen o CROSS JOIN line_decision d CROSS JOIN statement_line l
                WHERE d.month = o.month AND d.provider_id = o.provider_id AND l.subject = d.subject AND l.month = d.month
                GROUP BY d.month, d.provider_id
            ) d ON d.month = c.month AND d.provider_id = c.provider_id
            LEFT JOIN (
                SELECT a.statement_month, a.provider_id, CAST(SUM(a.amount_fen) AS BIGINT) AS amount_fen
                FROM chosen o CROSS JOIN adjustment a
                WHERE a.statement_month = o.month AND a.provider_id = o.provider_id
                GROUP BY a.statement_month, a.provider_id
            ) a ON a.statement_month = c.month AND a.provider_id = c.provider_id
            ORDER BY c.month, c.provider_id
            """
        ) {
            StatementSums(
                month: try $0.month(), provider: try $0.id(), lines: try $0.int(), heldLines: try $0.int(), blockedLines: try $0.int(),
                gross: try $0.fen(), selfPay: try $0.fen(), subsidy: try $0.fen(), held: try $0.fen(), deducted: try $0.fen(),
                adjusted: try $0.fen())
        }
    }

    // MARK: What the rules stop

    /// What the rules stop as the month stands: as it was sealed, without what a person has released since. What a person refuses no rule stops.
    public func stops(_ month: Month) throws -> StopSums {
        var sums = StopSums()
        try tx.forEachRow(
            """
            SELECT code, SUM(lines), CAST(SUM(subsidy_fen) AS BIGINT) FROM statement_stop WHERE month = \(month) GROUP BY code
            """
        ) { sums.add(try $0.text(), lines: try $0.int(), subsidy: try $0.fen()) }
        try forEachReleased(month) { _, code, subsidy in sums.add(code, lines: -1, subsidy: -subsidy) }
        return sums
    }

    /// The same statement by statement.
    public func stopsByProvider(_ month: Month) throws -> [ProviderID: StopSums] {
        var sums: [ProviderID: StopSums] = [:]
        try tx.forEachRow("SELECT provider_id, code, lines, subsidy_fen FROM statement_stop WHERE month = \(month)") { row in
            sums[try row.id(), default: StopSums()].add(try row.text(), lines: try row.int(), subsidy: try row.fen())
        }
        try forEachReleased(month) { provider, code, subsidy in sums[provider]?.add(code, lines: -1, subsidy: -subsidy) }
        return sums
    }

    private func forEachReleased(_ month: Month, _ body: (ProviderID, _ code: String, _ subsidy: Fen) -> Void) throws {
        try tx.forEachRow(
            """
            SELECT l.provider_id, l.findings, l.subsidy_fen FROM line_decision d CROSS JOIN statement_line l
            WHERE d.month = \(month) AND d.kind = 'release' AND l.subject = d.subject AND l.month = d.month
            """
        ) { row in
            let (provider, findings, subsidy) = (try row.id(Provider.self), try Self.findings(try row.text()), try row.fen())
            for code in StatementLine.stopping(findings) { body(provider, code, subsidy) }
        }
    }

    // MARK: Whom they serve

    /// What the statements of a month say of their services; nil for one that was sealed before that was kept.
    public func services(_ month: Month) throws -> [ProviderID: ServiceSums?] {
        var services: [ProviderID: ServiceSums?] = [:]
        try tx.forEachRow("SELECT provider_id, elders, categories, quantities, discount_fen, funds FROM statement WHERE month = \(month)") { row in
            services[try row.id()] = .some(try ServiceSums(row: &row))
        }
        return services
    }
}

extension ServiceSums {
    /// `01;06`
    var categoriesText: String { categories.map(\.rawValue).sorted().joined(separator: ";") }
    var quantitiesText: String { Self.text(quantities.mapValues(\.hundredths)) }
    var fundsText: String { Self.text(funds.mapValues(\.amount)) }

    /// Nil when it was not kept.
    fileprivate init?(row: inout Row) throws {
        guard let elders = row.optionalInteger() else { return nil }
        self.init(
            elders: Int(elders), categories: Set(try row.text().split(separator: ";").compactMap { Category(rawValue: String($0)) }),
            quantities: try Self.numbers(try row.text()).mapValues { Quantity(hundredths: $0) }, discount: try row.fen(),
            funds: try Self.numbers(try row.text()).mapValues { Fen($0) })
    }

    private static func text<Key: RawRepresentable<String>>(_ numbers: [Key: Int64]) -> String {
        numbers.map { "\($0.key.rawValue):\($0.value)" }.sorted().joined(separator: ";")
    }

    private static func numbers<Key: RawRepresentable<String>>(_ text: String) throws -> [Key: Int64] {
        try text.split(separator: ";").reduce(into: [:]) { numbers, part in
            let fields = part.split(separator: ":")
            guard fields.count == 2, let key = Key(rawValue: String(fields[0])), let number = Int64(fields[1]) else {
                throw StoreFault.corrupt("statement: \(part)")
            }
            numbers[key] = number
        }
    }
}
