import Entitlement
import Kernel

/// 下达与超支特批: who asked for a budget, or to go beyond it, for how much and why, and who decided.
public struct OverrideRepository {
    let tx: any Transaction

    public enum State: String, CaseIterable, Sendable { case requested, approved, rejected }

    public enum Kind: String, CaseIterable, Sendable {
        /// 超支特批: so much on top of what is granted.
        case extra
        /// 下达: what the budget grants for its year from then on.
        case grant
    }

    public struct Stored: Hashable, Sendable {
        public let id: String
        public let kind: Kind
        public let budget: BudgetKey
        public let amount: Fen
        public let reason: String
        public let state: State
        public let requestedBy: String
        public let requestedAt: Instant
        public let decidedBy: String?
        public let opinion: String?
    }

    public func insert(_ id: String, _ kind: Kind, _ budget: BudgetKey, _ amount: Fen, reason: String, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO budget_override (id, kind, budget, amount_fen, reason, state, requested_by, requested_ms)
            VALUES (\(id), \(kind), \(budget.text), \(amount), \(reason), 'requested', \(by), \(now))
            """)
    }

    public func find(_ id: String) throws -> Stored? {
        try tx.first(
            """
            SELECT id, kind, budget, amount_fen, reason, state, requested_by, requested_ms, decided_by, opinion FROM budget_override
            WHERE id = \(id)
            """
        ) { try Stored(row: &$0) }
    }

    public func all(_ state: State) throws -> [Stored] {
        try tx.rows(
            """
            SELECT id, kind, budget, amount_fen, reason, state, requested_by, requested_ms, decided_by, opinion FROM budget_override
            WHERE state = \(state) ORDER BY id LIMIT 500
            """
        ) { try Stored(row: &$0) }
    }

    /// The budget's grant that waits for a second person.
    public func waitingGrant(_ budget: BudgetKey) throws -> Stored? {
        try tx.first(
            """
            SELECT id, kind, budget, amount_fen, reason, state, requested_by, requested_ms, decided_by, opinion FROM budget_override
            WHERE state = 'requested' AND kind = 'grant' AND budget = \(budget.text)
            """
        ) { try Stored(row: &$0) }
    }

    /// - Returns: false when somebody has decided meanwhile.
    public func decide(_ id: String, _ state: State, by: String, opinion: String, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE budget_override SET state = \(state), decided_by = \(by), decided_ms = \(now), opinion = \(opinion)
            WHERE id = \(id) AND state = 'requested'
            """) == 1
    }
}

extension OverrideRepository.Stored {
    init(row: inout Row) throws {
        let (id, kind) = (try row.text(), try row.value(OverrideRepository.Kind.self))
        let text = try row.text()
        guard let budget = BudgetKey(text) else { throw StoreFault.corrupt("budget_override.budget: \(text)") }
        self.init(
            id: id, kind: kind, budget: budget, amount: try row.fen(), reason: try row.text(), state: try row.value(), requestedBy: try row.text(),
            requestedAt: try row.instant(), decidedBy: row.optionalText(), opinion: row.optionalText())
    }
}

extension Transaction {
    public var overrides: OverrideRepository { OverrideRepository(tx: self) }
}
