import Billing
import Kernel
import Orders
import Registry

/// What the papers of a month say beside its statements: about the elders, the visits and what the ledger owes.
public struct PaperRepository {
    let tx: any Transaction

    /// Elders with a service in the month, by id.
    public func elders(_ month: Month, and late: LateLines) throws -> [ElderID: MonthPapers.ElderFacts] {
        var result = try elders(late.elders)
        try read(
            """
            SELECT \(sql: Self.elderColumns) FROM elder e
            WHERE e.id IN (
                SELECT elder_id FROM service_order
                WHERE service_date >= \(month.first) AND service_date <= \(month.last) AND state = 'closed'
                UNION
                SELECT elder_id FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last))
            """, into: &result)
        return result
    }

    /// Some elders, by id.
    public func elders(_ ids: [String]) throws -> [ElderID: MonthPapers.ElderFacts] {
        var result = [ElderID: MonthPapers.ElderFacts](minimumCapacity: ids.count)
        for part in ids.chunked(by: Chunk.keys) {
            try read("SELECT \(sql: Self.elderColumns) FROM elder e WHERE e.id IN (\(list: Array(part)))", into: &result)
        }
        return result
    }

    /// Whoever a cash payment of the month is for, or one that was taken back in it.
    public func elders(paidIn month: Month) throws -> [ElderID: MonthPapers.ElderFacts] {
        var result: [ElderID: MonthPapers.ElderFacts] = [:]
        try read(
            """
            SELECT \(sql: Self.elderColumns) FROM elder e
            WHERE e.id IN (SELECT elder_id FROM payout WHERE month = \(month) AND state <> 'released')
                OR e.id IN (SELECT p.elder_id FROM payout_reversal r JOIN payout p ON p.id = r.payout_id WHERE r.month = \(month))
            """, into: &result)
        return result
    }

    private static let elderColumns: StaticString =
        "e.id, e.number, e.name, COALESCE(e.id_tail, ''), e.region, e.streets, e.community, e.ability_level, e.classes"

    private func read(_ query: SQL, into elders: inout [ElderID: MonthPapers.ElderFacts]) throws {
        try tx.forEachRow(query) { row in elders[try row.id(Elder.self)] = try MonthPapers.ElderFacts(row: &row) }
    }

    /// The lines of months before that adjustments correct, by the id of the adjustment.
    public func corrected(_ adjustments: [Adjustment]) throws -> [String: MonthPapers.CorrectedLine] {
        var result: [String: MonthPapers.CorrectedLine] = [:]
        for part in adjustments.filter({ $0.rule == nil }).map(\.id).chunked(by: Chunk.keys) {
            try tx.forEachRow(
                """
                SELECT a.id, l.kind, l.subject, l.service_date, l.number, \(sql: Self.elderColumns)
                FROM adjustment a CROSS JOIN statement_line l JOIN elder e ON e.id = l.elder_id
                WHERE a.id IN (\(list: Array(part))) AND l.subject = a.subject AND l.month = a.month
                """
            ) { row in
                let (id, kind): (String, Candidate.Kind) = (try row.text(), try row.value())
                let (subject, date) = (try row.text(), try row.date())
                let (number, _) = (try row.text(), try row.id(Elder.self))
                result[id] = MonthPapers.CorrectedLine(
                    number: kind == .meal ? SwipeNumber(subject, on: date).text : number, date: date, elder: try MonthPapers.ElderFacts(row: &row))
            }
        }
        return result
    }

