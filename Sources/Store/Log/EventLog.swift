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
    /// What the actor typed about it. For this house alone: no feed and no webhook carries it.
    public var note: String?
}

/// A change that has no place in the log yet.
public struct NewEvent: Sendable {
    let type: String
    let subject: String
    let subjectSeq: Int
    let provider: ProviderID?
    let actor: String
    let at: Instant
    let data: String

    public init(
        _ type: String, subject: String, subjectSeq: Int, to provider: ProviderID? = nil, by actor: String, at: Instant, data: String = "{}"
    ) {
        (self.type, self.subject, self.subjectSeq, self.provider) = (type, subject, subjectSeq, provider)
        (self.actor, self.at, self.data) = (actor, at, data)
    }
}

/// The append-only log.
public struct EventLog {
    let tx: any Transaction

    /// Appends one event and gives its place in the log.
    ///
    /// - Parameter note: what the actor typed about it; see ``Event/note``.
    @discardableResult
    public func append(
        _ type: String, subject: String, subjectSeq: Int, to provider: ProviderID? = nil, by actor: String, at now: Instant,
        data: String = "{}", note: String? = nil
    ) throws -> Int64 {
        let seq = try append([NewEvent(type, subject: subject, subjectSeq: subjectSeq, to: provider, by: actor, at: now, data: data)])
        if let note { try tx.execute("INSERT INTO event_note (seq, text) VALUES (\(seq), \(note))") }
        return seq
    }

    /// Appends events one after the other and gives the place of the last in the log.
    ///
    /// Both databases have one writer at a time, so counting up from the last row is safe, and a reader of `seq > n` skips nothing.
    @discardableResult
    public func append(_ events: [NewEvent]) throws -> Int64 {
        var (seq, numbers) = try ends(of: Set(events.compactMap(\.provider)))
        var rows: [[SQL.Value]] = []
        for event in events {
            seq += 1
            var number: Int64?
            if let provider = event.provider {
                number = numbers[provider, default: 0] + 1
                numbers[provider] = number
            }
            rows.append([
                .integer(seq), .text(Event.id(seq)), .integer(event.at.milliseconds), .text(event.type), .text(event.subject),
                .integer(Int64(event.subjectSeq)), .text(event.provider?.text), .integer(number), .text(event.actor), .text(event.data),
            ])
        }
        try tx.execute("INSERT INTO event (\(sql: Self.columns)) VALUES \(rows: rows)")
        return seq
    }

    /// Where the log ends, and each provider's part of it.
    private func ends(of providers: Set<ProviderID>) throws -> (seq: Int64, numbers: [ProviderID: Int64]) {
        guard let first = providers.first else { return (try last(), [:]) }
        // Nearly always there is one: then it is one statement.
        let (seq, number) =
            try tx.first(
                "SELECT (SELECT MAX(seq) FROM event), (SELECT MAX(provider_seq) FROM event WHERE provider_id = \(first))"
            ) { ($0.optionalInteger() ?? 0, $0.optionalInteger() ?? 0) } ?? (0, 0)
        var numbers = [first: number]
        for provider in providers where provider != first { numbers[provider] = try lastSeq(of: provider) }
        return (seq, numbers)
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
        try tx.rows("SELECT \(sql: Self.columns), \(sql: Self.note) FROM event WHERE subject = \(subject) ORDER BY seq LIMIT 500") {
            try Event(annotated: &$0)
        }
    }

    public func count(about subject: String) throws -> Int {
        Int(try tx.integer("SELECT COUNT(*) FROM event WHERE subject = \(subject)") ?? 0)
    }

    /// The last of one type.
    public func last(_ type: String, about subject: String) throws -> Event? {
        try tx.first(
            "SELECT \(sql: Self.columns), \(sql: Self.note) FROM event WHERE subject = \(subject) AND type = \(type) ORDER BY seq DESC LIMIT 1"
        ) { try Event(annotated: &$0) }
    }

    static let columns: StaticString = "seq, id, at_ms, type, subject, subject_seq, provider_id, provider_seq, actor, data"
    static let note: StaticString = "(SELECT n.text FROM event_note n WHERE n.seq = event.seq)"
}

extension Event {
    /// `evt_` and the place in twelve digits.
    static func id(_ seq: Int64) -> String { "evt_" + String(1_000_000_000_000 + seq).dropFirst() }

    init(row: inout Row) throws {
        self.init(
            seq: try row.integer(), id: try row.text(), at: try row.instant(), type: try row.text(), subject: try row.text(),
            subjectSeq: try row.int(), provider: row.optionalID(), providerSeq: row.optionalInteger(), actor: try row.text(),
            data: try row.text())
    }

    /// With what was typed about it.
    init(annotated row: inout Row) throws {
        try self.init(row: &row)
        note = row.optionalText()
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
            SELECT \(sql: Self.columns), \(sql: Self.note) FROM event
            WHERE type IN ('login.saved', 'login.locked', 'login.unlocked', 'factor.on', 'factor.reset', 'token.created', 'token.rotated',
                'token.revoked', 'reference.published', 'provider.state', 'right.granted', 'right.revoked', 'elder.revealed', 'elders.imported')
                AND seq < \(seq)
            ORDER BY seq DESC
            LIMIT \(limit)
            """
        ) { try Event(annotated: &$0) }
    }
}
