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
    /// 归属: the login that made it, and so has seen it, or for which it was made at the command line; nil for nobody's.
    public let owner: String?

    /// What people and programs call it by. Enough of the hash to be unique, and worth nothing to a thief.
    public var id: String { String(sha256.prefix(16)) }

    public init(
        sha256: String, holder: AccessRepository.Holder, scopes: [String], createdAt: Instant, expiresAt: Instant?, revokedAt: Instant? = nil,
        seenAt: Instant? = nil, owner: String? = nil
    ) {
        self.sha256 = sha256
        self.holder = holder
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.seenAt = seenAt
        self.owner = owner
    }
}

/// Tokens of machines.
public struct TokenRepository {
    let tx: any Transaction

    public func insert(_ token: StoredToken) throws {
        try tx.execute(
            """
            INSERT INTO api_token (sha256, role, provider_id, name, scopes, created_ms, expires_ms, owner)
            VALUES (\(token.sha256), \(token.holder.role), \(token.holder.provider), \(token.holder.name),
                \(token.scopes.joined(separator: " ")), \(token.createdAt), \(token.expiresAt), \(token.owner))
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

    /// The tokens that are somebody's, by their names, also those that have ended; providers' take no step that asks for a second person.
    public func owned() throws -> [(token: String, owner: String)] {
        try tx.rows("SELECT DISTINCT name, owner FROM api_token WHERE owner IS NOT NULL AND role <> 'provider'") { (try $0.text(), try $0.text()) }
    }

    /// Whose the token of a name is; nil for nobody's, and for a login.
    public func owner(of name: String) throws -> String? {
        try tx.first("SELECT owner FROM api_token WHERE name = \(name) AND owner IS NOT NULL ORDER BY created_ms LIMIT 1") { try $0.text() }
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

    static let columns: StaticString = "sha256, role, provider_id, name, scopes, created_ms, expires_ms, revoked_ms, seen_ms, owner"
}

extension StoredToken {
    init(row: inout Row) throws {
        self.init(
            sha256: try row.text(),
            holder: AccessRepository.Holder(role: try row.text(), provider: row.optionalID(), name: try row.text()),
            scopes: try row.text().split(separator: " ").map(String.init), createdAt: try row.instant(), expiresAt: row.optionalInstant(),
            revokedAt: row.optionalInstant(), seenAt: row.optionalInstant(), owner: row.optionalText())
    }
}

extension Transaction {
    public var tokens: TokenRepository { TokenRepository(tx: self) }
}
