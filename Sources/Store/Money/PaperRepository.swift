import Billing
import Kernel
import Orders
import Registry

/// What the papers of a month say beside its statements: about the elders, the visits and what the ledger owes.
public struct PaperRepository {
    let tx: any Transaction

    /// Elders with a service in the month, by id; of one provider when it is named.
    public func elders(_ month: Month, of provider: ProviderID? = nil) throws -> [ElderID: MonthPapers.ElderFacts] {
        var result: [ElderID: MonthPapers.ElderFacts] = [:]
        try tx.forEachRow(
            """
            SELECT e.id, e.number, e.name, e.id_tail, e.region, e.community, e.ability_level, e.classes
            FROM elder e
            WHERE e.id IN (
                SELECT o.elder_id FROM service_order o
                WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND o.state = 'closed'
                    AND (\(provider) IS NULL OR o.provider_id = \(provider))
                UNION
                SELECT m.elder_id FROM meal_swipe m
                WHERE m.service_date >= \(month.first) AND m.service_date <= \(month.last)
                    AND (\(provider) IS NULL OR m.canteen_id = \(provider))
                UNION
                SELECT l.elder_id FROM statement_line l
                WHERE l.month = \(month) AND (\(provider) IS NULL OR l.provider_id = \(provider)))
            """
        ) { row in
            let id = try row.id(Elder.self)
            result[id] = MonthPapers.ElderFacts(
                number: try row.text(), maskedName: Masked.name(try row.text()), idTail: row.optionalText() ?? "",
                region: try row.text(), community: try row.text(), abilityLevel: try row.int(), classes: try Packed.classes(try row.text()))
        }
        return result
    }

    /// Visits of the month by order id; of one provider when it is named.
    public func visits(_ month: Month, of provider: ProviderID? = nil) throws -> [String: MonthPapers.VisitFacts] {
        var result: [String: MonthPapers.VisitFacts] = [:]
        try tx.forEachRow(
            """
            SELECT o.id, o.start_ms, v.in_at_ms, v.out_at_ms, v.worker_id, v.out_method, v.confirmed_by,
                (SELECT MAX(c.satisfaction) FROM callback c WHERE c.order_id = o.id)
            FROM service_order o JOIN visit v ON v.order_id = o.id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND o.state = 'closed'
                AND (\(provider) IS NULL OR o.provider_id = \(provider))
            """
        ) { row in
            result[try row.text()] = MonthPapers.VisitFacts(
                planned: try row.instant(), begin: try row.instant(), end: row.optionalInstant(), worker: try row.id(),
                outMethod: try row.optionalValue(), confirmedBy: row.optionalText(), satisfaction: row.optionalInteger().map { Int($0) })
        }
        return result
    }

    /// The class each meal of the month was swiped under, by the id of the swipe.
    public func mealClasses(_ month: Month, of provider: ProviderID? = nil) throws -> [String: String] {
        var result: [String: String] = [:]
        try tx.forEachRow(
            """
            SELECT id, class_code FROM meal_swipe
            WHERE service_date >= \(month.first) AND service_date <= \(month.last) AND settlement <> 'reversed'
                AND (\(provider) IS NULL OR canteen_id = \(provider))
            """
        ) { row in result[try row.text()] = try row.text() }
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
}

extension Transaction {
    public var papers: PaperRepository { PaperRepository(tx: self) }
}
