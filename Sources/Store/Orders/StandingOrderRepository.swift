import Catalog
import Intake
import Kernel
import Orders
import Registry

/// Standing orders by id, by elder and by what is still to be made.
public struct StandingOrderRepository {
    let tx: any Transaction

    public func find(_ id: StandingOrderID) throws -> StandingOrder? {
        try tx.first("SELECT \(sql: Self.columns) FROM standing_order WHERE id = \(id)") { try StandingOrder(row: &$0) }
    }

    /// - Throws: `standing_order_unknown`
    public func require(_ id: StandingOrderID) throws -> StandingOrder {
        guard let order = try find(id) else { throw Rejection(.missing, "standing_order_unknown", "没有这张长期服务单，请核对编号。") }
        return order
    }

    public func insert(_ order: StandingOrder) throws {
        let plan = order.plan
        try tx.execute(
            """
            INSERT INTO standing_order (\(sql: Self.columns))
            VALUES (\(order.id), \(order.elder), \(order.item), \(plan.recurrence.pattern.description), \(Days.text(plan.recurrence.exdates)),
                \(Days.text(plan.recurrence.rdates)), \(plan.start), \(plan.end), \(plan.quantity), \(plan.note), \(plan.preferredProvider),
                \(plan.fromAddress), \(plan.toAddress), \(plan.span.from), \(plan.span.until), \(plan.holidays), \(order.state),
                \(order.reason), \(order.madeUntil), \(order.createdAt), \(order.createdBy), \(order.version))
            """)
    }

    /// Writes what may change of a standing order, if nobody has changed it since `old` was read.
    ///
    /// - Throws: `standing_order_changed` when somebody has.
    public func save(_ order: StandingOrder, replacing old: StandingOrder) throws {
        let plan = order.plan
        let changed = try tx.execute(
            """
            UPDATE standing_order
            SET rule = \(plan.recurrence.pattern.description), exdates = \(Days.text(plan.recurrence.exdates)),
                rdates = \(Days.text(plan.recurrence.rdates)), start_minute = \(plan.start), end_minute = \(plan.end),
                quantity = \(plan.quantity), note = \(plan.note), preferred_provider = \(plan.preferredProvider),
                from_address = \(plan.fromAddress), to_address = \(plan.toAddress), valid_from = \(plan.span.from),
                valid_until = \(plan.span.until), holidays = \(plan.holidays), state = \(order.state), reason = \(order.reason),
                version = \(order.version)
            WHERE id = \(order.id) AND version = \(old.version)
            """)
        guard changed == 1 else { throw Rejection(.conflict, "standing_order_changed", "长期服务单刚被别人修改，请刷新后再操作。") }
    }

    /// Notes how far instances have been looked for; no change that a person makes, so the version stays.
    public func setMadeUntil(_ day: LocalDate, of ids: [StandingOrderID]) throws {
        for part in ids.chunked(by: Chunk.keys) {
            try tx.execute("UPDATE standing_order SET made_until = \(day) WHERE id IN (\(list: part.map(\.text)))")
        }
    }

    public func of(_ elder: ElderID) throws -> [StandingOrder] {
        try tx.rows("SELECT \(sql: Self.columns) FROM standing_order WHERE elder_id = \(elder) ORDER BY id") { try StandingOrder(row: &$0) }
    }

    /// A page in the order of creation, newest first. Nil filters match all.
    public func page(state: StandingOrder.State?, before: StandingOrderID?, limit: Int) throws -> [StandingOrder] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM standing_order
            WHERE id < \(before?.text ?? "~") AND (CAST(\(state?.rawValue) AS TEXT) IS NULL OR state = \(state?.rawValue))
            ORDER BY id DESC
            LIMIT \(limit)
            """) { try StandingOrder(row: &$0) }
    }

    /// Active standing orders by id, so that a run over all of them can be made in parts.
    public func active(after: StandingOrderID?, limit: Int) throws -> [StandingOrder] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM standing_order
            WHERE state = 'active' AND id > \(after?.text ?? "")
            ORDER BY id
            LIMIT \(limit)
            """) { try StandingOrder(row: &$0) }
    }

    public func activeCount() throws -> Int { Int(try tx.integer("SELECT COUNT(*) FROM standing_order WHERE state = 'active'") ?? 0) }

    static let columns: StaticString = """
        id, elder_id, item_code, rule, exdates, rdates, start_minute, end_minute, quantity, note, preferred_provider, from_address, to_address, \
        valid_from, valid_until, holidays, state, reason, made_until, created_ms, created_by, version
        """
}

extension StandingOrder {
    init(row: inout Row) throws {
        let (id, elder): (StandingOrderID, ElderID) = (try row.id(), try row.id())
        let item: ItemCode = try row.id()
        let pattern: Recurrence.Pattern
        do { pattern = try Recurrence.Pattern(try row.text()) } catch is Rejection { throw StoreFault.corrupt("standing_order \(id): rule") }
        let recurrence = Recurrence(pattern, exdates: try Days.set(try row.text()), rdates: try Days.set(try row.text()))
        let (start, end) = (try row.int(), row.optionalInteger().map { Int($0) })
        var plan = StandingPlan(
            recurrence: recurrence, start: start, end: end, quantity: try row.quantity(), note: try row.text(),
            preferredProvider: row.optionalID(), fromAddress: row.optionalText(), toAddress: row.optionalText(),
            span: DateSpan(from: try row.date(), until: try row.optionalDate()))
        plan.holidays = try row.value()
        self.init(
            id: id, elder: elder, item: item, plan: plan, state: try row.value(), reason: row.optionalText(), madeUntil: try row.optionalDate(),
            createdAt: try row.instant(), createdBy: try row.text(), version: try row.int())
    }
}

/// Days in one column, because they are always read and written whole.
private enum Days {
    static func text(_ days: Set<LocalDate>) -> String { days.sorted().map(\.description).joined(separator: ",") }

    static func set(_ text: String) throws -> Set<LocalDate> {
        guard !text.isEmpty else { return [] }
        return Set(
            try text.split(separator: ",").map { part in
                guard let day = LocalDate(part) else { throw StoreFault.corrupt("days: \(part)") }
                return day
            })
    }
}

extension Transaction {
    public var standingOrders: StandingOrderRepository { StandingOrderRepository(tx: self) }
}
