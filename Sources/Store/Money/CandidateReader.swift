import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry

/// Reads what asks to be paid in a month, day by day, so that a month of a million lines is never in memory at once.
public struct CandidateReader {
    let tx: any Transaction
    let policy: EvidencePolicy
    let recipients: Recipients

    var month: Month { recipients.month }

    /// What is read at once: a day keeps the rows of orders, visits and legs together, and fits in memory.
    public enum Slice: Hashable, Sendable {
        /// Late visits of months closed before.
        case late
        case day(LocalDate)

        public static func all(of month: Month) -> [Slice] { [.late] + (0..<month.length).map { .day(month.first.adding(days: $0)) } }
    }

    /// Shows every candidate of a page to `body`, whoever's it is.
    public func forEach(in page: MonthPage, _ body: (Candidate) throws -> Void) throws {
        guard case .day(let day) = page.slice else { return try forEachLate(body) }
        for ids in page.ranges {
            switch ids.kind {
            case .order:
                var legs = try legs(on: day, ids)
                try tx.forEachRow(Self.orders(on: day, ids)) { row in
                    var line = try order(&row)
                    line.funding = legs.take(line.subject)
                    try body(line)
                }
            case .meal: try forEachMeal(on: day, ids, body)
            }
        }
    }

    /// All orders or all meals of a day; nil when it has none.
    func all(_ kind: Candidate.Kind, on day: LocalDate) throws -> MonthPage.Range? {
        let last = try tx.value(
            kind == .order
                ? "SELECT MAX(id) FROM service_order WHERE service_date = \(day)" : "SELECT MAX(id) FROM meal_swipe WHERE service_date = \(day)"
        ) { $0.optionalText() }
        return last.map { MonthPage.Range(kind: kind, after: "", until: $0) }
    }

    func forEachLate(_ body: (Candidate) throws -> Void) throws {
        for query in [late, lateAlreadyThere] {
            try tx.forEachRow(query) { row in
                var line = try order(&row)
                line.funding = try funding(of: line.subject)
                line.recipient?.stays = try Recipients.stays(tx, of: line.elder, on: line.date)
                try body(line)
            }
        }
        try tx.forEachRow(lateMeals) { row in
            let canteen = try row.id(Provider.self)
            try body(try meal(&row, canteen))
        }
    }

    func forEachMeal(on day: LocalDate, _ ids: MonthPage.Range, _ body: (Candidate) throws -> Void) throws {
        try tx.forEachRow(
            """
            SELECT m.canteen_id, \(sql: Self.mealColumns) FROM meal_swipe m
            WHERE m.service_date = \(day) AND m.id > \(ids.after) AND m.id <= \(ids.until) AND m.is_reversed = 0
            ORDER BY m.id
            """
        ) { row in
            let canteen = try row.id(Provider.self)
            try body(try meal(&row, canteen))
        }
    }

    /// An order's own line, and those of its elder and its workers within a day of it, finished but perhaps not yet confirmed.
    public func around(_ order: Order) throws -> [Candidate] {
        let (start, end) = (order.window.start - .days(1), order.window.start + .days(1))
        return try tx.rows(
            """
            SELECT \(sql: Self.orderColumns)
            FROM service_order o
            JOIN visit v ON v.order_id = o.id
            JOIN visit w ON w.order_id = \(order.id)
            WHERE o.state IN ('done', 'closed') AND o.start_ms > \(start) AND o.start_ms < \(end)
                AND (o.provider_id = \(order.provider) OR o.elder_id = \(order.elder))
                AND (o.elder_id = \(order.elder) OR v.worker_id IN (w.worker_id, \(order.secondWorker))
                    OR o.second_worker_id IN (w.worker_id, \(order.secondWorker)))
            ORDER BY o.id
            LIMIT 2000
            """
        ) { row in
            var line = try self.order(&row)
            line.funding = try funding(of: line.subject)
            return line
        }
    }

    // MARK: Queries

    private static let orderColumns: StaticString = """
        o.id, o.number, o.elder_id, o.item_code, o.service_date, o.created_ms, o.is_backfilled, o.quantity, o.unit_price_fen,
        o.payable_fen, o.self_pay_fen, o.start_ms, o.end_ms, o.has_open_complaint, o.settlement, o.urgency, o.version,
        (SELECT MAX(CASE WHEN c.came = 0 OR c.paid_extra_fen > 0 THEN 2 ELSE 1 END) FROM callback c WHERE c.order_id = o.id),
        (SELECT MIN(c.received) FROM callback c WHERE c.order_id = o.id),
        v.in_device, v.out_device, v.is_mocked, v.is_location_off, v.signature_sha256, v.signed_by,
        o.second_worker_id, v.order_id, v.provider_id, v.worker_id,
        v.in_at_ms, v.in_received_ms, v.in_method, v.in_distance_m, v.in_accuracy_m, v.in_photo_sha256, v.in_reason_code,
        v.out_at_ms, v.out_received_ms, v.out_method, v.out_distance_m, v.out_accuracy_m, v.out_photo_sha256, v.out_reason_code,
        v.confirmed_by, v.confirmed_ms,
        (SELECT 1 + d.is_locked FROM door_try d WHERE d.order_id = o.id AND d.locked_ms IS NOT NULL)
        """

