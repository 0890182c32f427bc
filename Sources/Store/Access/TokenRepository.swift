import Kernel
import Registry

/// A token of a machine, as it is kept: never the token itself.
public struct StoredToken: Hashable, Sendable {
    public let sha256: String
    public let holder: AccessRepository.Holder
    /// What it may be used for; empty for everything its role may do.
    public let scopes: [String]
    public let createdAt: Instant
    public let expiresAt: Instant?
    public let revokedAt: Instant?
    /// When it was last used, to within a few minutes.
    public let seenAt: Instant?

    /// What people and programs call it by. Enough of the hash to be unique, and worth nothing to a thief.
    public var id: String { String(sha256.prefix(16)) }

    public init(
        sha256: String, holder: AccessRepository.Holder, scopes: [String], createdAt: Instant, expiresAt: Instant?, revokedAt: Instant? = nil,
        seenAt: Instant? = nil
    ) {
        self.sha256 = sha256
        self.holder = holder
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.seenAt = seenAt
    }
}

/// Tokens of machines.
public struct TokenRepository {
    let tx: any Transaction

    public func insert(_ token: StoredToken) throws {
        try tx.execute(
            """
            INSERT INTO api_token (sha256, role, provider_id, name, scopes, created_ms, expires_ms)
            VALUES (\(token.sha256), \(token.holder.role), \(token.holder.provider), \(token.holder.name),
                \(token.scopes.joined(separator: " ")), \(token.createdAt), \(token.expiresAt))
            """)
    }

    /// The token that may be used now.
    public func usable(sha256: String, now: Instant) throws -> StoredToken? {
        try tx.first(
            """
            SELECT \(sql: Self.columns) FROM api_token
            WHERE sha256 = \(sha256) AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > \(now))
            """
        ) { try StoredToken(row: &$0) }
    }

    /// By what people call it.
    public func find(id: String) throws -> StoredToken? {
        try tx.first("SELECT \(sql: Self.columns) FROM api_token WHERE sha256 >= \(id) AND sha256 < \(id + "g") ORDER BY sha256 LIMIT 1") {
            try StoredToken(row: &$0)
        }
    }

    /// All of a provider, or of everybody; by id.
    public func page(of provider: ProviderID?, after id: String?, limit: Int) throws -> [StoredToken] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM api_token
            WHERE sha256 > \(id.map { $0 + "g" } ?? "") AND (CAST(\(provider) AS TEXT) IS NULL OR provider_id = \(provider))
            ORDER BY sha256
            LIMIT \(limit)
            """
        ) { try StoredToken(row: &$0) }
    }

    public func expire(sha256: String, at limit: Instant) throws {
        try tx.execute(
            "UPDATE api_token SET expires_ms = \(limit) WHERE sha256 = \(sha256) AND (expires_ms IS NULL OR expires_ms > \(limit))")
    }

    public func revoke(sha256: String, at now: Instant) throws {
        try tx.execute("UPDATE api_token SET revoked_ms = \(now) WHERE sha256 = \(sha256) AND revoked_ms IS NULL")
    }

    public func touch(sha256: String, at now: Instant) throws {
        try tx.execute("UPDATE api_token SET seen_ms = \(now) WHERE sha256 = \(sha256)")
    }

    static let columns: StaticString = "sha256, role, provider_id, name, scopes, created_ms, expires_ms, revoked_ms, seen_ms"
}

extension StoredToken {
    init(row: inout Row) throws {
        self.init(
            sha256: try row.text(),
            holder: AccessRepository.Holder(role: try row.text(), provider: row.optionalID(), name: try row.text()),
            scopes: try row.text().split(separator: " ").map(String.init), createdAt: try row.instant(), expiresAt: row.optionalInstant(),
            revokedAt: row.optionalInstant(), seenAt: row.optionalInstant())
    }
}

extension Transaction {
    public var tokens: TokenRepository { TokenRepository(tx: self) }
}
