import Kernel
import Orders

/// 回访: what the elder said when asked, before the recorded times were shown to the caller.
public struct Callback: Hashable, Sendable {
    public let order: OrderID
    public let at: Instant
    public let came: Bool
    public let cameAt: Instant?
    public let did: String
    public let minutes: Int?
    public let paidExtra: Fen
    /// 1 … 5.
    public let satisfaction: Int?
    /// `elder`, `child`, `neighbour` …
    public let answeredBy: String
    public let recordedBy: String
    /// What was handed over: `service`, `meal` or `goods`; nil when it was not asked.
    public var received: String?

    public init(
        order: OrderID, at: Instant, came: Bool, cameAt: Instant?, did: String, minutes: Int?, paidExtra: Fen, satisfaction: Int?,
        answeredBy: String, recordedBy: String
    ) {
        self.order = order
        self.at = at
        self.came = came
        self.cameAt = cameAt
        self.did = did
        self.minutes = minutes
        self.paidExtra = paidExtra
        self.satisfaction = satisfaction
        self.answeredBy = answeredBy
        self.recordedBy = recordedBy
    }
}

/// Call-backs and complaints.
public struct QualityRepository {
    let tx: any Transaction

    public struct Complaint: Sendable {
        public let id: String
        public let order: OrderID
        public let openedAt: Instant
        public let text: String
        /// Who sees to it, since when; nil while nobody does.
        public let takenAt: Instant?
        public let takenBy: String?
        /// What whoever complained has been told.
        public let answeredAt: Instant?
        public let answer: String?
        public let closedAt: Instant?
        public let resolution: String?

        init(row: inout Row) throws {
            (id, order, openedAt, text) = (try row.text(), try row.id(), try row.instant(), try row.text())
            (takenAt, takenBy) = (row.optionalInstant(), row.optionalText())
            (answeredAt, answer) = (row.optionalInstant(), row.optionalText())
            (closedAt, resolution) = (row.optionalInstant(), row.optionalText())
        }
    }

    private static let complaint: StaticString = """
        id, order_id, opened_ms, text, taken_ms, taken_by, answered_ms, answer, closed_ms, resolution
        """

    /// Where a complaint stands among others.
    public struct ComplaintPlace: Hashable, Sendable {
        public let openedAt: Instant
        public let id: String

        public init(openedAt: Instant, id: String) { (self.openedAt, self.id) = (openedAt, id) }
    }

    /// Complaints that nobody has resolved, the oldest first.
    ///
    /// - Parameter place: the last of the page before; nil for the first page.
    public func openComplaints(after place: ComplaintPlace? = nil, limit: Int) throws -> [Complaint] {
        try tx.rows(
            """
            SELECT \(sql: Self.complaint) FROM complaint
            WHERE closed_ms IS NULL AND (opened_ms, id) > (\(place?.openedAt ?? Instant(milliseconds: 0)), \(place?.id ?? ""))
            ORDER BY opened_ms, id LIMIT \(limit)
            """
        ) { try Complaint(row: &$0) }
    }

    /// Complaints that have been resolved, the newest first.
    ///
    /// - Parameter place: the last of the page before; nil for the first page.
    public func closedComplaints(after place: ComplaintPlace? = nil, limit: Int) throws -> [Complaint] {
        try tx.rows(
            """
            SELECT \(sql: Self.complaint) FROM complaint WHERE closed_ms IS NOT NULL AND id < \(place?.id ?? "~")
            ORDER BY id DESC LIMIT \(limit)
            """
        ) { try Complaint(row: &$0) }
    }

    public func complaint(_ id: String) throws -> Complaint? {
        try tx.first("SELECT \(sql: Self.complaint) FROM complaint WHERE id = \(id)") { try Complaint(row: &$0) }
    }

    public func complaints(of order: OrderID) throws -> [Complaint] { try complaints(of: [order]) }

    /// Of each order the oldest first.
    public func complaints(of orders: [OrderID]) throws -> [Complaint] {
        try orders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows("SELECT \(sql: Self.complaint) FROM complaint WHERE order_id IN (\(list: part.map(\.text))) ORDER BY opened_ms, id") {
                try Complaint(row: &$0)
            }
        }
    }

    /// - Returns: false when somebody has it already, or it is resolved.
    public func takeComplaint(_ id: String, by name: String, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE complaint SET taken_ms = \(now), taken_by = \(name) WHERE id = \(id) AND taken_ms IS NULL AND closed_ms IS NULL
            """) == 1
    }

    /// - Returns: false when it is resolved.
    public func answerComplaint(_ id: String, _ answer: String, at now: Instant) throws -> Bool {
        try tx.execute(
            "UPDATE complaint SET answered_ms = \(now), answer = \(answer) WHERE id = \(id) AND closed_ms IS NULL") == 1
    }

    public func insert(_ callback: Callback) throws {
        try tx.execute(
            """
            INSERT INTO callback (order_id, at_ms, came, came_ms, did, minutes, paid_extra_fen, satisfaction, answered_by, recorded_by,
                received)
            VALUES (\(callback.order), \(callback.at), \(callback.came), \(callback.cameAt), \(callback.did), \(callback.minutes),
                \(callback.paidExtra), \(callback.satisfaction), \(callback.answeredBy), \(callback.recordedBy),
                \(callback.received))
            """)
    }

    public func callbacks(_ order: OrderID) throws -> [Callback] { try callbacks(of: [order]) }

    /// Of each order the oldest first.
    public func callbacks(of orders: [OrderID]) throws -> [Callback] {
        try orders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT order_id, at_ms, came, came_ms, did, minutes, paid_extra_fen, satisfaction, answered_by, recorded_by
                FROM callback WHERE order_id IN (\(list: part.map(\.text))) ORDER BY at_ms
                """
            ) {
                Callback(
                    order: try $0.id(), at: try $0.instant(), came: try $0.bool(), cameAt: $0.optionalInstant(), did: try $0.text(),
                    minutes: $0.optionalInteger().map { Int($0) }, paidExtra: try $0.fen(), satisfaction: $0.optionalInteger().map { Int($0) },
                    answeredBy: try $0.text(), recordedBy: try $0.text())
            }
        }
    }

    public func openComplaint(_ id: String, order: OrderID, text: String, at now: Instant) throws {
        try tx.execute(
            "INSERT INTO complaint (id, order_id, opened_ms, text) VALUES (\(id), \(order), \(now), \(text))")
    }

    public func closeComplaint(_ id: String, resolution: String, at now: Instant) throws -> OrderID? {
        try tx.first(
            """
            UPDATE complaint SET closed_ms = \(now), resolution = \(resolution) WHERE id = \(id) AND closed_ms IS NULL RETURNING order_id
            """
        ) { try $0.id() }
    }

    public func hasOpenComplaint(_ order: OrderID) throws -> Bool {
        try tx.exists("SELECT 1 FROM complaint WHERE order_id = \(order) AND closed_ms IS NULL LIMIT 1")
    }
}

extension Transaction {
    public var quality: QualityRepository { QualityRepository(tx: self) }
}
