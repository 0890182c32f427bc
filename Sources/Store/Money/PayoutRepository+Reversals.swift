import Entitlement
import Kernel

/// 冲正: cash payments that were wrong, asked to be taken back by one person and taken back by another.
extension PayoutRepository {
    /// - Returns: false when that was asked of the payment before, and not turned down.
    public func insert(_ reversal: PayoutReversal) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO payout_reversal (id, payout_id, state, reason, requested_by, requested_ms)
            VALUES (\(reversal.id), \(reversal.payment.id), 'requested', \(reversal.reason), \(reversal.requestedBy), \(reversal.requestedAt))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    public func reversal(_ id: String) throws -> PayoutReversal? {
        try tx.first("\(nested: Self.reversals) WHERE v.id = \(id)") { try PayoutReversal(row: &$0) }
    }

    /// Those that wait for a second person, of whatever month.
    public func waitingReversals() throws -> [PayoutReversal] {
        try tx.rows("\(nested: Self.reversals) WHERE v.state = 'requested' ORDER BY v.id LIMIT 500") { try PayoutReversal(row: &$0) }
    }

    /// What was taken back in a month, whenever it had been paid.
    public func reversals(in month: Month) throws -> [PayoutReversal] {
        try tx.rows("\(nested: Self.reversals) WHERE v.month = \(month) ORDER BY p.programme, p.elder_id, p.bill, p.id") {
            try PayoutReversal(row: &$0)
        }
    }

    /// - Parameter month: in which it is taken back; nil turns it down.
    /// - Returns: false when somebody has decided meanwhile.
    public func decide(_ reversal: PayoutReversal, in month: Month?, by: String, opinion: String, at now: Instant) throws -> Bool {
        let state = month == nil ? PayoutReversal.State.rejected : .approved
        let isDecided = try tx.execute(
            """
            UPDATE payout_reversal SET state = \(state), month = \(month), decided_by = \(by), decided_ms = \(now), opinion = \(opinion)
            WHERE id = \(reversal.id) AND state = 'requested'
            """) == 1
        guard isDecided, month != nil else { return isDecided }
        return try tx.execute("UPDATE payout SET is_reversed = 1 WHERE id = \(reversal.payment.id) AND state = 'posted' AND is_reversed = 0") == 1
    }

    private static var reversals: SQL {
        """
        SELECT v.id, v.state, v.reason, v.requested_by, v.requested_ms, v.decided_by, v.opinion, \(sql: columns)
        FROM payout_reversal v JOIN payout p ON p.id = v.payout_id \(sql: reversed)
        """
    }
}

extension PayoutReversal {
    fileprivate init(row: inout Row) throws {
        let (id, state, reason) = (try row.text(), try row.value(State.self), try row.text())
        let (requestedBy, requestedAt, decidedBy, opinion) = (try row.text(), try row.instant(), row.optionalText(), row.optionalText())
        self.init(
            id: id, payment: try CashPayment(row: &row), reason: reason, requestedBy: requestedBy, requestedAt: requestedAt, state: state,
            decidedBy: decidedBy, opinion: opinion)
    }
}
