import Catalog
import Entitlement
import Kernel
import Orders
import Registry

// The rows of many orders at once, as a night's run over all standing orders needs them. Each function writes what its single
// namesake writes, and the tests compare the two.

extension OrderRepository {
    /// The last number given out on a day.
    public func lastNumber(on day: LocalDate) throws -> Int { Int(try tx.integer("SELECT last FROM number_series WHERE day = \(day)") ?? 0) }

    public func setLastNumber(_ last: Int, on day: LocalDate) throws {
        try tx.execute(
            "INSERT INTO number_series (day, last) VALUES (\(day), \(last)) ON CONFLICT (day) DO UPDATE SET last = excluded.last")
    }

    /// `260301-00042`
    public static func number(_ place: Int, on day: LocalDate) -> String {
        let text = String(place)
        let date = day.description.utf8.filter { $0 != 0x2D }.dropFirst(2)
        return "\(String(decoding: date, as: UTF8.self))-\(String(repeating: "0", count: max(0, 5 - text.utf8.count)))\(text)"
    }

    public func insert(_ orders: [Order]) throws {
        try Self.bulk.run(
            orders.map { o in
                [
                    .text(o.id.text), .text(o.number), .text(o.elder.text), .text(o.item.text), .text(o.mode.rawValue), .text(o.region),
                    .integer(o.window.start.milliseconds), .integer(o.window.end.milliseconds), .integer(o.quantity.hundredths),
                    .text(o.urgency.rawValue), .text(o.source), .text(o.caller), .text(o.callID), .text(o.note), .text(o.fromAddress),
                    .text(o.toAddress), .text(o.preferredProvider?.text), .integer(o.createdAt.milliseconds), .text(o.createdBy),
                    .integer(o.isBackfilled ? 1 : 0), .text(o.visitCode), .text(o.state.rawValue), .text(o.verification.rawValue),
                    .text(o.settlement.rawValue), .text(o.serviceLevel.rawValue), .integer(o.hasOpenComplaint ? 1 : 0),
                    .text(o.provider?.text), .text(o.worker?.text), .integer(Int64(o.attempts)), .text(o.timer?.kind.rawValue),
                    .integer(o.timer?.due.milliseconds), .text(o.priceVersion), .integer(o.unitPrice.amount), .integer(o.payable.amount),
                    .integer(o.selfPay.amount), .integer(Int64(o.version)), .text(o.serviceDate.description),
                ]
            }, tx)
    }

    private static let bulk = BulkInsert("INSERT INTO service_order (\(columns), service_date)", width: 37)

    /// Open orders of some elders that begin between two moments: enough of each to find a twin.
    public func open(of elders: [ElderID], from: Instant, until: Instant) throws -> [Twin] {
        try elders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT elder_id, item_code, start_ms, number, state FROM service_order
                WHERE elder_id IN (\(list: part.map(\.text))) AND start_ms > \(from) AND start_ms < \(until)
                    AND state NOT IN ('closed', 'cancelled', 'failed', 'voided')
                ORDER BY elder_id, start_ms, id
                """
            ) {
                Twin(elder: try $0.id(), item: try $0.id(), start: try $0.instant(), number: try $0.text(), state: try $0.value())
            }
        }
    }

    /// The days for which some elders have an item, or will have it, with public money.
    public func funded(_ elders: [ElderID], from: LocalDate, until: LocalDate) throws -> [(elder: ElderID, item: ID<Item>, day: LocalDate)] {
        try elders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT elder_id, item_code, service_date FROM service_order
                WHERE elder_id IN (\(list: part.map(\.text))) AND start_ms >= \(Instant(from)) AND start_ms < \(Instant(until))
                    AND state NOT IN ('cancelled', 'failed', 'voided') AND self_pay_fen < payable_fen
                ORDER BY elder_id, start_ms, id
                """
            ) { (try $0.id(), try $0.id(), try $0.date()) }
        }
    }

    /// An open order, as far as the question goes whether another is the same.
    public struct Twin: Sendable {
        public let elder: ElderID
        public let item: ID<Item>
        public let start: Instant
        public let number: String
        public let state: OrderState

        public init(elder: ElderID, item: ID<Item>, start: Instant, number: String, state: OrderState) {
            self.elder = elder
            self.item = item
            self.start = start
            self.number = number
            self.state = state
        }
    }
}

