import Catalog
import Kernel
import Orders
import Registry

/// Orders by id, by elder, by provider and by what is due.
public struct OrderRepository {
    let tx: any Transaction

    public func find(_ id: OrderID) throws -> Order? {
        try tx.first("SELECT \(sql: Self.columns) FROM service_order WHERE id = \(id)") { try Order(row: &$0) }
    }

    /// Those that there are, in no order.
    public func find(_ ids: [OrderID]) throws -> [Order] {
        try ids.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows("SELECT \(sql: Self.columns) FROM service_order WHERE id IN (\(list: part.map(\.text)))") { try Order(row: &$0) }
        }
    }

    /// - Throws: `order_unknown` when there is no such order.
    public func require(_ id: OrderID) throws -> Order {
        guard let order = try find(id) else { throw Rejection(.missing, "order_unknown", "没有这张工单，请核对编号。") }
        return order
    }

    public func insert(_ order: Order) throws {
        try tx.execute(
            """
            INSERT INTO service_order (\(sql: Self.columns), service_date)
            VALUES (\(order.id), \(order.number), \(order.elder), \(order.item), \(order.mode), \(order.region),
                \(order.window.start), \(order.window.end), \(order.quantity), \(order.urgency), \(order.source), \(order.caller),
                \(order.callID), \(order.note), \(order.fromAddress), \(order.toAddress), \(order.preferredProvider), \(order.createdAt),
                \(order.createdBy), \(order.isBackfilled), \(order.visitCode), \(order.state), \(order.verification), \(order.settlement),
                \(order.serviceLevel), \(order.hasOpenComplaint), \(order.provider), \(order.worker), \(order.secondWorker),
                \(order.attempts), \(order.timer?.kind.rawValue), \(order.timer?.due), \(order.priceVersion), \(order.unitPrice), \(order.payable),
                \(order.selfPay), \(order.version), \(order.serviceDate))
            """)
    }

    /// Writes what may change of an order, if nobody has changed it since `old` was read.
    ///
    /// - Throws: `order_changed` when somebody has.
    public func save(_ order: Order, replacing old: Order) throws {
        let changed = try tx.execute(
            """
            UPDATE service_order
            SET start_ms = \(order.window.start), end_ms = \(order.window.end), service_date = \(order.serviceDate),
                state = \(order.state), verification = \(order.verification), settlement = \(order.settlement),
                service_level = \(order.serviceLevel), has_open_complaint = \(order.hasOpenComplaint), provider_id = \(order.provider),
                worker_id = \(order.worker), second_worker_id = \(order.secondWorker), attempts = \(order.attempts),
                timer_kind = \(order.timer?.kind.rawValue),
                timer_due_ms = \(order.timer?.due), price_version = \(order.priceVersion), unit_price_fen = \(order.unitPrice),
                payable_fen = \(order.payable), self_pay_fen = \(order.selfPay), version = \(order.version)
            WHERE id = \(order.id) AND version = \(old.version)
            """)
        guard changed == 1 else { throw Rejection(.conflict, "order_changed", "工单刚被别人修改，请刷新后再操作。") }
    }

    /// The code that the elder is told instead of the one before.
    public func set(visitCode: String, of id: OrderID) throws {
        try tx.execute("UPDATE service_order SET visit_code = \(visitCode) WHERE id = \(id)")
    }

    /// Orders of this elder for this item that are still open and begin in the same hour: probably the same call made twice.
    public func twin(of elder: ElderID, item: ItemCode, near start: Instant) throws -> Order? {
        try tx.first(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE elder_id = \(elder) AND start_ms > \(start - .hours(1)) AND start_ms < \(start + .hours(1)) AND item_code = \(item)
                AND state NOT IN ('closed', 'cancelled', 'failed', 'voided')
            ORDER BY start_ms, id
            LIMIT 1
            """) { try Order(row: &$0) }
    }

    /// An elder's orders, newest start first.
    /// The days for which an elder has an item, or will have it, with public money.
    public func funded(_ elder: ElderID, _ item: ItemCode, from: LocalDate, until: LocalDate, except: OrderID?) throws -> [LocalDate] {
        try tx.rows(
            """
            SELECT service_date FROM service_order
            WHERE elder_id = \(elder) AND start_ms >= \(Instant(from)) AND start_ms < \(Instant(until)) AND item_code = \(item)
                AND state NOT IN ('cancelled', 'failed', 'voided') AND self_pay_fen < payable_fen AND id <> \(except?.text ?? "")
            ORDER BY start_ms, id
            """
        ) { try $0.date() }
    }

    public func latest(of elder: ElderID, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order WHERE elder_id = \(elder) ORDER BY start_ms DESC, id DESC LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// An elder's open orders, soonest first.
    public func open(of elder: ElderID, limit: Int = 100) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE elder_id = \(elder) AND state NOT IN ('closed', 'cancelled', 'failed', 'voided')
            ORDER BY start_ms, id
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    public func of(_ provider: ProviderID, state: OrderState, after: OrderID?, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE provider_id = \(provider) AND state = \(state) AND id > \(after?.text ?? "")
            ORDER BY id
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// What a provider has agreed to and not yet left behind, soonest first.
    public func calendar(of provider: ProviderID, from start: Instant, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE provider_id = \(provider) AND state IN ('accepted', 'scheduled', 'in_service', 'done') AND start_ms > \(start)
            ORDER BY start_ms, id
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// A page of orders in the order they were taken, newest first, for the operators' list. Nil filters match all.
    public func page(
        state: OrderState?, elder: ElderID?, provider: ProviderID?, day: LocalDate?, before: OrderID?, limit: Int
    ) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE id < \(before?.text ?? "~")
                AND (CAST(\(state?.rawValue) AS TEXT) IS NULL OR state = \(state?.rawValue))
                AND (CAST(\(elder) AS TEXT) IS NULL OR elder_id = \(elder))
                AND (CAST(\(provider) AS TEXT) IS NULL OR provider_id = \(provider))
                AND (CAST(\(day) AS TEXT) IS NULL OR service_date = \(day))
            ORDER BY id DESC
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    public func byNumber(_ number: String) throws -> Order? {
        try tx.first("SELECT \(sql: Self.columns) FROM service_order WHERE number = \(number)") { try Order(row: &$0) }
    }

    /// Orders of a day in some states, by id.
    public func of(_ day: LocalDate, in states: [OrderState], after: OrderID?, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE service_date = \(day) AND state IN (\(list: states.map(\.rawValue))) AND id > \(after?.text ?? "")
            ORDER BY id
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// The days from one on on which a provider holds orders that have not begun.
    public func openDays(of provider: ProviderID, from: LocalDate) throws -> [LocalDate] {
        try tx.rows(
            """
            SELECT DISTINCT service_date FROM service_order
            WHERE provider_id = \(provider) AND state IN ('offered', 'accepted', 'scheduled') AND service_date >= \(from)
            ORDER BY service_date
            LIMIT 400
            """) { try $0.date() }
    }

    /// Orders whose number begins with what was typed, in the order of numbers.
    public func numbered(_ prefix: String, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE number >= \(prefix) AND number < \(prefix.afterPrefix) ORDER BY number LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// Orders whose timer has run out, most overdue first.
    public func due(by now: Instant, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE timer_due_ms IS NOT NULL AND timer_due_ms <= \(now)
            ORDER BY timer_due_ms, id
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// What a list of waiting orders is narrowed to; nil for everything.
    public struct Filter: Hashable, Sendable {
        public var state: OrderState?
        public var region: String?
        /// The first two digits of an item.
        public var category: String?
        /// Only those whose time is out by then.
        public var late: Instant?
        public var isEmergency: Bool
        /// The day of service; only asked of orders that have ended.
        public var day: LocalDate?

        public init(
            state: OrderState? = nil, region: String? = nil, category: String? = nil, late: Instant? = nil, isEmergency: Bool = false,
            day: LocalDate? = nil
        ) {
            (self.state, self.region, self.category, self.late) = (state, region, category, late)
            (self.isEmergency, self.day) = (isEmergency, day)
        }
    }

    /// The last row of a page of the dispatch board: the next one goes on after it.
    public struct Place: Hashable, Sendable {
        /// When its time is out; nil where orders have ended and are listed by id alone.
        public let due: Instant?
        public let id: OrderID

        public init(due: Instant?, id: OrderID) { (self.due, self.id) = (due, id) }
    }

    /// Orders with a deadline, the most overdue first.
    ///
    /// - Parameter place: the last row of the page before; nil for the first page.
    public func waiting(_ filter: Filter, after place: Place? = nil, limit: Int) throws -> [Order] {
        // What is not asked for is not in the text: an index then leads to the rows, and nothing else that waits is gone through.
        var query: SQL = "SELECT \(sql: Self.columns) FROM service_order WHERE timer_due_ms IS NOT NULL"
        if let state = filter.state { query = "\(nested: query) AND state = \(state)" }
        if let region = filter.region { query = "\(nested: query) AND region = \(region)" }
        if let category = filter.category { query = "\(nested: query) AND SUBSTR(item_code, 1, 2) = \(category)" }
        if filter.isEmergency { query = "\(nested: query) AND urgency = 'emergency'" }
        if let late = filter.late { query = "\(nested: query) AND timer_due_ms <= \(late)" }
        if let due = place?.due, let id = place?.id { query = "\(nested: query) AND (timer_due_ms, id) > (\(due), \(id))" }
        return try tx.rows("\(nested: query) ORDER BY timer_due_ms, id LIMIT \(limit)") { try Order(row: &$0) }
    }

    /// Orders of a day of service, the newest first. All that ever ended would be all there are, and a rare state would be searched for in them.
    public func ended(_ filter: Filter, on day: LocalDate, after place: Place? = nil, limit: Int) throws -> [Order] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM service_order
            WHERE service_date = \(day) AND id < \(place?.id.text ?? "~")
                AND (CAST(\(filter.state?.rawValue) AS TEXT) IS NULL OR state = \(filter.state?.rawValue))
                AND (CAST(\(filter.region) AS TEXT) IS NULL OR region = \(filter.region))
                AND (CAST(\(filter.category) AS TEXT) IS NULL OR SUBSTR(item_code, 1, 2) = \(filter.category))
            ORDER BY id DESC
            LIMIT \(limit)
            """) { try Order(row: &$0) }
    }

    /// When the next timer of any order runs out.
    public func nextDue() throws -> Instant? {
        try tx.first("SELECT timer_due_ms FROM service_order WHERE timer_due_ms IS NOT NULL ORDER BY timer_due_ms LIMIT 1") {
            try $0.instant()
        }
    }

    public func counts() throws -> [OrderState: Int] {
        let rows = try tx.rows("SELECT state, COUNT(*) FROM service_order GROUP BY state") {
            (try $0.value(OrderState.self), try $0.int())
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// The next number of a day: `260301-00042`.
    public func nextNumber(on day: LocalDate) throws -> String {
        let last = try tx.integer(
            """
            INSERT INTO number_series (day, last) VALUES (\(day), 1)
            ON CONFLICT (day) DO UPDATE SET last = number_series.last + 1
            RETURNING last
            """)
        let text = String(last ?? 1)
        let date = day.description.utf8.filter { $0 != 0x2D }.dropFirst(2)
        return "\(String(decoding: date, as: UTF8.self))-\(String(repeating: "0", count: max(0, 5 - text.utf8.count)))\(text)"
    }

    static let columns: StaticString = """
        id, number, elder_id, item_code, mode, region, start_ms, end_ms, quantity, urgency, source, caller, call_id, note, from_address, \
        to_address, preferred_provider, created_ms, created_by, is_backfilled, visit_code, state, verification, settlement, service_level, \
        has_open_complaint, provider_id, worker_id, second_worker_id, attempts, timer_kind, timer_due_ms, \
        price_version, unit_price_fen, payable_fen, self_pay_fen, version
        """
}

extension Order {
    init(row: inout Row) throws {
        let id: OrderID = try row.id()
        let number = try row.text()
        let elder: ElderID = try row.id()
        let item: ItemCode = try row.id()
        let mode: Mode = try row.value()
        let region = try row.text()
        let (start, end) = (try row.instant(), try row.instant())
        guard let window = TimeWindow(start: start, end: end) else { throw StoreFault.corrupt("order \(id): ends before it starts") }
        self.init(
            id: id, number: number, elder: elder, item: item, mode: mode, region: region, window: window, quantity: try row.quantity(),
            urgency: try row.value(), source: try row.text(), caller: row.optionalText(), callID: row.optionalText(),
            note: try row.text(), fromAddress: row.optionalText(), toAddress: row.optionalText(), preferredProvider: row.optionalID(),
            createdAt: try row.instant(), createdBy: try row.text(), isBackfilled: try row.bool(), visitCode: try row.text(), state: try row.value(),
            verification: try row.value(), settlement: try row.value(), serviceLevel: try row.value(), hasOpenComplaint: try row.bool(),
            provider: row.optionalID(), worker: row.optionalID(), secondWorker: row.optionalID(), attempts: try row.int(),
            timer: try Order.timer(&row), priceVersion: try row.text(), unitPrice: try row.fen(), payable: try row.fen(), selfPay: try row.fen(),
            version: try row.int())
    }

    private static func timer(_ row: inout Row) throws -> OrderTimer? {
        let kind: TimerKind? = try row.optionalValue()
        let due = row.optionalInstant()
        guard let kind, let due else { return nil }
        return OrderTimer(kind, due: due)
    }
}

extension Transaction {
    public var orders: OrderRepository { OrderRepository(tx: self) }
}