    /// Visits of the month and of its late lines, by order id; of one provider when it is named: its orders are known by an index alone, which
    /// holds them by the moment of the service.
    ///
    /// - Parameter count: about how many there will be.
    public func visits(
        _ month: Month, of provider: ProviderID? = nil, and late: LateLines, about count: Int = 0
    ) throws -> [String: MonthPapers.VisitFacts] {
        let query: SQL =
            if let provider {
                """
                SELECT \(sql: Self.visitColumns)
                FROM service_order o JOIN visit v ON v.order_id = o.id
                WHERE o.provider_id = \(provider) AND o.state = 'closed'
                    AND o.start_ms >= \(Instant(month.first)) AND o.start_ms < \(Instant(month.adding(1).first))
                """
            } else {
                """
                SELECT \(sql: Self.visitColumns)
                FROM service_order o JOIN visit v ON v.order_id = o.id
                WHERE o.state = 'closed' AND o.service_date >= \(month.first) AND o.service_date <= \(month.last)
                """
            }
        let queries = [query] + late.subjects.chunked(by: Chunk.keys).map { part in
            "SELECT \(sql: Self.visitColumns) FROM service_order o JOIN visit v ON v.order_id = o.id WHERE o.id IN (\(list: Array(part)))"
        }
        var result = [String: MonthPapers.VisitFacts](minimumCapacity: count)
        for query in queries {
            try tx.forEachRow(query) { row in
                result[try row.text()] = MonthPapers.VisitFacts(
                    planned: try row.instant(), begin: try row.instant(), end: row.optionalInstant(), worker: try row.id(),
                    outMethod: try row.optionalValue(), confirmedBy: row.optionalText())
            }
        }
        return result
    }

    private static let visitColumns: StaticString = "o.id, o.start_ms, v.in_at_ms, v.out_at_ms, v.worker_id, v.out_method, v.confirmed_by"

    /// What call-backs have heard of the month and of its late lines, 1 ... 5, by the id of the order: of several the best.
    public func satisfaction(_ month: Month, and late: LateLines) throws -> [String: Int] {
        let query: SQL = """
            SELECT o.id, MAX(c.satisfaction) FROM service_order o JOIN callback c ON c.order_id = o.id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) AND c.satisfaction IS NOT NULL
            GROUP BY o.id
            """
        let queries = [query] + late.subjects.chunked(by: Chunk.keys).map { part in
            "SELECT order_id, MAX(satisfaction) FROM callback WHERE order_id IN (\(list: Array(part))) AND satisfaction IS NOT NULL GROUP BY order_id"
        }
        var result: [String: Int] = [:]
        for query in queries { try tx.forEachRow(query) { row in result[try row.text()] = try row.int() } }
        return result
    }

    /// The class each meal of the month and of its late lines was swiped under, by the id of the swipe.
    public func mealClasses(_ month: Month, of provider: ProviderID? = nil, and late: LateLines) throws -> [String: String] {
        let query: SQL =
            if let provider {
                """
                SELECT id, class_code FROM meal_swipe
                WHERE canteen_id = \(provider) AND service_date >= \(month.first) AND service_date <= \(month.last)
                """
            } else {
                "SELECT id, class_code FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last)"
            }
        let queries = [query] + late.subjects.chunked(by: Chunk.keys).map { "SELECT id, class_code FROM meal_swipe WHERE id IN (\(list: Array($0)))" }
        var result: [String: String] = [:]
        for query in queries { try tx.forEachRow(query) { row in result[try row.text()] = try row.text() } }
        return result
    }

    /// What the ledger owes each provider for what stands on the statements of the month.
    ///
    /// Money is owed under the month of the service: what came late moves from there to the month that pays it. What was transferred, and what
    /// corrections of other months' lines have added or taken, moves nothing of that debt.
    public func owed(_ month: Month, and late: LateLines) throws -> [ProviderID: Fen] {
        var result: [ProviderID: Fen] = [:]
        let (prefix, suffix) = ("payable/", "/\(month)")
        try tx.forEachRow("SELECT name, debit_fen, credit_fen FROM account WHERE name LIKE 'payable/%' ORDER BY name") { row in
            let name = try row.text()
            guard name.hasSuffix(suffix) else { return }
            result[ProviderID(String(name.dropFirst(prefix.count).dropLast(suffix.count)))] = try row.fen() - row.fen()
        }
        let (taken, added) = (try besides(month) + posted(movedFrom: month), try posted(late))
        for (provider, amount) in taken.map({ ($0, -$1) }) + added { result[provider, default: .zero] += amount }
        return result
    }

