import Kernel

/// What was answered to a request that carried an `Idempotency-Key`.
public struct IdempotencyRepository {
    let tx: any Transaction

    public struct Stored: Sendable {
        public let requestSHA256: String
        public let status: Int
        public let body: String
    }

    public func find(caller: String, key: String) throws -> Stored? {
        try tx.first("SELECT request_sha256, status, body FROM idempotency WHERE caller = \(caller) AND key = \(key)") {
            Stored(requestSHA256: try $0.text(), status: try $0.int(), body: try $0.text())
        }
    }

    public func insert(caller: String, key: String, requestSHA256: String, status: Int, body: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO idempotency (caller, key, request_sha256, status, body, at_ms)
            VALUES (\(caller), \(key), \(requestSHA256), \(status), \(body), \(now))
            """)
    }

    /// Forgets answers older than `limit`; kept 30 days, because money hangs on them.
    public func forget(before limit: Instant) throws {
        try tx.execute("DELETE FROM idempotency WHERE at_ms < \(limit)")
    }
}

extension Transaction {
    public var idempotency: IdempotencyRepository { IdempotencyRepository(tx: self) }
}
