import Entitlement
import Kernel

/// 审批: a list that waits for a second person, and what becomes of its payments part by part.
extension PayoutRepository {
    /// Shows all that waits for a decision of a programme in a month, first first.
    public func forEachWaiting(_ programme: String, _ month: Month, _ body: (CashPayment) throws -> Void) throws {
        try tx.forEachRow(
            """
            \(nested: Self.select)
            WHERE p.month = \(month) AND p.programme = \(programme) AND p.state = 'reserved' AND p.list_sha256 IS NULL ORDER BY p.id
            """
        ) { try body(try CashPayment(row: &$0)) }
    }

    /// What tells a list that waits from what it was before: payments join it one by one and leave it all at once, so their number and the last
    /// of them do.
    public struct Extent: Hashable, Sendable {
        public let count: Int
        let last: String
    }

    public func waiting(_ programme: String, _ month: Month) throws -> Extent {
        try tx.rows(
            """
            SELECT COUNT(*), COALESCE(MAX(id), '') FROM payout
            WHERE month = \(month) AND programme = \(programme) AND state = 'reserved' AND list_sha256 IS NULL
            """
        ) { Extent(count: try $0.int(), last: try $0.text()) }[0]
    }

    /// Notes a decision and fixes what it is about: whatever waits now, and nothing that comes later.
    public func begin(_ decision: PayoutDecision) throws {
        try tx.execute(
            """
            INSERT INTO payout_decision (list_sha256, programme, month, payments, amount_fen, is_approved, opinion, by_name, at_ms)
            VALUES (\(decision.list), \(decision.programme), \(decision.month), \(decision.count), \(decision.amount), \(decision.isApproved),
                \(decision.opinion), \(decision.by), \(decision.at))
            ON CONFLICT DO NOTHING
            """)
        try tx.execute(
            """
            UPDATE payout SET list_sha256 = \(decision.list)
            WHERE month = \(decision.month) AND programme = \(decision.programme) AND state = 'reserved' AND list_sha256 IS NULL
            """)
    }

    public func decision(_ list: String) throws -> PayoutDecision? {
        try tx.first("\(sql: Self.decisions) WHERE list_sha256 = \(list)") { try PayoutDecision(row: &$0) }
    }

    /// Decisions that were interrupted: part of their payments still waits to be posted or released.
    public func unfinished(_ month: Month) throws -> [PayoutDecision] {
        try tx.rows("\(sql: Self.decisions) WHERE month = \(month) AND done_ms IS NULL ORDER BY at_ms, list_sha256") { try PayoutDecision(row: &$0) }
    }

    /// Payments of a list that was decided on to which that has not been done yet.
    public func left(of list: String, limit: Int) throws -> [CashPayment] {
        try tx.rows("\(nested: Self.select) WHERE p.list_sha256 = \(list) AND p.state = 'reserved' ORDER BY p.id LIMIT \(limit)") {
            try CashPayment(row: &$0)
        }
    }

    /// Carries a decision out on one of its payments.
    public func carryOut(_ decision: PayoutDecision, on id: String) throws {
        try tx.execute(
            """
            UPDATE payout SET state = \(decision.isApproved ? LegState.posted : .released), decided_by = \(decision.by), decided_ms = \(decision.at),
                opinion = \(decision.opinion)
            WHERE id = \(id) AND state = 'reserved'
            """)
    }

    public func finish(_ list: String, at now: Instant) throws {
        try tx.execute("UPDATE payout_decision SET done_ms = \(now) WHERE list_sha256 = \(list) AND done_ms IS NULL")
    }

    private static let decisions: StaticString = """
        SELECT list_sha256, programme, month, payments, amount_fen, is_approved, opinion, by_name, at_ms FROM payout_decision
        """
}

extension PayoutDecision {
    fileprivate init(row: inout Row) throws {
        self.init(
            list: try row.text(), programme: try row.text(), month: try row.month(), count: try row.int(), amount: try row.fen(),
            isApproved: try row.bool(), opinion: try row.text(), by: try row.text(), at: try row.instant())
    }
}
