import Kernel
import Orders
import Registry

/// 改期提议: another time, proposed by the provider that was asked; the desk speaks with the elder and answers.
public struct Proposal: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        /// 待答复
        case open
        /// 已同意
        case accepted
        /// 未同意
        case refused
        /// 已失效: the order left the provider before the desk answered.
        case lapsed
    }

    public let id: String
    public let order: OrderID
    public let provider: ProviderID
    public let start: Instant
    public let note: String
    public var state: State
    public let proposedAt: Instant
    public var answeredAt: Instant?
    public var answeredBy: String?

    public init(
        id: String, order: OrderID, provider: ProviderID, start: Instant, note: String, state: State = .open, proposedAt: Instant,
        answeredAt: Instant? = nil, answeredBy: String? = nil
    ) {
        self.id = id
        self.order = order
        self.provider = provider
        self.start = start
        self.note = note
        self.state = state
        self.proposedAt = proposedAt
        self.answeredAt = answeredAt
        self.answeredBy = answeredBy
    }
}

/// Times that providers have proposed; at most one is open for an order.
public struct ProposalRepository {
    let tx: any Transaction

    public func insert(_ proposal: Proposal) throws {
        try tx.execute(
            """
            INSERT INTO proposal (id, order_id, provider_id, start_ms, note, state, proposed_ms, answered_ms, answered_by)
            VALUES (\(proposal.id), \(proposal.order), \(proposal.provider), \(proposal.start), \(proposal.note), \(proposal.state),
                \(proposal.proposedAt), \(proposal.answeredAt), \(proposal.answeredBy))
            """)
    }

    public func open(of order: OrderID) throws -> Proposal? {
        try tx.first("SELECT \(sql: Self.columns) FROM proposal WHERE order_id = \(order) AND state = 'open' LIMIT 1") {
            try Proposal(row: &$0)
        }
    }

    public func find(_ id: String) throws -> Proposal? {
        try tx.first("SELECT \(sql: Self.columns) FROM proposal WHERE id = \(id)") { try Proposal(row: &$0) }
    }

    /// A page by state, oldest first: who has waited longest is answered first.
    public func page(_ state: Proposal.State, after id: String?, limit: Int) throws -> [Proposal] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM proposal
            WHERE state = \(state) AND id > \(id ?? "")
            ORDER BY id
            LIMIT \(limit)
            """
        ) { try Proposal(row: &$0) }
    }

    /// Writes the answer, if nobody has answered since.
    ///
    /// - Throws: `proposal_answered` when somebody has.
    public func answer(_ id: String, _ state: Proposal.State, by name: String, at now: Instant) throws {
        let changed = try tx.execute(
            """
            UPDATE proposal SET state = \(state), answered_ms = \(now), answered_by = \(name) WHERE id = \(id) AND state = 'open'
            """)
        guard changed == 1 else { throw Rejection(.conflict, "proposal_answered", "这个改期提议已经有了答复，请刷新后再看。") }
    }

    static let columns: StaticString = "id, order_id, provider_id, start_ms, note, state, proposed_ms, answered_ms, answered_by"
}

extension Proposal {
    init(row: inout Row) throws {
        self.init(
            id: try row.text(), order: try row.id(), provider: try row.id(), start: try row.instant(), note: try row.text(),
            state: try row.value(), proposedAt: try row.instant(), answeredAt: row.optionalInstant(), answeredBy: row.optionalText())
    }
}

extension Transaction {
    public var proposals: ProposalRepository { ProposalRepository(tx: self) }
}
