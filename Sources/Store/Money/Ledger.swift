import Entitlement
import Kernel

/// 分录: the double-entry ledger. Append-only; a mistake is corrected by a linked entry the other way.
public struct Ledger {
    let tx: any Transaction

    public enum Kind: String, CaseIterable, Sendable {
        case reserve, post, release, reverse

        init(_ move: FundMove) {
            self =
                switch move {
                case .reserve: .reserve
                case .post, .spend: .post
                case .release: .release
                case .reverse, .reopen: .reverse
                }
        }
    }

    public struct Posting: Hashable, Sendable {
        public let kind: Kind
        /// The order or swipe it belongs to.
        public let subject: String
        public let debit: String
        public let credit: String
        public let amount: Fen
        public let reverses: Int64?

        public init(_ kind: Kind, subject: String, debit: String, credit: String, amount: Fen, reverses: Int64? = nil) {
            self.kind = kind
            self.subject = subject
            self.debit = debit
            self.credit = credit
            self.amount = amount
            self.reverses = reverses
        }
    }

    /// The names of accounts.
    public typealias Account = AccountName

    /// Writes entries one after the other, and what they add to their accounts.
    ///
    /// One writer at a time, so counting up from the last entry is safe.
    public func append(_ postings: [Posting], at now: Instant) throws {
        for posting in postings where posting.amount > .zero {
            try tx.execute(
                """
                INSERT INTO posting (seq, at_ms, kind, subject, debit, credit, amount_fen, reverses)
                SELECT COALESCE(MAX(seq), 0) + 1, \(now), \(posting.kind), \(posting.subject), \(posting.debit), \(posting.credit),
                    \(posting.amount), \(posting.reverses)
                FROM posting
                """)
            try tx.execute(
                """
                INSERT INTO account (name, debit_fen, credit_fen)
                VALUES (\(posting.debit), \(posting.amount), 0), (\(posting.credit), 0, \(posting.amount))
                ON CONFLICT (name) DO UPDATE
                SET debit_fen = account.debit_fen + excluded.debit_fen, credit_fen = account.credit_fen + excluded.credit_fen
                """)
        }
    }

    /// Appends one move of the legs of a service.
    public func append(_ move: FundMove, _ legs: [FundingLeg], subject: String, month: Month, provider: String, at now: Instant) throws {
        try append(
            legs.map { leg in
                let (debit, credit) = move.accounts(leg.programme, month, provider: provider)
                return Posting(Kind(move), subject: subject, debit: debit, credit: credit, amount: leg.amount)
            }, at: now)
    }

    /// Appends one move of a payment that is no part of a service.
    ///
    /// - Parameter account: what is paid stands there.
    public func append(_ move: FundMove, _ leg: FundingLeg, subject: String, month: Month, paidAs account: String, at now: Instant) throws {
        let (debit, credit) = move.accounts(leg.programme, month, owed: account)
        try append([Posting(Kind(move), subject: subject, debit: debit, credit: credit, amount: leg.amount)], at: now)
    }

    /// The last entry by which a subject's money was posted; nil when there is none.
    public func lastPosting(of subject: String) throws -> Int64? {
        try tx.integer("SELECT MAX(seq) FROM posting WHERE subject = \(subject) AND kind = 'post'")
    }

    /// What was ever posted about a subject, first first.
    public func of(_ subject: String) throws -> [Posting] {
        try tx.rows(
            "SELECT kind, subject, debit, credit, amount_fen, reverses FROM posting WHERE subject = \(subject) ORDER BY seq"
        ) {
            Posting(
                try $0.value(), subject: try $0.text(), debit: try $0.text(), credit: try $0.text(), amount: try $0.fen(),
                reverses: $0.optionalInteger())
        }
    }

    /// Σ debits − Σ credits over all accounts (zero when sound), and accounts whose totals differ from their postings (none when sound).
    public func trialBalance() throws -> (difference: Fen, wrongAccounts: [String]) {
        let difference = try tx.integer("SELECT CAST(SUM(debit_fen) - SUM(credit_fen) AS BIGINT) FROM account") ?? 0
        let wrong = try tx.rows(
            """
            SELECT a.name FROM account a
            WHERE a.debit_fen <> (SELECT COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 0) FROM posting p WHERE p.debit = a.name)
                OR a.credit_fen <> (SELECT COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 0) FROM posting p WHERE p.credit = a.name)
            ORDER BY a.name
            LIMIT 20
            """
        ) { try $0.text() }
        return (Fen(difference), wrong)
    }
}

extension Transaction {
    public var ledger: Ledger { Ledger(tx: self) }
}