    private static let mealColumns: StaticString = """
        m.id, m.elder_id, m.item_code, m.service_date, m.received_ms, m.payable_fen, m.self_pay_fen, m.legs, m.device, m.device_ms,
        m.slot, m.entry, m.doubt
        """

    private static func orders(on day: LocalDate, _ ids: MonthPage.Range) -> SQL {
        """
        SELECT \(sql: orderColumns)
        FROM service_order o
        JOIN visit v ON v.order_id = o.id
        WHERE o.service_date = \(day) AND o.id > \(ids.after) AND o.id <= \(ids.until) AND o.state = 'closed'
        ORDER BY o.id
        """
    }

    /// Closed after their own month had been frozen without them: paid now, under their own date.
    private var late: SQL {
        """
        SELECT \(sql: Self.orderColumns)
        FROM service_order o
        JOIN visit v ON v.order_id = o.id
        WHERE o.settlement = 'ready' AND o.service_date < \(month.first) AND o.state = 'closed'
            AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.subject = o.id AND l.month <> \(month))
            AND EXISTS (SELECT 1 FROM settlement_month s WHERE s.month = SUBSTR(o.service_date, 1, 7) AND s.state = 'closed')
        """
    }

    /// Late ones that an interrupted close of this month has marked already: the others are still compared with them.
    private var lateAlreadyThere: SQL {
        """
        SELECT \(sql: Self.orderColumns)
        FROM statement_line l
        JOIN service_order o ON o.id = l.subject
        JOIN visit v ON v.order_id = o.id
        WHERE l.month = \(month) AND l.service_date < \(month.first) AND o.settlement <> 'ready'
        """
    }

    /// Meals that were booked after their own month had been frozen.
    private var lateMeals: SQL {
        """
        SELECT m.canteen_id, \(sql: Self.mealColumns)
        FROM late_meal t
        JOIN meal_swipe m ON m.id = t.id
        WHERE m.service_date < \(month.first) AND m.is_reversed = 0
            AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.subject = m.id AND l.month <> \(month))
            AND EXISTS (SELECT 1 FROM settlement_month s WHERE s.month = SUBSTR(m.service_date, 1, 7) AND s.state = 'closed')
        ORDER BY m.id
        """
    }

    /// The legs of a day's orders, side by side an order; they come in the order in which the orders do, so most need no search.
    struct Legs {
        var rows: [(order: String, funding: Candidate.Funding)] = []
        private var next = 0
        /// Where each order's legs begin; made when one is not where it was expected, as behind an order that has none.
        private lazy var starts = Dictionary(rows.enumerated().map { ($1.order, $0) }, uniquingKeysWith: { first, _ in first })

        mutating func take(_ order: String) -> [Candidate.Funding] {
            if next >= rows.count || rows[next].order != order {
                guard let start = starts[order] else { return [] }
                next = start
            }
            let start = next
            while next < rows.count, rows[next].order == order { next += 1 }
            return rows[start..<next].map(\.funding)
        }
    }

    func legs(on day: LocalDate, _ ids: MonthPage.Range) throws -> Legs {
        var legs = Legs()
        try tx.forEachRow(
            """
            SELECT l.order_id, l.fund, l.programme, l.amount_fen
            FROM service_order o JOIN funding_leg l ON l.order_id = o.id
            WHERE o.service_date = \(day) AND o.id > \(ids.after) AND o.id <= \(ids.until) AND o.state = 'closed' AND l.state <> 'released'
            ORDER BY o.id, l.ordinal
            """
        ) { row in
            legs.rows.append(
                (try row.text(), Candidate.Funding(fund: try row.text(), programme: try row.text(), amount: try row.fen())))
        }
        return legs
    }

    private func funding(of order: String) throws -> [Candidate.Funding] {
        try tx.rows(
            """
            SELECT fund, programme, amount_fen FROM funding_leg WHERE order_id = \(order) AND state <> 'released' ORDER BY ordinal
            """
        ) { Candidate.Funding(fund: try $0.text(), programme: try $0.text(), amount: try $0.fen()) }
    }

    // MARK: Rows