extension AttemptRepository {
    public func insert(_ attempts: [Attempt]) throws {
        try Self.bulk.run(
            attempts.map { a in
                [
                    .text(a.order.text), .integer(Int64(a.ordinal)), .text(a.provider.text), .text(a.state.rawValue),
                    .integer(a.offeredAt.milliseconds), .integer(a.expiresAt.milliseconds), .integer(a.answeredAt?.milliseconds),
                    .text(a.reasonCode), .integer(a.price.amount), .integer(a.slotOpens.map { Int64($0) }), .text(a.decision),
                ]
            }, tx)
    }

    private static let bulk = BulkInsert("INSERT INTO attempt (\(columns))", width: 11)
}

extension LegRepository {
    /// The legs of many orders, all reserved.
    public func insert(_ all: [(order: OrderID, attempt: Int, legs: [FundingLeg])]) throws {
        try Self.bulk.run(
            all.flatMap { entry in
                entry.legs.enumerated().map { index, leg in
                    [
                        .text(entry.order.text), .integer(Int64(entry.attempt)), .integer(Int64(index + 1)), .text(leg.fund.rawValue),
                        .text(leg.programme), .integer(Int64(leg.version)), .integer(leg.amount.amount), .text(Self.encoded(leg.draws)),
                        .text(State.reserved.rawValue),
                    ]
                }
            }, tx)
    }

    private static let bulk = BulkInsert(
        "INSERT INTO funding_leg (order_id, attempt, ordinal, fund, programme, version, amount_fen, draws, state)", width: 9)
}

extension LoadRepository {
    public func take(_ slot: Slot, orders: Int) throws {
        try tx.execute(
            """
            INSERT INTO slot_load (provider_id, date, opens, taken) VALUES (\(slot.provider), \(slot.date), \(slot.opens), \(orders))
            ON CONFLICT (provider_id, date, opens) DO UPDATE SET taken = slot_load.taken + excluded.taken
            """)
    }

    public func meetings(of elders: [ElderID]) throws -> [(elder: ElderID, met: Met)] {
        try elders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT elder_id, provider_id, visits, last_date FROM meeting
                WHERE elder_id IN (\(list: part.map(\.text))) ORDER BY elder_id, provider_id
                """
            ) { (try $0.id(), Met(provider: try $0.id(), visits: try $0.int(), last: try $0.date())) }
        }
    }
}

extension EntitlementRepository {
    /// Everything some elders have in periods that begin with `year` or later.
    public func balances(of elders: [ElderID], since year: Int) throws -> [(elder: ElderID, key: BalanceKey, balance: Balance)] {
        try elders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT elder_id, programme, period, granted_fen, reserved_fen, posted_fen FROM entitlement
                WHERE elder_id IN (\(list: part.map(\.text))) AND period >= \(String(year)) ORDER BY elder_id, programme, period
                """
            ) {
                (
                    try $0.id(), BalanceKey(programme: try $0.text(), period: try $0.text()),
                    Balance(granted: try $0.fen(), reserved: try $0.fen(), posted: try $0.fen())
                )
            }
        }
    }
}

extension Ledger {
    /// Many postings; each account is touched once, with its sum.
    public func appendMany(_ postings: [Posting], at now: Instant) throws {
        let postings = postings.filter { $0.amount > .zero }
        guard !postings.isEmpty else { return }
        let last = try tx.integer("SELECT MAX(seq) FROM posting") ?? 0
        try Self.bulk.run(
            postings.enumerated().map { index, p in
                [
                    .integer(last + Int64(index) + 1), .integer(now.milliseconds), .text(p.kind.rawValue), .text(p.subject), .text(p.debit),
                    .text(p.credit), .integer(p.amount.amount), .integer(p.reverses),
                ]
            }, tx)
        var sums: [String: (debit: Fen, credit: Fen)] = [:]
        for posting in postings {
            sums[posting.debit, default: (.zero, .zero)].debit += posting.amount
            sums[posting.credit, default: (.zero, .zero)].credit += posting.amount
        }
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) {
            try tx.execute(
                """
                INSERT INTO account (name, debit_fen, credit_fen) VALUES (\(name), \(sum.debit), \(sum.credit))
                ON CONFLICT (name) DO UPDATE
                SET debit_fen = account.debit_fen + excluded.debit_fen, credit_fen = account.credit_fen + excluded.credit_fen
                """)
        }
    }

    private static let bulk = BulkInsert("INSERT INTO posting (seq, at_ms, kind, subject, debit, credit, amount_fen, reverses)", width: 8)
}
