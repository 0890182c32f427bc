import Entitlement
import Kernel

/// 专项账户: accounts, what was asked of them and paid, and what came back.
public struct FundRepository {
    let tx: any Transaction

    public func find(_ id: FundAccountID) throws -> FundAccount? {
        try tx.first("SELECT \(sql: Self.columns) FROM fund_account WHERE id = \(id)") { try FundAccount(row: &$0) }
    }

    /// - Throws: `fund_unknown`.
    public func require(_ id: FundAccountID) throws -> FundAccount {
        guard let account = try find(id) else { throw Rejection(.missing, "fund_unknown", "没有这个专项账户，请核对编号。") }
        return account
    }

    public func all() throws -> [FundAccount] {
        try tx.rows("SELECT \(sql: Self.columns) FROM fund_account ORDER BY kind, holder, year, id LIMIT 5000") { try FundAccount(row: &$0) }
    }

    public func nursing(of holder: String) throws -> [FundAccount] {
        try tx.rows("SELECT \(sql: Self.columns) FROM fund_account WHERE kind = 'nursing_fee' AND holder = \(holder) ORDER BY id") {
            try FundAccount(row: &$0)
        }
    }

    /// - Returns: false when the unit has such an account of that year already.
    public func insert(_ account: FundAccount) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO fund_account (id, kind, holder, year, granted_fen, drawn_fen, repaid_fen, monthly_fen, first_month, last_month)
            VALUES (\(account.id), \(account.kind), \(account.holder), \(account.year ?? 0), \(account.granted), \(account.drawn),
                \(account.repaid), \(account.monthly), \(account.firstMonth), \(account.lastMonth))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    public func save(_ account: FundAccount) throws {
        try tx.execute(
            """
            UPDATE fund_account SET granted_fen = \(account.granted), drawn_fen = \(account.drawn), repaid_fen = \(account.repaid),
                last_month = \(account.lastMonth)
            WHERE id = \(account.id)
            """)
    }

    static let columns: StaticString = """
        id, kind, holder, year, granted_fen, drawn_fen, repaid_fen, monthly_fen, first_month, last_month
        """

    // MARK: Payments

    /// - Returns: false when the month has been paid already.
    public func insert(_ payment: FundPayment, decidedAt: Instant? = nil) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO fund_payment (id, account_id, person, amount_fen, month, reason, state, requested_by, requested_ms, decided_by,
                decided_ms, opinion)
            VALUES (\(payment.id), \(payment.account), \(payment.person), \(payment.amount), \(payment.month), \(payment.reason),
                \(payment.state), \(payment.requestedBy), \(payment.requestedAt), \(payment.decidedBy), \(decidedAt), \(payment.opinion))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    public func payment(_ id: String) throws -> FundPayment? {
        try tx.first("SELECT \(sql: Self.paymentColumns) FROM fund_payment WHERE id = \(id)") { try FundPayment(row: &$0) }
    }

    public func payments(of account: FundAccountID) throws -> [FundPayment] {
        try tx.rows("SELECT \(sql: Self.paymentColumns) FROM fund_payment WHERE account_id = \(account) ORDER BY id DESC LIMIT 500") {
            try FundPayment(row: &$0)
        }
    }

    public func requested() throws -> [FundPayment] {
        try tx.rows("SELECT \(sql: Self.paymentColumns) FROM fund_payment WHERE state = 'requested' ORDER BY id LIMIT 500") {
            try FundPayment(row: &$0)
        }
    }

    /// Whether a person has been paid or has asked from an account.
    public func hasReceived(_ person: String, from account: FundAccountID) throws -> Bool {
        try tx.exists("SELECT 1 FROM fund_payment WHERE account_id = \(account) AND person = \(person) AND state <> 'rejected' LIMIT 1")
    }

    /// Whether a month's nursing fee has been paid.
    public func hasPaid(_ account: FundAccountID, _ month: Month) throws -> Bool {
        try tx.exists("SELECT 1 FROM fund_payment WHERE account_id = \(account) AND month = \(month)")
    }

