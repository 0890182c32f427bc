import Kernel

extension PackRepository {
    /// 现金支付: allowances and reimbursed bills, the lists they were decided on, and what was taken back.
    static let payouts: [Table] = [
        Table(
            "payouts",
            """
            id list_sha256 programme version# fund month elder claimant bill item date price_fen# amount_fen# draws budgets state made_by made_ms# \
            decided_by decided_ms#
            """
        ) { scope in
            """
            \(nested: scope.services)
            SELECT o.id, o.list_sha256, o.programme, o.version, o.fund, o.month, o.elder_id, o.claimant, o.bill, o.item_code,
                CASE WHEN o.bill <> '' THEN o.service_date END, CASE WHEN o.bill <> '' THEN o.price_fen END, o.amount_fen, o.draws, o.budgets, o.state,
                o.made_by, o.made_ms, o.decided_by, o.decided_ms
            FROM paid p JOIN payout o ON o.id = p.id ORDER BY o.id
            """
        },
        Table("payout_lists", "list_sha256 programme payments# amount_fen# is_approved# by at_ms# done_ms#") { scope in
            let month = scope.month
            return """
            SELECT list_sha256, programme, payments, amount_fen, is_approved, by_name, at_ms, done_ms FROM payout_decision
            WHERE month = \(month) ORDER BY list_sha256
            """
        },
        Table("payout_reversals", "payout id month requested_by requested_ms# approved_by approved_ms#") { scope in
            """
            \(nested: scope.services)
            SELECT r.payout_id, r.id, r.month, r.requested_by, r.requested_ms, r.decided_by, r.decided_ms
            FROM paid p JOIN payout_reversal r ON r.payout_id = p.id WHERE r.month IS NOT NULL ORDER BY r.payout_id
            """
        },
    ]
}
