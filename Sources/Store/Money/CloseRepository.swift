import Billing
import Kernel
import Registry

/// The road of a month: steps taken, rights granted, decisions on lines, samples, answers of providers.
public struct CloseRepository {
    let tx: any Transaction

    // MARK: Steps

    public func entries(_ month: Month, until: Instant? = nil) throws -> [CloseEntry] {
        try tx.rows(
            """
            SELECT \(sql: Self.entryColumns) FROM close_entry e
            WHERE month = \(month) AND at_ms <= \(until ?? Instant(milliseconds: Int64.max)) ORDER BY seq
            """
        ) { try CloseEntry(row: &$0) }
    }

    /// What was done last of each month from one on.
    public func lastEntries(since first: Month) throws -> [Month: CloseEntry] {
        let entries = try tx.rows(
            """
            SELECT e.month, \(sql: Self.entryColumns) FROM close_entry e
            WHERE e.month >= \(first) AND e.seq = (SELECT MAX(l.seq) FROM close_entry l WHERE l.month = e.month)
            """
        ) { (try $0.month(), try CloseEntry(row: &$0)) }
        return Dictionary(uniqueKeysWithValues: entries)
    }

    private static let entryColumns: StaticString = "e.from_step, e.action, e.to_step, e.by_name, e.at_ms, e.opinion, e.batch_sha256, e.street"

    /// - Throws: when somebody else has taken the same step first: the number is taken.
    public func append(_ entry: CloseEntry, to month: Month, after count: Int) throws {
        let inserted = try tx.execute(
            """
            INSERT INTO close_entry (month, seq, from_step, action, to_step, by_name, at_ms, opinion, batch_sha256, street)
            VALUES (\(month), \(count + 1), \(entry.from), \(entry.action), \(entry.to), \(entry.by), \(entry.at), \(entry.opinion),
                \(entry.hash), \(entry.street))
            ON CONFLICT (month, seq) DO NOTHING
            """)
        guard inserted == 1 else { throw Rejection(.conflict, "close_raced", "另一人刚办理了这一环节，请刷新后再看。") }
    }

