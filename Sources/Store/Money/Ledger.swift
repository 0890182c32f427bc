import Kernel

/// 分录: the double-entry ledger. Append-only; a mistake is corrected by a linked entry the other way.
public struct Ledger {
    let tx: any Transaction

    public enum Kind: String, Sendable {
        case reserve, post, release, reverse
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

    /// The names of accounts: what they are for, of which programme, in which month.
    public enum Account {
        /// What a programme has granted and not yet promised.
        public static func budget(_ programme: String, _ month: Month) -> String { "budget/\(programme)/\(month)" }
        /// What is promised to orders under way.
        public static func reserved(_ programme: String, _ month: Month) -> String { "reserved/\(programme)/\(month)" }
        /// What is owed to a provider for proven visits.
        public static func payable(_ provider: String, _ month: Month) -> String { "payable/\(provider)/\(month)" }
    }

    public func append(_ postings: [Posting], at now: Instant) throws {
        for posting in postings where posting.amount > .zero {
            let seq = try (tx.integer("SELECT MAX(seq) FROM posting") ?? 0) + 1
            try tx.execute(
                """
                INSERT INTO posting (seq, at_ms, kind, subject, debit, credit, amount_fen, reverses)
                VALUES (\(seq), \(now), \(posting.kind), \(posting.subject), \(posting.debit), \(posting.credit), \(posting.amount),
                    \(posting.reverses))
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

    /// The last entry by which a subject's money was posted; nil when there is none.
    public func lastPosting(of subject: String) throws -> Int64? {
        try tx.integer("SELECT MAX(seq) FROM posting WHERE subject = \(subject) AND kind = 'post'")
    }

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
