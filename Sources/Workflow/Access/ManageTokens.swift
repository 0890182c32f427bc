import Kernel
import Registry
import Store

/// Tokens of machines: made, listed, rotated with an overlap, revoked. The token itself is given once and never kept.
public struct ManageTokens: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let longestOverlap = Span.days(7)
    /// How exactly the last use of a token is known; one write a token in this time, however often it is used.
    static let seenWithin = Span.minutes(5)

    /// What is told of a token once, when it is made.
    public struct Issued: Sendable {
        public let token: String
        public let stored: StoredToken
    }

    public struct Wish: Sendable {
        public var role: Caller.Role
        public var provider: ProviderID?
        public var name: String
        public var scopes: [String]
        public var expires: Instant?
        /// The login whose it is to be; at the command line alone, as elsewhere it is whoever makes it.
        public var owner: String?

        public init(
            role: Caller.Role, provider: ProviderID? = nil, name: String, scopes: [String] = [], expires: Instant? = nil, owner: String? = nil
        ) {
            self.role = role
            self.provider = provider
            self.name = name
            self.scopes = scopes
            self.expires = expires
            self.owner = owner
        }
    }

    /// - Throws: `provider_missing` unless exactly the role `provider` names a provider that exists; `scope_invalid`, `expiry_invalid`.
    ///   `own_grant` for a role that the caller may not give; `login_unknown` for an owner who has none.
    public func created(_ wish: Wish, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Issued {
        // The secret address of its own calendar is all that a provider gives itself.
        let isOwnCalendar = wish.provider == caller.provider && wish.scopes == [Caller.Scope.calendar?.description]
        guard caller == .system || caller.role.mayGrant.contains(wish.role) || isOwnCalendar else {
            throw Rejection(.forbidden, "own_grant", "您的角色不能签发 \(wish.role.rawValue) 的令牌，请由安全管理员办理。", pointer: "/role")
        }
        guard (wish.role == .provider) == (wish.provider != nil) else {
            throw Rejection(.refused, "provider_missing", "角色 provider 必须（且只有它才能）指定服务商编号。", pointer: "/provider")
        }
        if let provider = wish.provider, office.reference.franchise.provider(provider) == nil {
            throw Rejection(.missing, "provider_unknown", "没有服务商 \(provider)。", pointer: "/provider")
        }
        guard (1...60).contains(wish.name.count), wish.name != Caller.system.name else {
            throw Rejection(.invalid, "name_length", "名称应为 1 到 60 个字，也不能是 system。", pointer: "/name")
        }
        for (index, scope) in wish.scopes.enumerated() where Caller.Scope(scope) == nil {
            throw Rejection(.invalid, "scope_invalid", "范围应写成 orders（读写）或 orders:read（只读）。", pointer: "/scopes/\(index)")
        }
        let now = office.now
        if let expires = wish.expires, expires <= now {
            throw Rejection(.refused, "expiry_invalid", "失效时间应晚于现在。", pointer: "/expires_at")
        }
        let secret = office.secret()
        return { tx in
            // Rights to sign are granted by name, and the log knows nobody by anything else.
            guard try caller == .system || tx.access.login(wish.name) == nil else {
                throw Rejection(.conflict, "name_taken", "“\(wish.name)”是一个登录账号的名称，令牌请另取名称。", pointer: "/name")
            }
            if caller == .system, let owner = wish.owner, try tx.access.login(owner) == nil {
                throw Rejection(.missing, "login_unknown", "没有这个账号。", pointer: "/owner")
            }
            let issued = try Self.issue(
                tx, secret, .init(role: wish.role.rawValue, provider: wish.provider, name: wish.name), scopes: wish.scopes, expires: wish.expires,
                at: now, owner: caller == .system ? wish.owner : Self.owner(tx, of: caller))
            try Self.note(tx, "token.created", issued.stored, by: caller, at: now)
            return issued
        }
    }

    /// Makes a token at the command line.
    public func createToken(_ wish: Wish) async throws -> String { try await office.perform(created(wish, by: .system)).token }

    /// 轮换: a new token of the same holder, scopes and life; the old one goes on for `overlap`, so that machines can be changed one by one.
    public func rotated(_ id: String, overlap: Span, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Issued {
        guard overlap >= .seconds(0), overlap <= Self.longestOverlap else {
            throw Rejection(.invalid, "overlap_invalid", "overlap_seconds 应为 0 到 604800（7 天）。", pointer: "/overlap_seconds")
        }
        let now = office.now
        let secret = office.secret()
        return { tx in
            let old = try Self.require(tx, id, for: caller)
            // Whoever rotates a token has seen it: that is to give the role it has.
            guard caller.provider != nil || Caller.Role(rawValue: old.holder.role).map(caller.role.mayGrant.contains) ?? false else {
                throw Rejection(.forbidden, "own_grant", "您的角色不能签发 \(old.holder.role) 的令牌，请由安全管理员办理。")
            }
            guard old.revokedAt == nil, old.expiresAt.map({ $0 > now }) ?? true else {
                throw Rejection(.conflict, "token_ended", "这个令牌已吊销或已过期，请新建令牌。")
            }
            let issued = try Self.issue(
                tx, secret, old.holder, scopes: old.scopes, expires: old.expiresAt.map { now + ($0 - old.createdAt) }, at: now,
                owner: Self.owner(tx, of: caller))
            try tx.tokens.expire(sha256: old.sha256, at: now + overlap)
            try Self.note(tx, "token.rotated", old, by: caller, at: now)
            return issued
        }
    }

    /// 吊销: at once.
    public func revoked(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> Void {
        let now = office.now
        return { tx in
            let old = try Self.require(tx, id, for: caller)
            try tx.tokens.revoke(sha256: old.sha256, at: now)
            try Self.note(tx, "token.revoked", old, by: caller, at: now)
        }
    }

    public func page(after id: String?, limit: Int, for caller: Caller) async throws -> [StoredToken] {
        try await office.read { tx in try tx.tokens.page(of: caller.provider, after: id, limit: limit) }
    }

    /// Who comes with a token. Its use is written down at most every few minutes.
    public func caller(token: String) async throws -> Caller? {
        let now = office.now
        let hash = Secrets.hash(token)
        guard let stored = try await office.read({ tx in try tx.tokens.usable(sha256: hash, now: now) }) else { return nil }
        if stored.seenAt.map({ $0 + Self.seenWithin < now }) ?? true {
            // Whoever comes in must not be kept out because this note cannot be written.
            try? await office.perform { tx in try tx.tokens.touch(sha256: hash, at: now) }
        }
        return Caller.Role(rawValue: stored.holder.role).map {
            Caller(role: $0, name: stored.holder.name, provider: stored.holder.provider, scopes: Set(stored.scopes.compactMap(Caller.Scope.init)))
        }
    }

    /// Whose a token is that a caller makes: a person's also where the person comes with a token.
    private static func owner(_ tx: any Transaction, of caller: Caller) throws -> String { try tx.tokens.owner(of: caller.name) ?? caller.name }

    private static func issue(
        _ tx: any Transaction, _ secret: String, _ holder: AccessRepository.Holder, scopes: [String], expires: Instant?, at now: Instant,
        owner: String?
    ) throws -> Issued {
        let token = "vnh_" + secret
        let stored = StoredToken(sha256: Secrets.hash(token), holder: holder, scopes: scopes, createdAt: now, expiresAt: expires, owner: owner)
        try tx.tokens.insert(stored)
        return Issued(token: token, stored: stored)
    }

    private static func note(_ tx: any Transaction, _ event: String, _ token: StoredToken, by caller: Caller, at now: Instant) throws {
        try tx.events.append(event, subject: token.id, subjectSeq: 1, by: caller.name, at: now)
    }

    /// - Throws: `token_unknown` also for a token of another provider.
    private static func require(_ tx: any Transaction, _ id: String, for caller: Caller) throws -> StoredToken {
        guard id.utf8.count == 16, id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let token = try tx.tokens.find(id: id), [.admin, .security].contains(caller.role) || token.holder.provider == caller.provider
        else { throw Rejection(.missing, "token_unknown", "没有这个令牌，请核对编号。") }
        return token
    }
}
