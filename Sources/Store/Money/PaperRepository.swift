import Billing
import Kernel
import Orders
import Registry

/// What the papers of a month say beside its statements: about the elders, the visits and what the ledger owes.
public struct PaperRepository {
    let tx: any Transaction

    /// Elders with a service in the month, by id; of one provider when it is named.
    public func elders(_ month: Month, of provider: ProviderID? = nil) throws -> [ElderID: MonthPapers.ElderFacts] {
        guard let provider else {
            return try elders(
                """
                SELECT \(sql: Self.elderColumns) FROM elder e
                WHERE e.id IN (
                    SELECT elder_id FROM service_order
                    WHERE service_date >= \(month.first) AND service_date <= \(month.last) AND state = 'closed'
                    UNION
                    SELECT elder_id FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last)
                    UNION
                    SELECT elder_id FROM statement_line WHERE month = \(month))
                """)
        }
        return try elders(
            """
            SELECT \(sql: Self.elderColumns) FROM elder e
            WHERE e.id IN (
                SELECT elder_id FROM service_order
                WHERE provider_id = \(provider) AND state = 'closed'
                    AND service_date >= \(month.first) AND service_date <= \(month.last)
                UNION
                SELECT elder_id FROM meal_swipe
                WHERE canteen_id = \(provider) AND service_date >= \(month.first) AND service_date <= \(month.last)
                UNION
                SELECT elder_id FROM statement_line WHERE month = \(month) AND provider_id = \(provider))
            """)
    }

    private static let elderColumns: StaticString = "e.id, e.number, e.name, e.id_tail, e.region, e.community, e.ability_level, e.classes"

    private func elders(_ query: SQL) throws -> [ElderID: MonthPapers.ElderFacts] {
        var result: [ElderID: MonthPapers.ElderFacts] = [:]
        try tx.forEachRow(query) { row in
            let id = try row.id(Elder.self)
            result[id] = MonthPapers.ElderFacts(
                number: try row.text(), maskedName: Masked.name(try row.text()), idTail: row.optionalText() ?? "",
                region: try row.text(), community: try row.text(), abilityLevel: try row.int(), classes: try Packed.classes(try row.text()))
        }
        return result
    }

    /// Visits of the month by order id; of one provider when it is named.
    public func visits(_ month: Month, of provider: ProviderID? = nil) throws -> [String: MonthPapers.VisitFacts] {
        guard let provider else {
            return try visits(
                """
                SELECT \(sql: Self.visitColumns)
                FROM service_order o JOIN visit v ON v.order_id = o.id
                WHERE o.state = 'closed' AND o.service_date >= \(month.first) AND o.service_date <= \(month.last)
                """)
        }
        return try visits(
            """
            SELECT \(sql: Self.visitColumns)
            FROM service_order o JOIN visit v ON v.order_id = o.id
            WHERE o.provider_id = \(provider) AND o.state = 'closed'
                AND o.service_date >= \(month.first) AND o.service_date <= \(month.last)
            """)
    }

    private static let visitColumns: StaticString = """
        o.id, o.start_ms, v.in_at_ms, v.out_at_ms, v.worker_id, v.out_method, v.confirmed_by, \
        (SELECT MAX(c.satisfaction) FROM callback c WHERE c.order_id = o.id)
        """

    private func visits(_ query: SQL) throws -> [String: MonthPapers.VisitFacts] {
        var result: [String: MonthPapers.VisitFacts] = [:]
        try tx.forEachRow(query) { row in
            result[try row.text()] = MonthPapers.VisitFacts(
                planned: try row.instant(), begin: try row.instant(), end: row.optionalInstant(), worker: try row.id(),
                outMethod: try row.optionalValue(), confirmedBy: row.optionalText(), satisfaction: row.optionalInteger().map { Int($0) })
        }
        return result
    }

    /// The class each meal of the month was swiped under, by the id of the swipe.
    public func mealClasses(_ month: Month, of provider: ProviderID? = nil) throws -> [String: String] {
        let query: SQL =
            if let provider {
                """
                SELECT id, class_code FROM meal_swipe
                WHERE canteen_id = \(provider) AND service_date >= \(month.first) AND service_date <= \(month.last)
                """
            } else {
                "SELECT id, class_code FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last)"
            }
        var result: [String: String] = [:]
        try tx.forEachRow(query) { row in result[try row.text()] = try row.text() }
        return result
    }

    /// What the ledger owes each provider for the month.
    public func owed(_ month: Month) throws -> [ProviderID: Fen] {
        var result: [ProviderID: Fen] = [:]
        let (prefix, suffix) = ("payable/", "/\(month)")
        try tx.forEachRow("SELECT name, debit_fen, credit_fen FROM account WHERE name LIKE 'payable/%' ORDER BY name") { row in
            let name = try row.text()
            guard name.hasSuffix(suffix) else { return }
            result[ProviderID(String(name.dropFirst(prefix.count).dropLast(suffix.count)))] = try row.fen() - row.fen()
        }
        return result
    }

    /// What is still only set aside for closed visits of the month, because their proof does not suffice.
    public func unproven(_ month: Month) throws -> [ProviderID: Fen] {
        var result: [ProviderID: Fen] = [:]
        try tx.forEachRow(
            """
            SELECT o.provider_id, CAST(SUM(l.amount_fen) AS BIGINT)
            FROM service_order o JOIN funding_leg l ON l.order_id = o.id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND o.state = 'closed' AND l.state = 'reserved'
            GROUP BY o.provider_id
            ORDER BY o.provider_id
            """
        ) { row in result[try row.id()] = try row.fen() }
        return result
    }
}

extension Transaction {
    public var papers: PaperRepository { PaperRepository(tx: self) }
}
