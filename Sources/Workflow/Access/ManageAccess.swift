import Crypto
import CryptoExtras
import Foundation
import Kernel
import Registry
import Store

/// Who may come in as a person: by login, with a session. Machines come by token: ``ManageTokens``.
public struct ManageAccess: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let idleLimit = Span.hours(8)
    static let failureLimit = 5
    static let lockTime = Span.minutes(15)

    public func setPassword(_ password: String, of name: String, role: Caller.Role, provider: ProviderID? = nil) async throws {
        let salt = (0..<16).map { _ in UInt8(truncatingIfNeeded: office.random()) }
        let stored = try Password.stored(password, salt: salt)
        try await office.perform { tx in
            try tx.access.saveLogin(.init(role: role.rawValue, provider: provider, name: name), password: stored)
        }
    }

    public func logins() async throws -> [AccessRepository.Login] { try await office.read { tx in try tx.access.logins() } }

    /// Makes a login or gives it a new password, at an administrator's wish.
    ///
    /// - Throws: `password_weak` unless it has ten characters with letters and digits; `provider_missing`.
    public func saveLogin(_ name: String, password: String, role: Caller.Role, provider: ProviderID?, by caller: Caller) async throws {
        guard (1...64).contains(name.count), !name.contains(where: \.isWhitespace) else {
            throw Rejection(.invalid, "login_name_invalid", "用户名应为 1 到 64 个字，不含空格。", pointer: "/name")
        }
        guard password.count >= 10, password.contains(where: \.isLetter), password.contains(where: \.isNumber) else {
            throw Rejection(.invalid, "password_weak", "密码至少 10 位，要有字母和数字。", pointer: "/password")
        }
        guard (role == .provider) == (provider != nil) else {
            throw Rejection(.invalid, "provider_missing", "角色 provider 必须（且只有它才能）指定服务商编号。", pointer: "/provider")
        }
        if let provider, office.reference.franchise.provider(provider) == nil {
            throw Rejection(.missing, "provider_unknown", "没有服务商 \(provider)。", pointer: "/provider")
        }
        try await setPassword(password, of: name, role: role, provider: provider)
    }

    /// - Throws: `login_failed` for a wrong name or password alike, `login_locked` after five failures for a quarter of an hour.
    public func logIn(name: String, password: String) async throws -> (session: String, caller: Caller) {
        let now = office.now
        let failed = Rejection(.unauthenticated, "login_failed", "用户名或密码不对，请重试。")
        guard let login = try await office.read({ tx in try tx.access.login(name) }) else { throw failed }
        if let until = login.lockedUntil, until > now {
            throw Rejection(.unauthenticated, "login_locked", "连续输错密码，账号已锁定到 \(until)。请稍后再试或联系管理员。")
        }
        guard try Password.matches(password, login.password) else {
            let failures = login.failures + 1
            let lock = failures >= Self.failureLimit ? now + Self.lockTime : nil
            try await office.perform { tx in
                try tx.access.setFailures(lock == nil ? failures : 0, lockedUntil: lock, of: name)
            }
            throw failed
        }
        guard let caller = Self.caller(login.holder) else { throw failed }
        let (session, csrf) = (secret(), secret())
        try await office.perform { tx in
            try tx.access.setFailures(0, lockedUntil: nil, of: name)
            try tx.access.addSession(sha256: Self.hash(session), login: name, csrf: csrf, at: now)
        }
        return (session, caller)
    }

    public func session(_ session: String) async throws -> (caller: Caller, csrf: String)? {
        let now = office.now
        let hash = Self.hash(session)
        guard let found = try await office.read({ tx in try tx.access.session(sha256: hash) }), found.seen + Self.idleLimit > now,
            let caller = Self.caller(found.holder)
        else { return nil }
        if found.seen + .minutes(5) < now { try await office.perform { tx in try tx.access.touchSession(sha256: hash, at: now) } }
        return (caller, found.csrf)
    }

    public func logOut(_ session: String) async throws {
        let hash = Self.hash(session)
        try await office.perform { tx in try tx.access.endSession(sha256: hash) }
    }

    private static func caller(_ holder: AccessRepository.Holder) -> Caller? {
        Caller.Role(rawValue: holder.role).map { Caller(role: $0, name: holder.name, provider: holder.provider) }
    }

    private func secret() -> String { office.secret() }
    private static func hash(_ text: String) -> String { Secrets.hash(text) }
}

/// What proves who somebody is: given once, kept only as a hash.
enum Secrets {
    static func hash(_ text: String) -> String { SHA256.hash(data: Array(text.utf8)).hex }
}

extension Office {
    /// 44 characters of chance: 220 bits.
    func secret() -> String { (0..<4).map { _ in IDMaker.text(at: Instant(milliseconds: 0), random: random()).suffix(11) }.joined() }
}

/// scrypt with the parameters that OWASP advises (N = 2^15, r = 8, p = 1): `scrypt$salt$key` in hexadecimal.
enum Password {
    static func stored(_ password: String, salt: [UInt8]) throws -> String {
        "scrypt$\(salt.hex)$\(try key(password, salt).hex)"
    }

    static func matches(_ password: String, _ stored: String) throws -> Bool {
        let parts = stored.split(separator: "$")
        guard parts.count == 3, parts[0] == "scrypt", let salt = bytes(parts[1]) else { return false }
        let (a, b) = (try key(password, salt).hex.utf8, parts[2].utf8)
        // Every byte is looked at, so that the time taken tells nothing.
        return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func key(_ password: String, _ salt: [UInt8]) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: Data(salt), outputByteCount: 32, rounds: 32_768, blockSize: 8, parallelism: 1)
        return key.withUnsafeBytes { Array($0) }
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = hex
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