    /// What stands on the accounts of a month beside the debts of its services.
    private func besides(_ month: Month) throws -> [(ProviderID, Fen)] {
        try tx.rows(
            """
            SELECT p.provider_id, -p.amount_fen FROM payment p WHERE p.month = \(month) AND p.state = 'paid'
            UNION ALL
            SELECT c.provider_id, CASE WHEN c.month = \(month) THEN -c.amount_fen ELSE c.amount_fen END
            FROM adjustment c WHERE c.rule = 'CARRY' AND (c.month = \(month) AND c.statement_month IS NOT NULL OR c.statement_month = \(month))
            UNION ALL
            SELECT a.provider_id, CASE WHEN p.debit LIKE 'payable/%' THEN p.amount_fen ELSE -p.amount_fen END
            FROM adjustment a CROSS JOIN posting p
            WHERE a.rule = '' AND a.approved_by IS NOT NULL AND p.subject = a.subject
                AND (p.debit = 'payable/' || a.provider_id || '/' || \(month) AND p.credit LIKE 'correction/%'
                    OR p.credit = 'payable/' || a.provider_id || '/' || \(month) AND p.debit LIKE 'correction/%')
            """
        ) { (try $0.id(), try $0.fen()) }
    }

    /// Of the late services of months before, by provider.
    private func posted(_ late: LateLines) throws -> [(ProviderID, Fen)] {
        try late.byProvider.sorted { $0.key < $1.key }.flatMap { provider, subjects in
            try subjects.chunked(by: Chunk.keys).map { part in
                (provider, try tx.sum("SELECT \(sql: Self.owedSum) FROM posting p WHERE p.subject IN (\(list: Array(part))) AND \(sql: Self.isOwed)"))
            }
        }
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
            SELECT late.provider_id, \(sql: Self.owedSum) FROM late JOIN posting p ON p.subject = late.subject
            WHERE \(sql: Self.isOwed) GROUP BY late.provider_id ORDER BY late.provider_id
            """
        ) { (try $0.id(), try $0.fen()) }
    }

    /// What entries say is owed for their services, corrections apart, which move nothing of their line's own debt.
    private static let owedSum: StaticString =
        "CAST(SUM(CASE WHEN p.debit LIKE 'payable/%' THEN p.amount_fen ELSE -p.amount_fen END) AS BIGINT)"
    private static let isOwed: StaticString = """
        (p.debit LIKE 'payable/%' OR p.credit LIKE 'payable/%') AND p.debit NOT LIKE 'correction/%' AND p.credit NOT LIKE 'correction/%'
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

extension MonthPapers.ElderFacts {
    /// After the id.
    init(row: inout Row) throws {
        self.init(
            number: try row.text(), maskedName: Masked.name(try row.text()), idTail: try row.text(), region: try row.text(),
            formerStreets: try Recipients.streets(try row.text()), community: try row.text(),
            abilityLevel: try row.int(), classes: try Packed.classes(try row.text()))
    }
}

/// 迟到的行: services of months before that stand on a month's statements, frozen or as they would be now.
public struct LateLines: Sendable {
    let subjects: [String]
    let elders: [String]
    let byProvider: [ProviderID: [String]]

    public init(_ statements: [Statement], of month: Month) {
        let first = month.first
        let late = statements.flatMap { $0.lines.filter { $0.candidate.date < first }.map(\.candidate) }
        subjects = late.map(\.subject)
        elders = Set(late.map(\.elder.text)).sorted()
        byProvider = Dictionary(grouping: late, by: \.provider).mapValues { $0.map(\.subject) }
    }
}

extension Transaction {
    public var papers: PaperRepository { PaperRepository(tx: self) }
}