    /// - Parameter street: the one for which its street signs, or ``CloseEntry/allStreets``; nil for any other right. Given again, it changes.
    public func grant(_ right: CloseRight, to name: String, street: String? = nil, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO close_grant (name, authority, granted_by, at_ms, street) VALUES (\(name), \(right), \(by), \(now), \(street))
            ON CONFLICT (name, authority) DO UPDATE SET granted_by = excluded.granted_by, at_ms = excluded.at_ms, street = excluded.street
            WHERE COALESCE(close_grant.street, '') <> COALESCE(excluded.street, '')
            """)
    }

    public func revoke(_ right: CloseRight, of name: String) throws {
        try tx.execute("DELETE FROM close_grant WHERE name = \(name) AND authority = \(right)")
    }

    public func rights(of name: String) throws -> Set<CloseRight> {
        Set(try tx.rows("SELECT authority FROM close_grant WHERE name = \(name)") { try $0.value(CloseRight.self) })
    }

    public func grants() throws -> [(name: String, right: CloseRight, by: String, street: String?)] {
        try tx.rows("SELECT name, authority, granted_by, street FROM close_grant ORDER BY name, authority") {
            (try $0.text(), try $0.value(), try $0.text(), $0.optionalText())
        }
    }

    /// For which street somebody signs; nil without that right.
    public func street(of name: String) throws -> String? {
        try tx.first("SELECT street FROM close_grant WHERE name = \(name) AND authority = 'street'") { $0.optionalText() ?? CloseEntry.allStreets }
    }

    // MARK: Decisions

    /// By subject.
    public func decisions(_ month: Month, _ provider: ProviderID, until: Instant? = nil) throws -> [String: LineDecision] {
        try decisions(
            """
            SELECT subject, kind, reason, by_name, at_ms FROM line_decision
            WHERE month = \(month) AND provider_id = \(provider) AND at_ms <= \(until ?? Instant(milliseconds: Int64.max))
            """)
    }

    /// - Parameter subjects: at most a hundred.
    func decisions(_ month: Month, on subjects: [String]) throws -> [String: LineDecision] {
        try decisions("SELECT subject, kind, reason, by_name, at_ms FROM line_decision WHERE month = \(month) AND subject IN (\(list: subjects))")
    }

    private func decisions(_ query: SQL) throws -> [String: LineDecision] {
        var decisions: [String: LineDecision] = [:]
        try tx.forEachRow(query) { row in
            decisions[try row.text()] = LineDecision(
                kind: try row.value(), reason: try row.text(), by: try row.text(), at: try row.instant())
        }
        return decisions
    }

    /// What has been decided, as it goes into the batch's fingerprint: `subject:kind`, sorted.
    public func decided(_ month: Month) throws -> [String] {
        try tx.rows("SELECT subject, kind FROM line_decision WHERE month = \(month) ORDER BY subject") { "\(try $0.text()):\(try $0.text())" }
    }

    public func insert(_ decision: LineDecision, on subject: String, _ month: Month, _ provider: ProviderID) throws {
        let inserted = try tx.execute(
            """
            INSERT INTO line_decision (month, provider_id, subject, kind, reason, by_name, at_ms)
            VALUES (\(month), \(provider), \(subject), \(decision.kind), \(decision.reason), \(decision.by), \(decision.at))
            ON CONFLICT (month, subject) DO NOTHING
            """)
        guard inserted == 1 else { throw Rejection(.conflict, "line_decided", "这一行已有处理意见，不能再改；确有错误请在未结月份冲正。") }
    }

    /// Where a line stands: its provider, verdict as decided, kind and public money.
    public typealias Line = (provider: ProviderID, kind: Candidate.Kind, verdict: Verdict, subsidy: Fen)

    public func line(_ month: Month, _ subject: String) throws -> Line? {
        try tx.first(
            """
            SELECT l.provider_id, l.kind, l.verdict, d.kind, l.subsidy_fen FROM statement_line l
            LEFT JOIN line_decision d ON d.month = l.month AND d.subject = l.subject
            WHERE l.subject = \(subject) AND l.month = \(month)
            """
        ) { row in
            let (provider, kind, frozen) = (try row.id(Provider.self), try row.value(Candidate.Kind.self), try row.value(Verdict.self))
            let decision = try row.optionalValue(LineDecision.Kind.self)
            return (provider, kind, decision.map { $0 == .release ? .paid : .blocked } ?? frozen, try row.fen())
        }
    }

    /// Everybody who has entered something into the batch that others are to sign.
    public func makers(_ month: Month) throws -> Set<String> {
        Set(
            try tx.rows(
                """
                SELECT by_name FROM line_decision WHERE month = \(month)
                UNION SELECT by_name FROM sample WHERE month = \(month) AND by_name IS NOT NULL
                UNION SELECT entered_by FROM adjustment WHERE statement_month = \(month)
                """
            ) { try $0.text() })
    }

    /// Marks what a decision means for the order or meal: on the statement, or no longer.
    public func settle(_ kind: Candidate.Kind, _ subject: String, isPaid: Bool) throws {
        switch kind {
        case .order:
            try tx.execute(
                """
                UPDATE service_order SET settlement = \(isPaid ? "in_statement" : "not_ready"), version = version + 1
                WHERE id = \(subject) AND state = 'closed' AND settlement <> 'paid'
                """)
        case .meal:
            try tx.execute(
                """
                UPDATE meal_swipe SET settlement = \(isPaid ? "in_statement" : "reversed"), is_reversed = \(!isPaid)
                WHERE id = \(subject) AND settlement <> 'paid'
                """)
        }
    }

    // MARK: Samples

    public func insert(_ samples: [(provider: ProviderID, sample: Sample)], _ month: Month, at now: Instant) throws {
        try Self.insertSamples.run(samples, tx) { sampled, row in
            let (provider, sample) = sampled
            row += [
                .text(month.description), .text(sample.subject), .text(provider.text), .text(sample.reason.rawValue),
                .text(sample.result?.rawValue), .text(sample.result == nil ? "" : "此前已回访"),
                .integer(sample.result == nil ? nil : now.milliseconds),
            ]
        }
    }

    private static let insertSamples = BulkInsert(
        "INSERT INTO sample (month, subject, provider_id, reason, result, note, at_ms)", width: 7,
        tail: "ON CONFLICT (month, provider_id, subject) DO NOTHING")

    public func samples(_ month: Month, _ provider: ProviderID? = nil) throws -> [(sample: Sample, provider: ProviderID)] {
        let all: SQL = "SELECT subject, reason, result, provider_id FROM sample WHERE month = \(month) ORDER BY provider_id, subject"
        let one: SQL = """
            SELECT subject, reason, result, provider_id FROM sample WHERE month = \(month) AND provider_id = \(provider) ORDER BY subject
            """
        return try tx.rows(provider == nil ? all : one) {
            (Sample(subject: try $0.text(), reason: try $0.value(), result: try $0.optionalValue()), try $0.id())
        }
    }

    /// - Returns: false when the line is not in the sample, or has been answered.
    public func answer(
        _ month: Month, _ provider: ProviderID, _ subject: String, _ result: Sample.Result, note: String, by: String, at now: Instant
    ) throws -> Bool {
        try tx.execute(
            """
            UPDATE sample SET result = \(result), note = \(note), by_name = \(by), at_ms = \(now)
            WHERE month = \(month) AND provider_id = \(provider) AND subject = \(subject) AND result IS NULL
            """) == 1
    }

    /// Puts every line of a provider that is paid into the sample.
    public func widen(_ month: Month, _ provider: ProviderID) throws -> Int {
        try tx.execute(
            """
            INSERT INTO sample (month, subject, provider_id, reason, note)
            SELECT month, subject, provider_id, 'widened', '' FROM statement_line
            WHERE month = \(month) AND provider_id = \(provider) AND verdict = 'paid' AND kind = 'order'
            ON CONFLICT (month, provider_id, subject) DO NOTHING
            """)
    }

    /// The sample that waits for an answer about an order, with its month.
    public func openSample(of subject: String) throws -> (month: Month, reason: Sample.Reason)? {
        try tx.first(
            """
            SELECT s.month, s.reason FROM statement_line l
            JOIN sample s ON s.month = l.month AND s.provider_id = l.provider_id AND s.subject = l.subject
            WHERE l.subject = \(subject) AND s.result IS NULL
            """
        ) { (try $0.month(), try $0.value()) }
    }

    /// Which of some orders have a sample that waits for an answer.
    public func sampled(among subjects: [String]) throws -> Set<String> {
        Set(
            try subjects.chunked(by: Chunk.keys).flatMap { part in
                try tx.rows(
                    """
                    SELECT l.subject FROM statement_line l
                    JOIN sample s ON s.month = l.month AND s.provider_id = l.provider_id AND s.subject = l.subject
                    WHERE l.subject IN (\(list: Array(part))) AND s.result IS NULL
                    """
                ) { try $0.text() }
            })
    }

    /// Where a sample stands among those that wait.
    public struct SamplePlace: Hashable, Sendable {
        public let month: Month
        public let provider: ProviderID
        public let subject: String

        public init(month: Month, provider: ProviderID, subject: String) { (self.month, self.provider, self.subject) = (month, provider, subject) }
    }

    /// Samples of all months that wait for an answer, the oldest month first, provider by provider.
    ///
    /// - Parameter place: the last of the page before; nil for the first page.
    public func openSamples(after place: SamplePlace? = nil, limit: Int) throws -> [(place: SamplePlace, reason: Sample.Reason)] {
        try tx.rows(
            """
            SELECT month, provider_id, subject, reason FROM sample
            WHERE result IS NULL
                AND (month, provider_id, subject) > (\(place?.month.description ?? ""), \(place?.provider.text ?? ""), \(place?.subject ?? ""))
            ORDER BY month, provider_id, subject LIMIT \(limit)
            """
        ) { (SamplePlace(month: try $0.month(), provider: try $0.id(), subject: try $0.text()), try $0.value()) }
    }

    public func openSamples(_ month: Month) throws -> Int {
        try tx.count("SELECT COUNT(*) FROM sample WHERE month = \(month) AND result IS NULL")
    }

    /// Orders of a month that are the first that their elder was ever served with.
    public func firstServices(_ month: Month) throws -> SubjectSet {
        var first = SubjectSet()
        try tx.forEachRow(
            """
            SELECT o.id FROM elder e
            JOIN service_order o ON o.id = (
                SELECT f.id FROM service_order f WHERE f.elder_id = e.id AND f.state = 'closed' ORDER BY f.start_ms, f.id LIMIT 1)
            WHERE o.start_ms >= \(Instant(month.first)) AND o.start_ms < \(Instant(month.last.adding(days: 1)))
            """
        ) { first.insert(try $0.text()) }
        return first
    }
}

extension CloseEntry {
    fileprivate init(row: inout Row) throws {
        self.init(
            from: try row.value(), action: try row.value(), to: try row.value(), by: try row.text(), at: try row.instant(), opinion: try row.text(),
            hash: try row.text(), street: row.optionalText())
    }
}

extension Transaction {
    public var close: CloseRepository { CloseRepository(tx: self) }
}