    /// Without its funding.
    private func order(_ row: inout Row) throws -> Candidate {
        let (id, number) = (try row.text(), try row.text())
        let elder = try row.id(Elder.self)
        let person = try recipients.person(elder, tx)
        let (item, date, created, isBackfilled) = (try row.id(Item.self), try row.date(), try row.instant(), try row.bool())
        let (quantity, unit, gross, selfPay) = (try row.quantity(), try row.fen(), try row.fen(), try row.fen())
        let (start, end, hasComplaint) = (try row.instant(), try row.instant(), try row.bool())
        let (settlement, urgency) = (try row.value(Settlement.self), try row.value(Urgency.self))
        let version = try row.int()
        let (callback, received) = (row.optionalInteger(), row.optionalText())
        var traces = VisitTraces()
        traces.inDevice = row.optionalText()
        traces.outDevice = row.optionalText()
        traces.isMocked = try row.bool()
        traces.isLocationOff = try row.bool()
        traces.signatureSHA256 = row.optionalText()
        traces.signedBy = row.optionalText()
        let second = row.optionalID(Worker.self)
        var visit = try Visit(row: &row)
        let locked = row.optionalInteger()
        traces.isCodeLocked = locked == 2
        visit.traces = traces
        var line = Candidate(
            kind: .order, subject: id, number: number, provider: visit.provider, elder: elder, elderDeath: person.death, item: item, date: date,
            createdAt: created, isBackfilled: isBackfilled, quantity: quantity, unitPrice: unit, gross: gross, funding: [],
            selfPay: selfPay, plannedMinutes: (end - start).minutes, begin: visit.checkIn.at, end: visit.checkOut?.at,
            worker: visit.worker, evidence: visit.evidence(policy),
            isManual: visit.isManual, hasOpenComplaint: hasComplaint,
            callbackDenies: callback == 2)
        line.version = version
        line.plannedStart = start
        line.accompany(by: second)
        line.recipient = person.recipient
        line.proof = proof(visit)
        line.proof.received = received
        line.proof.callbackConfirms = callback == 1
        line.proof.isReady = settlement == .ready || settlement == .inStatement || settlement == .paid
        line.proof.isEmergency = urgency == .emergency
        line.proof.wasCodeLocked = locked != nil
        return line
    }

    private func proof(_ visit: Visit) -> Proof {
        var proof = Proof()
        proof.device = visit.traces.inDevice ?? visit.traces.outDevice
        proof.isMocked = visit.traces.isMocked
        proof.hasNoLocation = visit.traces.isLocationOff
        proof.signature = visit.traces.signatureSHA256
        proof.signedBy = visit.traces.signedBy
        for check in [visit.checkIn, visit.checkOut].compactMap({ $0 }) {
            if let photo = check.photoSHA256 { proof.photos.append(photo) }
            guard check.distance_m != nil, !check.isInside(fence_m: policy.fence_m, wide_m: policy.wideFence_m) else { continue }
            if check.method == .app { proof.isOutsideFence = true }
            if check.method == .code || check.method == .card { proof.isCardAway = true }
        }
        return proof
    }

    private func meal(_ row: inout Row, _ canteen: ProviderID) throws -> Candidate {
        let (id, elder) = (try row.text(), try row.id(Elder.self))
        let person = try recipients.person(elder, tx)
        let (item, date, received) = (try row.id(Item.self), try row.date(), try row.instant())
        let (payable, selfPay, legs) = (try row.fen(), try row.fen(), try row.text())
        var line = Candidate(
            kind: .meal, subject: id, number: id, provider: canteen, elder: elder, elderDeath: person.death, item: item, date: date,
            createdAt: received, quantity: .one, unitPrice: payable, gross: payable, funding: try Self.funding(legs), selfPay: selfPay,
            evidence: .slip)
        line.proof.device = try row.text()
        line.proof.swipedAt = try row.instant()
        line.proof.slot = try row.value()
        let entry = MealEntry(rawValue: try row.text())
        if let entry, !entry.isWeak { line.evidence = .partial }
        line.isManual = entry?.isWeak == true
        line.proof.doubt = MealDoubt(rawValue: try row.text())
        line.recipient = person.recipient
        return line
    }

    static func funding(_ text: String) throws -> [Candidate.Funding] {
        // By bytes: every meal of a month comes along here.
        try text.utf8.split(separator: UInt8(ascii: ";")).map { part in
            let fields = part.split(separator: UInt8(ascii: "|")).map { String(Substring($0)) }
            guard fields.count >= 3, let amount = Int64(fields[fields.count - 1]) else { throw StoreFault.corrupt("legs: \(Substring(part))") }
            return Candidate.Funding(fund: fields[0], programme: fields[1], amount: Fen(amount))
        }
    }
}

extension SettlementRepository {
    /// - Parameter evidence: by which the level of each visit is weighed.
    public func candidates(_ recipients: Recipients, evidence: EvidencePolicy) -> CandidateReader {
        CandidateReader(tx: tx, policy: evidence, recipients: recipients)
    }
}