    /// - Returns: false when somebody has decided meanwhile.
    public func decide(_ id: String, _ state: FundPayment.State, by: String, opinion: String, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE fund_payment SET state = \(state), decided_by = \(by), decided_ms = \(now), opinion = \(opinion)
            WHERE id = \(id) AND state = 'requested'
            """) == 1
    }

    static let paymentColumns: StaticString = """
        id, account_id, person, amount_fen, month, reason, state, requested_by, requested_ms, decided_by, opinion
        """

    // MARK: The revolving loan

    public func repay(_ id: String, _ account: FundAccountID, _ person: String, _ amount: Fen, note: String, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO fund_repayment (id, account_id, person, amount_fen, note, recorded_by, recorded_ms)
            VALUES (\(id), \(account), \(person), \(amount), \(note), \(by), \(now))
            """)
    }

    /// What each person owes an account: advances less repayments; only those who owe.
    public func outstanding(_ account: FundAccountID) throws -> [(person: String, advanced: Fen, repaid: Fen)] {
        try tx.rows(
            """
            SELECT p.person, CAST(SUM(p.amount_fen) AS BIGINT),
                (SELECT COALESCE(CAST(SUM(r.amount_fen) AS BIGINT), 0) FROM fund_repayment r
                 WHERE r.account_id = \(account) AND r.person = p.person)
            FROM fund_payment p
            WHERE p.account_id = \(account) AND p.state = 'paid' AND p.person IS NOT NULL
            GROUP BY p.person ORDER BY p.person LIMIT 5000
            """
        ) { (try $0.text(), try $0.fen(), try $0.fen()) }.filter { $0.1 > $0.2 }
    }

    /// One movement of an account's money, with what the account holds after it.
    public struct Entry: Sendable {
        public enum Kind: Sendable { case granted, paid, repaid }

        public let at: Instant
        public let kind: Kind
        /// Who was advanced money or paid it back.
        public let person: String?
        public let amount: Fen
        public let balance: Fen
    }

    /// An account's entries in the ledger, first to last.
    public func entries(of account: FundAccountID) throws -> [Entry] {
        let (fund, debt) = (AccountName.fund(account.text), AccountName.outstanding(account.text, ""))
        var balance = Fen.zero
        return try tx.rows("SELECT at_ms, debit, credit, amount_fen FROM posting WHERE subject = \(account.text) ORDER BY seq") { row in
            let (at, debit, credit, amount) = (try row.instant(), try row.text(), try row.text(), try row.fen())
            let isIn = debit == fund
            balance = isIn ? balance + amount : balance - amount
            let person = [debit, credit].first { $0.hasPrefix(debt) }.map { String($0.dropFirst(debt.count)) }
            return Entry(
                at: at, kind: !isIn ? .paid : person == nil ? .granted : .repaid, person: person, amount: amount, balance: balance)
        }
    }

    /// Accounts whose totals their payments and repayments do not explain; none when sound.
    public func faults() throws -> [String] {
        try tx.rows(
            """
            SELECT a.id FROM fund_account a
            WHERE a.drawn_fen <> (SELECT COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 0) FROM fund_payment p
                    WHERE p.account_id = a.id AND p.state = 'paid')
                OR a.repaid_fen <> (SELECT COALESCE(CAST(SUM(r.amount_fen) AS BIGINT), 0) FROM fund_repayment r WHERE r.account_id = a.id)
            ORDER BY a.id LIMIT 5
            """
        ) { try $0.text() }
    }
}

extension FundAccount {
    init(row: inout Row) throws {
        self.init(
            id: try row.id(), kind: try row.value(), holder: try row.text(), year: try row.int(), granted: try row.fen(),
            drawn: try row.fen(), repaid: try row.fen(), monthly: try row.fen(), firstMonth: row.optionalText().flatMap { Month($0) },
            lastMonth: row.optionalText().flatMap { Month($0) })
        if year == 0 { year = nil }
    }
}

extension FundPayment {
    init(row: inout Row) throws {
        self.init(
            id: try row.text(), account: try row.id(), person: row.optionalText(), amount: try row.fen(),
            month: row.optionalText().flatMap { Month($0) }, reason: try row.text(), state: try row.value(), requestedBy: try row.text(),
            requestedAt: try row.instant(), decidedBy: row.optionalText(), opinion: row.optionalText())
    }
}

extension Transaction {
    public var funds: FundRepository { FundRepository(tx: self) }
}
