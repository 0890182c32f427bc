import Kernel
import Notifier

/// Text messages, one row for each event and rule, with what became of it; and the people who do not want any.
public struct MessageRepository {
    let tx: any Transaction

    /// A message on its way, or ended.
    public struct Stored: Sendable {
        public let id: Int64
        public let eventSeq: Int64
        public let rule: String
        /// The order it is about.
        public let subject: String
        /// `elder/…` or `provider/…`: whose consent counts.
        public let person: String
        /// Nil when nobody with a mobile was found.
        public let number: String?
        public let state: String
        public let created: Instant
        public let due: Instant
        public let until: Instant
        public let attempts: Int
        public let lastStatus: Int?
        public let lastReason: String?
        public let lastAt: Instant?

        init(row: inout Row) throws {
            (id, eventSeq, rule) = (try row.integer(), try row.integer(), try row.text())
            (subject, person, number) = (try row.text(), try row.text(), row.optionalText())
            (state, created, due, until) = (try row.text(), try row.instant(), try row.instant(), try row.instant())
            (attempts, lastStatus) = (try row.int(), row.optionalInteger().map(Int.init))
            (lastReason, lastAt) = (row.optionalText(), row.optionalInstant())
        }
    }

    static let columns: StaticString = """
        id, event_seq, rule, subject, person, number, state, created_ms, due_ms, until_ms, attempts, last_status, last_reason, last_ms
        """
    static let reader = "messages"
    /// Events read in one step.
    public static let gatherLimit = 500

    /// The events not yet looked at; nil when nothing has ever been looked at: then one begins with what comes next.
    public func news() throws -> [Event]? {
        guard let place = try tx.integer("SELECT seq FROM log_reader WHERE name = \(Self.reader)") else { return nil }
        return try tx.events.after(place, limit: Self.gatherLimit)
    }

    public func setPlace(_ seq: Int64) throws {
        try tx.execute(
            """
            INSERT INTO log_reader (name, seq) VALUES (\(Self.reader), \(seq))
            ON CONFLICT (name) DO UPDATE SET seq = excluded.seq
            """)
    }

    /// - Parameter refusal: Why it is never sent; nil for one that waits.
    public func insert(
        of event: Event, rule: String, person: String, number: String?, due: Instant, until: Instant, refusal: String?, at now: Instant
    ) throws {
        let id = try (tx.integer("SELECT MAX(id) FROM sms") ?? 0) + 1
        try tx.execute(
            """
            INSERT INTO sms (id, event_seq, rule, subject, person, number, state, created_ms, due_ms, until_ms, attempts, last_reason, last_ms)
            VALUES (\(id), \(event.seq), \(rule), \(event.subject), \(person), \(number), \(refusal == nil ? "pending" : "dead"), \(now), \(due),
                \(until), 0, \(refusal), \(refusal == nil ? nil : now))
            ON CONFLICT (event_seq, rule) DO NOTHING
            """)
    }

    /// Messages to a number since then that went out or still will.
    public func count(to number: String, since: Instant) throws -> Int {
        Int(try tx.integer("SELECT COUNT(*) FROM sms WHERE number = \(number) AND created_ms > \(since) AND state <> 'dead'") ?? 0)
    }

    public func hasDue(now: Instant) throws -> Bool { try tx.exists("SELECT 1 FROM sms WHERE state = 'pending' AND due_ms <= \(now) LIMIT 1") }

    /// Due now, of each number only the first that waits.
    public func due(now: Instant, limit: Int) throws -> [Stored] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM sms s
            WHERE state = 'pending' AND due_ms <= \(now)
                AND NOT EXISTS (SELECT 1 FROM sms p WHERE p.number = s.number AND p.state = 'pending' AND p.id < s.id)
            ORDER BY due_ms, id
            LIMIT \(limit)
            """
        ) { try Stored(row: &$0) }
    }

    /// Gives a waiting message up.
    public func drop(_ id: Int64, because reason: String, at now: Instant) throws {
        try tx.execute("UPDATE sms SET state = 'dead', last_reason = \(reason), last_ms = \(now) WHERE id = \(id) AND state = 'pending'")
    }

    /// See ``Outbox/record(_:now:)``; the gateway is nobody's endpoint, so nothing is disabled.
    public func record(_ outcomes: [DeliveryOutcome], now: Instant) throws {
        for outcome in outcomes {
            var status: Int?
            if case .status(let number, _) = outcome.reply { status = number }
            let reason = outcome.reply.isAccepted ? nil : outcome.reply.code
            var (state, due): (String?, Instant?) = (nil, nil)
            switch outcome.decision {
            case .done: state = "delivered"
            case .retry(let at): due = at
            case .dead, .disable: state = "dead"
            }
            try tx.execute(
                """
                UPDATE sms
                SET state = COALESCE(\(state), state), attempts = \(outcome.attempt), due_ms = COALESCE(\(due), due_ms), last_status = \(status),
                    last_reason = \(reason), last_ms = \(now)
                WHERE id = \(outcome.delivery) AND attempts = \(outcome.attempt - 1) AND state = 'pending'
                """)
        }
    }

    /// How many wait.
    public func pending() throws -> Int { Int(try tx.integer("SELECT COUNT(*) FROM sms WHERE state = 'pending'") ?? 0) }

    /// Newest first.
    public func page(of person: String?, state: String?, before id: Int64, limit: Int) throws -> [Stored] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM sms
            WHERE id < \(id) AND (\(person) IS NULL OR person = \(person)) AND (\(state) IS NULL OR state = \(state))
            ORDER BY id DESC
            LIMIT \(limit)
            """
        ) { try Stored(row: &$0) }
    }

    // MARK: Consent

    public func hasRefused(_ person: String) throws -> Bool { try tx.exists("SELECT 1 FROM sms_refusal WHERE person = \(person)") }

    public func setRefused(_ isRefused: Bool, by person: String, recordedBy name: String, at now: Instant) throws {
        guard isRefused else {
            try tx.execute("DELETE FROM sms_refusal WHERE person = \(person)")
            return
        }
        try tx.execute(
            """
            INSERT INTO sms_refusal (person, since_ms, recorded_by) VALUES (\(person), \(now), \(name))
            ON CONFLICT (person) DO NOTHING
            """)
    }

    /// Numbers are kept as long as somebody may ask what was sent.
    static let kept = Span.days(90)

    /// - Returns: rows taken away; `limit` means that there may be more.
    public func sweep(now: Instant, limit: Int) throws -> Int {
        let old = try tx.rows("SELECT id FROM sms WHERE state <> 'pending' AND last_ms < \(now - Self.kept) ORDER BY id LIMIT \(limit)") {
            try $0.integer()
        }
        for id in old { try tx.execute("DELETE FROM sms WHERE id = \(id)") }
        return old.count
    }
}

extension Transaction {
    public var messages: MessageRepository { MessageRepository(tx: self) }
}
