import Entitlement
import Kernel
import Registry

/// 现金支付: allowances by the month and bills that are reimbursed, each with what it takes from its elder's grants and from budgets.
public struct PayoutRepository {
    let tx: any Transaction

    /// - Returns: false when the elder has the month's allowance, or the claimant has handed in the bill, already.
    public func insert(_ payment: CashPayment) throws -> Bool {
        let (leg, bill) = (payment.leg, payment.bill)
        return try tx.execute(
            """
            INSERT INTO payout (id, programme, version, fund, month, elder_id, claimant, bill, item_code, service_date, price_fen, amount_fen,
                draws, budgets, state, made_by, made_ms, opinion)
            VALUES (\(payment.id), \(leg.programme), \(leg.version), \(leg.fund), \(payment.month), \(payment.elder), \(payment.claimant),
                \(bill.map(\.number) ?? ""), \(bill.map(\.item) ?? ""), \(bill.map(\.date) ?? payment.month.first),
                \(bill.map(\.price) ?? leg.amount), \(leg.amount), \(LegRepository.encoded(leg.draws)), \(leg.budgets.encoded),
                \(payment.state), \(payment.madeBy), \(payment.madeAt), '')
            ON CONFLICT DO NOTHING
            """) == 1
    }

    /// What stands in a month, by programme, elder and bill; what was turned down left out.
    public func all(_ month: Month) throws -> [CashPayment] {
        try tx.rows("\(nested: Self.select) WHERE p.month = \(month) AND p.state <> 'released' ORDER BY p.programme, p.elder_id, p.bill, p.id") {
            try CashPayment(row: &$0)
        }
    }

    /// One page of what stands of a programme in a month, first first.
    ///
    /// Chosen by an index alone: a database that reads whole payments in the order of their ids passes by those of every month before.
    public func page(_ programme: String, _ month: Month, after id: String, limit: Int) throws -> [CashPayment] {
        try tx.rows(
            """
            WITH chosen AS (
                SELECT c.id AS place FROM payout c
                WHERE c.month = \(month) AND c.programme = \(programme) AND c.state <> 'released' AND c.id > \(id) ORDER BY c.id LIMIT \(limit))
            SELECT \(sql: Self.columns) FROM chosen CROSS JOIN payout p \(sql: Self.reversed) WHERE p.id = place ORDER BY p.id
            """
        ) { try CashPayment(row: &$0) }
    }

    public func find(_ id: String) throws -> CashPayment? {
        try tx.first("\(nested: Self.select) WHERE p.id = \(id)") { try CashPayment(row: &$0) }
    }

    /// What a programme has paid out in a month, whatever was taken back later.
    ///
    /// A decision that is carried out says how much it has paid: twenty thousand allowances are not counted each time somebody looks at the
    /// month. Counted are those of a decision that was interrupted, and those paid before lists were decided on.
    public func paid(_ programme: String, _ month: Month) throws -> (count: Int, amount: Fen) {
        let parts: [(count: Int, amount: Fen)] = try tx.rows(
            """
            SELECT payments, amount_fen FROM payout_decision
            WHERE month = \(month) AND programme = \(programme) AND is_approved = 1 AND done_ms IS NOT NULL
            UNION ALL
            SELECT COUNT(*), CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM payout
            WHERE month = \(month) AND programme = \(programme) AND state = 'posted' AND list_sha256 IS NULL
            """
        ) { (try $0.int(), try $0.fen()) }
        let halves: [(count: Int, amount: Fen)] = try unfinished(month).filter { $0.programme == programme && $0.isApproved }.flatMap { decision in
            try tx.rows(
                """
                SELECT COUNT(*), CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM payout WHERE list_sha256 = \(decision.list) AND state = 'posted'
                """
            ) { (try $0.int(), try $0.fen()) }
        }
        return ((parts + halves).map(\.count).reduce(0, +), (parts + halves).map(\.amount).total)
    }

