import Kernel
import Orders
import Registry

/// One change, as everyone else hears of it: feed, webhooks, board, audit.
///
/// Ids and codes only; no name, phone or address ever stands in the log.
public struct Event: Hashable, Sendable {
    /// Place in the one log: without a gap, in the order of the commits.
    public let seq: Int64
    /// `evt_…`, the same in the feed and in every webhook.
    public let id: String
    public let at: Instant
    /// `order.offered`, `meal.served`, `month.closed` …
    public let type: String
    /// The order, elder, swipe or month it is about.
    public let subject: String
    /// Place among the events of the subject.
    public let subjectSeq: Int
    /// The provider it is addressed to, if any, and its place among all that was ever addressed to that provider.
    public let provider: ProviderID?
    public let providerSeq: Int64?
    public let actor: String
    /// A JSON object with a few ids and codes.
    public let data: String
}

/// The append-only log.
public struct EventLog {
    let tx: any Transaction

    /// Appends one event and gives its place in the log.
    ///
    /// Both databases have one writer at a time, so counting up from the last row is safe, and a reader of `seq > n` skips nothing.
    @discardableResult
    public func append(
        _ type: String, subject: String, subjectSeq: Int, to provider: ProviderID? = nil, by actor: String, at now: Instant,
        data: String = "{}"
    ) throws -> Int64 {
        let seq = try tx.integer(
            """
            WITH place (seq) AS (SELECT COALESCE(MAX(seq), 0) + 1 FROM event)
            INSERT INTO event (seq, id, at_ms, type, subject, subject_seq, provider_id, provider_seq, actor, data)
            SELECT seq, 'evt_' || SUBSTR(CAST(1000000000000 + seq AS TEXT), 2), \(now), \(type), \(subject), \(subjectSeq), \(provider),
                CASE WHEN CAST(\(provider) AS TEXT) IS NOT NULL
                    THEN (SELECT COALESCE(MAX(provider_seq), 0) + 1 FROM event WHERE provider_id = \(provider)) END,
                \(actor), \(data)
            FROM place
            RETURNING seq
            """)
        guard let seq else { throw StoreFault.failed("event without a place") }
        return seq
    }

    public func last() throws -> Int64 { try tx.integer("SELECT MAX(seq) FROM event") ?? 0 }

    public func lastSeq(of provider: ProviderID) throws -> Int64 {
        try tx.integer("SELECT MAX(provider_seq) FROM event WHERE provider_id = \(provider)") ?? 0
    }

    /// The newest number of every provider that was ever addressed.
    public func lastSeqs() throws -> [ProviderID: Int64] {
        Dictionary(
            uniqueKeysWithValues: try tx.rows(
                "SELECT provider_id, MAX(provider_seq) FROM event WHERE provider_id IS NOT NULL GROUP BY provider_id ORDER BY provider_id"
            ) { (try $0.id(Provider.self), try $0.integer()) })
    }

    /// To whom an event went, and nothing else of it.
    public struct Addressed: Sendable {
        public let seq: Int64
        public let provider: ProviderID?
        public let providerSeq: Int64?
    }

    public func addressed(after seq: Int64, limit: Int) throws -> [Addressed] {
        try tx.rows("SELECT seq, provider_id, provider_seq FROM event WHERE seq > \(seq) ORDER BY seq LIMIT \(limit)") {
            Addressed(seq: try $0.integer(), provider: $0.optionalID(), providerSeq: $0.optionalInteger())
        }
    }

    public func after(_ seq: Int64, limit: Int) throws -> [Event] {
        try tx.rows("SELECT \(sql: Self.columns) FROM event WHERE seq > \(seq) ORDER BY seq LIMIT \(limit)") { try Event(row: &$0) }
    }

    /// What was addressed to a provider after its own number `seq`: 1, 2, 3 … without a gap.
    public func of(_ provider: ProviderID, after seq: Int64, limit: Int) throws -> [Event] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM event
            WHERE provider_id = \(provider) AND provider_seq > \(seq)
            ORDER BY provider_seq
            LIMIT \(limit)
            """
        ) { try Event(row: &$0) }
    }

    public func about(_ subject: String) throws -> [Event] {
        try tx.rows("SELECT \(sql: Self.columns) FROM event WHERE subject = \(subject) ORDER BY seq LIMIT 500") { try Event(row: &$0) }
    }

    static let columns: StaticString = "seq, id, at_ms, type, subject, subject_seq, provider_id, provider_seq, actor, data"
}

extension Event {
    init(row: inout Row) throws {
        self.init(
            seq: try row.integer(), id: try row.text(), at: try row.instant(), type: try row.text(), subject: try row.text(),
            subjectSeq: try row.int(), provider: row.optionalID(), providerSeq: row.optionalInteger(), actor: try row.text(),
            data: try row.text())
    }
}

extension Transaction {
    public var events: EventLog { EventLog(tx: self) }
}

extension Event {
    /// Stands where a list of orders is shown in the shape of a feed.
    public static let none = Event(
        seq: 0, id: "", at: Instant(milliseconds: 0), type: "", subject: "", subjectSeq: 0, provider: nil, providerSeq: nil, actor: "",
        data: "{}")
}

extension EventLog {
    /// 管理操作: who gave whom which right, published what, opened whose file; newest first, before a place in the log.
    ///
    /// The list is the one of the index `event_act`.
    public func acts(before seq: Int64, limit: Int) throws -> [Event] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM event
            WHERE type IN ('login.saved', 'login.locked', 'login.unlocked', 'factor.on', 'factor.reset', 'token.created', 'token.rotated',
                'token.revoked', 'reference.published', 'provider.state', 'right.granted', 'right.revoked', 'elder.revealed', 'elders.imported')
                AND seq < \(seq)
            ORDER BY seq DESC
            LIMIT \(limit)
            """
        ) { try Event(row: &$0) }
    }
}
