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

    /// Visits of the month, and late ones of months before that stand on its statements, by order id; of one provider when it is named.
    public func visits(_ month: Month, of provider: ProviderID? = nil) throws -> [String: MonthPapers.VisitFacts] {
        guard let provider else {
            return try visits(
                """
                SELECT \(sql: Self.visitColumns)
                FROM service_order o JOIN visit v ON v.order_id = o.id
                WHERE o.state = 'closed' AND o.service_date >= \(month.first) AND o.service_date <= \(month.last)
                UNION ALL
                SELECT \(sql: Self.visitColumns)
                FROM statement_line l JOIN service_order o ON o.id = l.subject JOIN visit v ON v.order_id = o.id
                WHERE l.month = \(month) AND l.service_date < \(month.first)
                """)
        }
        return try visits(
            """
            SELECT \(sql: Self.visitColumns)
            FROM service_order o JOIN visit v ON v.order_id = o.id
            WHERE o.provider_id = \(provider) AND o.state = 'closed'
                AND o.service_date >= \(month.first) AND o.service_date <= \(month.last)
            UNION ALL
            SELECT \(sql: Self.visitColumns)
            FROM statement_line l JOIN service_order o ON o.id = l.subject JOIN visit v ON v.order_id = o.id
            WHERE l.month = \(month) AND l.provider_id = \(provider) AND l.service_date < \(month.first)
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

    /// What the ledger owes each provider for what stands on the statements of the month.
    ///
    /// Money is owed under the month of the service: what came late moves from there to the month that pays it.
    public func owed(_ month: Month) throws -> [ProviderID: Fen] {
        var result: [ProviderID: Fen] = [:]
        let (prefix, suffix) = ("payable/", "/\(month)")
        try tx.forEachRow("SELECT name, debit_fen, credit_fen FROM account WHERE name LIKE 'payable/%' ORDER BY name") { row in
            let name = try row.text()
            guard name.hasSuffix(suffix) else { return }
            result[ProviderID(String(name.dropFirst(prefix.count).dropLast(suffix.count)))] = try row.fen() - row.fen()
        }
        let (came, went) = (try posted(onStatementsOf: month), try posted(movedFrom: month))
        for (provider, amount) in came { result[provider, default: .zero] += amount }
        for (provider, amount) in went { result[provider] = (result[provider] ?? .zero) - amount }
        return result
    }

    /// Of the late services of months before, by provider.
    private func posted(onStatementsOf month: Month) throws -> [(ProviderID, Fen)] {
        try tx.rows(
            """
            WITH late AS (SELECT subject, provider_id FROM statement_line WHERE month = \(month) AND service_date < \(month.first))
            \(sql: Self.posted)
            """
        ) { (try $0.id(), try $0.fen()) }
    }

    /// Of the services of a closed month that it does not pay.
    private func posted(movedFrom month: Month) throws -> [(ProviderID, Fen)] {
        guard try tx.settlements.state(of: month) == .closed else { return [] }
        return try tx.rows(
            """
            WITH late AS (
                SELECT o.id AS subject, o.provider_id FROM service_order o
                WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND o.state = 'closed'
                    AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.month = \(month) AND l.subject = o.id)
                UNION ALL
                SELECT m.id, m.canteen_id FROM late_meal t JOIN meal_swipe m ON m.id = t.id
                WHERE m.service_date >= \(month.first) AND m.service_date <= \(month.last)
                    AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.month = \(month) AND l.subject = m.id))
            \(sql: Self.posted)
            """
        ) { (try $0.id(), try $0.fen()) }
    }

    /// What is owed for the services in `late`, corrections apart, which move nothing of their line's own debt.
    private static let posted: StaticString = """
        SELECT late.provider_id, CAST(SUM(CASE WHEN p.debit LIKE 'payable/%' THEN p.amount_fen ELSE -p.amount_fen END) AS BIGINT)
        FROM late JOIN posting p ON p.subject = late.subject
        WHERE (p.debit LIKE 'payable/%' OR p.credit LIKE 'payable/%') AND p.debit NOT LIKE 'correction/%' AND p.credit NOT LIKE 'correction/%'
        GROUP BY late.provider_id ORDER BY late.provider_id
        """

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
