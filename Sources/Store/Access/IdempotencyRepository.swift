import Kernel

/// What was answered to a request that carried an `Idempotency-Key`.
public struct IdempotencyRepository {
    let tx: any Transaction

    public struct Stored: Sendable {
        public let requestSHA256: String
        public let status: Int
        public let body: String
    }

    /// The answer still kept for a key.
    public func find(caller: String, key: String, at now: Instant) throws -> Stored? {
        try tx.first(
            """
            SELECT request_sha256, status, body FROM idempotency
            WHERE caller = \(caller) AND key = \(key) AND (until_ms IS NULL OR until_ms > \(now))
            """
        ) { Stored(requestSHA256: try $0.text(), status: try $0.int(), body: try $0.text()) }
    }

    /// Keeps an answer until `limit`, in the place of one whose time is over.
    public func insert(
        caller: String, key: String, requestSHA256: String, status: Int, body: String, at now: Instant, until limit: Instant
    ) throws {
        try tx.execute(
            """
            INSERT INTO idempotency (caller, key, request_sha256, status, body, at_ms, until_ms)
            VALUES (\(caller), \(key), \(requestSHA256), \(status), \(body), \(now), \(limit))
            ON CONFLICT (caller, key) DO UPDATE
            SET request_sha256 = excluded.request_sha256, status = excluded.status, body = excluded.body, at_ms = excluded.at_ms,
                until_ms = excluded.until_ms
            """)
    }

    /// Forgets answers whose time is over.
    public func forget(at now: Instant) throws { try tx.execute("DELETE FROM idempotency WHERE until_ms IS NOT NULL AND until_ms <= \(now)") }
}

extension Transaction {
    public var idempotency: IdempotencyRepository { IdempotencyRepository(tx: self) }
}
