import Billing
import Kernel
import Registry

/// 街道: which have money in a month, and so sign for it: each that of the services on whose day the elder lived there.
extension SettlementRepository {
    /// Keeps how many lines with public money each street has on a statement, as it is sealed.
    public func keep(_ streets: [String: Int], _ month: Month, _ provider: ProviderID) throws {
        for (street, lines) in streets.sorted(by: { $0.key < $1.key }) {
            try tx.execute(
                "INSERT INTO statement_street (month, provider_id, street, lines) VALUES (\(month), \(provider), \(street), \(lines))")
        }
    }

    /// The same, counted anew.
    public func streets(_ month: Month, _ provider: ProviderID) throws -> [String: Int] {
        var streets: [String: Int] = [:]
        try tx.forEachRow(
            """
            SELECT l.service_date, e.region, e.streets FROM statement_line l JOIN elder e ON e.id = l.elder_id
            WHERE l.month = \(month) AND l.provider_id = \(provider) AND l.verdict = 'paid' AND l.subsidy_fen > 0
            """
        ) { streets[try CloseRepository.street(&$0), default: 0] += 1 }
        return streets
    }
}

extension CloseRepository {
    /// Keeps which streets have money in a month: what was decided on its lines is final once the platform has signed.
    ///
    /// For what concerns a provider as a whole (its score, a bonus, what is carried over) the district signs.
    public func keepStreets(_ month: Month) throws {
        var lines: [String: Int] = [:]
        try tx.forEachRow("SELECT street, CAST(SUM(lines) AS BIGINT) FROM statement_street WHERE month = \(month) GROUP BY street") {
            lines[try $0.text()] = try $0.int()
        }
        try tx.forEachRow(
            """
            SELECT d.kind, l.verdict, l.service_date, e.region, e.streets
            FROM line_decision d CROSS JOIN statement_line l JOIN elder e ON e.id = l.elder_id
            WHERE d.month = \(month) AND l.subject = d.subject AND l.month = d.month AND l.subsidy_fen > 0
            """
        ) { row in
            let (decision, verdict): (LineDecision.Kind, Verdict) = (try row.value(), try row.value())
            lines[try Self.street(&row), default: 0] += (decision == .release ? 1 : 0) - (verdict == .paid ? 1 : 0)
        }
        var streets = Set(lines.filter { $0.value > 0 }.keys)
        try tx.forEachRow(
            """
            SELECT l.service_date, e.region, e.streets FROM adjustment a CROSS JOIN statement_line l JOIN elder e ON e.id = l.elder_id
            WHERE a.statement_month = \(month) AND a.approved_by IS NOT NULL AND l.subject = a.subject AND l.month = a.month
            """
        ) { streets.insert(try Self.street(&$0)) }
        try tx.execute("DELETE FROM close_street WHERE month = \(month)")
        for street in streets.sorted() { try tx.execute("INSERT INTO close_street (month, street) VALUES (\(month), \(street))") }
    }

    /// The streets with money in a month, as they were when the platform signed.
    public func streets(_ month: Month) throws -> Set<String> {
        Set(try tx.rows("SELECT street FROM close_street WHERE month = \(month)") { try $0.text() })
    }

    /// Of a service date, and where its elder lives and lived before.
    fileprivate static func street(_ row: inout Row) throws -> String {
        let (date, now) = (try row.date(), try row.text())
        return try Recipients.streets(try row.text()).street(on: date) ?? now
    }
}