    /// Who has a month's allowance of a programme already.
    public func elders(_ programme: String, _ month: Month) throws -> Set<ElderID> {
        Set(
            try tx.rows(
                """
                SELECT elder_id FROM payout
                WHERE programme = \(programme) AND month = \(month) AND bill = '' AND state <> 'released' AND is_reversed = 0
                """
            ) { try $0.id() })
    }

    /// The last month in which a bill of a number, or a payment of an id, was paid or waits.
    public func month(of text: String) throws -> Month? {
        try tx.first(
            """
            SELECT month FROM payout WHERE id = \(text)
            UNION SELECT month FROM payout WHERE bill = \(text) AND bill <> '' AND state <> 'released'
            ORDER BY 1 DESC LIMIT 1
            """
        ) { try $0.month() }
    }

    /// Whether a bill was handed in before, by the same claimant or of the same elder and day by another, and was neither turned down nor taken back.
    public func isKnown(_ bill: Bill, of elder: ElderID, by claimant: String) throws -> Bool {
        try tx.exists(
            """
            SELECT 1 FROM payout WHERE claimant = \(claimant) AND bill = \(bill.number) AND state <> 'released' AND is_reversed = 0
            UNION ALL
            SELECT 1 FROM payout WHERE elder_id = \(elder) AND bill = \(bill.number) AND service_date = \(bill.date) AND state <> 'released'
                AND is_reversed = 0
            """)
    }

    /// What the payments of each month take from budgets, those that take from the same together.
    func borne() throws -> [(month: Month, budgets: [BudgetKey], reserved: Fen, posted: Fen, count: Int)] {
        try tx.rows(
            """
            SELECT month, budgets, CAST(SUM(CASE WHEN state = 'reserved' THEN amount_fen ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN state = 'posted' THEN amount_fen ELSE 0 END) AS BIGINT), COUNT(*)
            FROM payout WHERE state <> 'released' AND is_reversed = 0 AND budgets <> ''
            GROUP BY month, budgets ORDER BY month, budgets
            """
        ) { (try $0.month(), try [BudgetKey](encoded: try $0.text()), try $0.fen(), try $0.fen(), try $0.int()) }
    }

    static let columns: StaticString = """
        p.id, p.programme, p.version, p.fund, p.month, p.elder_id, p.claimant, p.bill, p.item_code, p.service_date, p.price_fen, p.amount_fen,
            p.draws, p.budgets, p.state, p.made_by, p.made_ms, p.decided_by, r.month
        """
    /// With what has taken a payment back.
    static let reversed: StaticString = "LEFT JOIN payout_reversal r ON r.payout_id = p.id AND r.state <> 'rejected' AND r.state = 'approved'"

    static var select: SQL { "SELECT \(sql: columns) FROM payout p \(sql: reversed)" }
}

extension CashPayment {
    init(row: inout Row) throws {
        let id = try row.text()
        let (programme, version, fund) = (try row.text(), try row.int(), try row.value(Fund.self))
        let (month, elder, claimant) = (try row.month(), try row.id(Elder.self), try row.text())
        let (number, item, date, price) = (try row.text(), try row.text(), try row.date(), try row.fen())
        let leg = FundingLeg(
            fund: fund, programme: programme, version: version, amount: try row.fen(), draws: try LegRepository.draws(try row.text()),
            budgets: try [BudgetKey](encoded: try row.text()))
        self.init(
            id: id, leg: leg, month: month, elder: elder, claimant: claimant,
            bill: number.isEmpty ? nil : Bill(number: number, item: item, date: date, price: price), state: try row.value(),
            madeBy: try row.text(), madeAt: try row.instant(), decidedBy: row.optionalText(), reversedIn: row.optionalText().flatMap { Month($0) })
    }
}

extension Transaction {
    public var payouts: PayoutRepository { PayoutRepository(tx: self) }
}
