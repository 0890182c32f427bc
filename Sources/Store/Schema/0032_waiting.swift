extension Schema {
    /// What waits is found by its state, an emergency at once; the corrections and the payments of a month stand one after the other, and a call
    /// that explains a look is found among calls alone.
    static let m0032_waiting = """
        CREATE INDEX service_order_waiting ON service_order (state, timer_due_ms, id) WHERE timer_due_ms IS NOT NULL;
        CREATE INDEX service_order_emergency ON service_order (timer_due_ms, id) WHERE timer_due_ms IS NOT NULL AND urgency = 'emergency';
        CREATE INDEX adjustment_month ON adjustment (month, id);
        CREATE INDEX adjustment_waiting ON adjustment (month, id) WHERE approved_by IS NULL;
        DROP INDEX payout_open;
        CREATE INDEX payout_open ON payout (month, programme, state, list_sha256, id, amount_fen);
        CREATE INDEX payout_page ON payout (month, programme, id) WHERE state <> 'released';
        CREATE INDEX payout_reversal_waiting ON payout_reversal (id) WHERE state = 'requested';
        CREATE INDEX access_log_call ON access_log (elder_id, screen, at_ms) WHERE screen = 'call';
        """
}
