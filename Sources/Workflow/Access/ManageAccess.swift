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

    /// Makes a login of the demonstration, whose passwords everybody knows.
    public func setPassword(
        _ password: String, of name: String, role: Caller.Role, provider: ProviderID? = nil, person: String? = nil
    ) async throws {
        try await office.perform(saving(name, password: password, role: role, provider: provider, person: person, by: .system))
    }

    public func logins() async throws -> [AccessRepository.Login] { try await office.read { tx in try tx.access.logins() } }

    /// What a login is to become.
    public struct Wish: Sendable {
        public var name: String
        public var password: String
        public var role: Caller.Role
        public var provider: ProviderID?
        /// 工号: needed by the three administrators and by finance; of providers' people nothing is kept.
        public var person: String?

        public init(name: String, password: String, role: Caller.Role, provider: ProviderID? = nil, person: String? = nil) {
            self.name = name
            self.password = password
            self.role = role
            self.provider = provider
            self.person = person
        }
    }

    /// Makes a login or gives it a new password or role, at the security administrator's wish.
    ///
    /// - Throws: `password_weak` unless it has ten characters with letters and digits; `provider_missing`; `own_grant` for oneself and for one's
    ///   own role; `person_missing`, `post_taken` where one person would hold two of the administrators' posts, `person_taken` where two logins
    ///   of one role; `post_fixed` for an administrator's login that is to become another administrator's.
    public func saveLogin(_ wish: Wish, by caller: Caller) async throws { try await office.perform(saved(wish, by: caller)) }

    /// The same as a step, for a form that is sent twice.
    public func saved(_ wish: Wish, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Void {
        let name = wish.name
        guard (1...64).contains(name.count), !name.contains(where: \.isWhitespace), name != Caller.system.name else {
            throw Rejection(.invalid, "login_name_invalid", "用户名应为 1 到 64 个字，不含空格，也不能是 system。", pointer: "/name")
        }
        try Password.check(wish.password, pointer: "/password")
        guard (wish.role == .provider) == (wish.provider != nil) else {
            throw Rejection(.invalid, "provider_missing", "角色 provider 必须（且只有它才能）指定服务商编号。", pointer: "/provider")
        }
        if let provider = wish.provider, office.reference.franchise.provider(provider) == nil {
            throw Rejection(.missing, "provider_unknown", "没有服务商 \(provider)。", pointer: "/provider")
        }
        // Whoever has the database itself, at the command line, names the first security administrator.
        let mayGrant = caller == .system ? Set(Caller.Role.allCases) : caller.role.mayGrant
        guard name != caller.name, mayGrant.contains(wish.role) else {
            throw Rejection(.forbidden, "own_grant", "不能给自己授权，也不能授出与自己相同的角色，请由另一位安全管理员办理。", pointer: "/role")
        }
        let isPost = Caller.Role.posts.contains(wish.role)
        let person = wish.role == .provider ? nil : wish.person.map(PaperNumber.normalised)
        guard person.map({ (1...40).contains($0.count) }) ?? !wish.role.needsPerson else {
            throw Rejection(
                .invalid, "person_missing", "系统、安全、审计管理员和财务必须登记本人工号（至多 40 个字），以保证三员分立和双人复核。", pointer: "/person")
        }
        let saving = try saving(name, password: wish.password, role: wish.role, provider: wish.provider, person: person, by: caller)
        return { tx in
            try Self.refuseOwn(tx, name, caller)
            guard try person == nil || tx.access.login(caller.name)?.person.map(PaperNumber.normalised) != person else { throw Self.ownGrant }
            if let held = try tx.access.login(name)?.holder.role, held != wish.role.rawValue, let old = Caller.Role(rawValue: held) {
                guard mayGrant.contains(old) else {
                    throw Rejection(.forbidden, "own_grant", "不能更改与自己角色相同的账号，请由另一位安全管理员办理。", pointer: "/name")
                }
                guard !Caller.Role.posts.contains(old) || !isPost else {
                    throw Rejection(.conflict, "post_fixed", "一个账号不能从一种管理员改为另一种管理员，请另建账号。", pointer: "/role")
                }
            }
            guard try person != nil || tx.close.rights(of: name).isEmpty else {
                throw Rejection(.forbidden, "person_needed", "账号“\(name)”有月结签字权限，必须登记本人工号。", pointer: "/person")
            }
            let others = try person.map { try tx.access.holders(of: $0, besides: name) } ?? []
            if isPost, let other = others.first(where: { Caller.Role(rawValue: $0.role).map(Caller.Role.posts.contains) ?? false }) {
                throw Rejection(
                    .conflict, "post_taken", "工号 \(person ?? "") 已是 \(other.role)（\(other.name)），同一人不能兼任两种管理员。", pointer: "/person")
            }
            if let other = others.first(where: { $0.role == wish.role.rawValue }) {
                throw Rejection(
                    .conflict, "person_taken", "工号 \(person ?? "") 已有同一角色的账号“\(other.name)”，一人一个；忘记密码请在原账号上重设。", pointer: "/person")
            }
            try saving(tx)
        }
    }

    /// Whether this is the password that a login has now.
    public func isPassword(_ password: String, of name: String) async throws -> Bool {
        guard let login = try await office.read({ tx in try tx.access.login(name) }) else { return false }
        return try Password.matches(password, login.password)
    }

    private func saving(
        _ name: String, password: String, role: Caller.Role, provider: ProviderID?, person: String?, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        let salt = (0..<16).map { _ in UInt8(truncatingIfNeeded: office.random()) }
        let (stored, now) = (try Password.stored(password, salt: salt), office.now)
        let person = person.map(PaperNumber.normalised)
        return { tx in
            try tx.access.saveLogin(.init(role: role.rawValue, provider: provider, name: name), person: person, password: stored)
            let data: JSON = person.map { ["role": JSON(role.rawValue), "person": JSON($0)] } ?? ["role": JSON(role.rawValue)]
            try tx.events.append("login.saved", subject: name, subjectSeq: 1, by: caller.name, at: now, data: data.text)
        }
    }

    /// 解锁: lets somebody in again before the quarter of an hour is over.
    public func unlock(_ name: String, by caller: Caller) async throws {
        let now = office.now
        try await office.perform { tx in
            let login = try Self.other(tx, name, than: caller)
            try tx.access.setFailures(0, lockedUntil: nil, of: login.holder.name)
            try tx.events.append("login.unlocked", subject: name, subjectSeq: 1, by: caller.name, at: now)
        }
    }

    /// 重置双因子: takes the second factor away from somebody who has lost the telephone and the recovery codes.
    public func resetSecondFactor(of name: String, reason: String, by caller: Caller) async throws {
        guard (4...200).contains(reason.count) else {
            throw Rejection(.invalid, "reason_too_short", "请写明重置原因（4 到 200 个字），例如“手机遗失，已当面核实本人”。", pointer: "/reason")
        }
        let now = office.now
        try await office.perform { tx in
            let login = try Self.other(tx, name, than: caller)
            guard try tx.factors.remove(login.holder.name) else {
                throw Rejection(.conflict, "factor_off", "该账号没有启用双因子。")
            }
            try tx.access.endSessions(of: name)
            try tx.events.append("factor.reset", subject: name, subjectSeq: 1, by: caller.name, at: now, note: reason)
        }
    }

    private static func other(_ tx: any Transaction, _ name: String, than caller: Caller) throws -> AccessRepository.Login {
        guard let login = try tx.access.login(name) else { throw Rejection(.missing, "login_unknown", "没有这个账号。") }
        try refuseOwn(tx, name, caller)
        return login
    }

    private static func refuseOwn(_ tx: any Transaction, _ name: String, _ caller: Caller) throws {
        guard try !tx.access.names(of: caller.name).contains(name) else {
            throw ownGrant
        }
    }

    private static let ownGrant = Rejection(.forbidden, "own_grant", "不能办理自己的账号，请由另一位安全管理员办理。")

    /// What a right name and password lead to.
    public enum Entry: Sendable {
        case session(String, Caller)
        /// The code of the second factor is asked for; the secret stands for the password already given.
        case secondFactor(challenge: String)
    }

    /// How long a login may wait for its code.
    static let challengeLimit = Span.minutes(5)

    /// - Throws: `login_failed` for a wrong name or password alike, `login_locked` after five failures for a quarter of an hour.
    public func logIn(name: String, password: String) async throws -> Entry {
        let now = office.now
        let failed = Rejection(.unauthenticated, "login_failed", "用户名或密码不对，请重试。")
        guard let login = try await office.read({ tx in try tx.access.login(name) }) else {
            // Takes as long as for a name that is known, or the time would tell which are.
            _ = try Password.matches(password, Password.nobodys)
            throw failed
        }
        try Self.refuseLocked(login, at: now)
        guard try Password.matches(password, login.password) else {
            _ = try await office.perform { tx in try Self.countFailure(tx, of: name, at: now) }
            throw failed
        }
        guard let caller = Self.caller(login.holder) else { throw failed }
        guard login.hasSecondFactor else { return .session(try await open(caller), caller) }
        let challenge = office.secret()
        let hash = Self.hash(challenge)
        try await office.perform { tx in
            try tx.factors.addChallenge(hash, login: name, at: now, tidying: now - Self.challengeLimit)
        }
        return .secondFactor(challenge: challenge)
    }

    /// The second step: a code of the app, or a recovery code. Wrong ones count towards the same lock as wrong passwords.
    ///
    /// - Throws: `challenge_unknown` when the login has waited too long, `factor_code_wrong`, `login_locked`.
    public func answer(_ challenge: String, code: String) async throws -> (session: String, caller: Caller) {
        let now = office.now
        let hash = Self.hash(challenge)
        let lapsed = Rejection(.unauthenticated, "challenge_unknown", "登录等待太久，请重新输入用户名和密码。")
        let caller: Caller? = try await office.perform { tx in
            guard let name = try tx.factors.challenge(hash, since: now - Self.challengeLimit), let login = try tx.access.login(name),
                let caller = Self.caller(login.holder)
            else { throw lapsed }
            try Self.refuseLocked(login, at: now)
            guard try SecondFactor.takes(tx, code, of: name, at: now) else {
                try Self.countFailure(tx, of: name, at: now)
                return nil
            }
            try tx.factors.endChallenge(hash)
            return caller
        }
        guard let caller else {
            throw Rejection(.invalid, "factor_code_wrong", "验证码不对或已用过，请等下一个验证码，或使用恢复码。", pointer: "/code")
        }
        return (try await open(caller), caller)
    }

    /// A new session; the one before, if any, is not continued, so that a session planted by somebody else is worth nothing.
    private func open(_ caller: Caller) async throws -> String {
        let (session, csrf, now) = (office.secret(), office.secret(), office.now)
        try await office.perform { tx in
            try tx.access.setFailures(0, lockedUntil: nil, of: caller.name)
            try tx.access.addSession(sha256: Self.hash(session), login: caller.name, csrf: csrf, at: now)
        }
        return session
    }

    /// - Throws: `login_locked` while too many wrong passwords keep the login out.
    static func refuseLocked(_ login: AccessRepository.Login, at now: Instant) throws {
        guard let until = login.lockedUntil, until > now else { return }
        throw locked(until: until)
    }

    static func locked(until: Instant) -> Rejection {
        Rejection(.unauthenticated, "login_locked", "连续输错密码，账号已锁定到 \(until)。请稍后再试或联系安全管理员。")
    }

    /// - Returns: whether the login is locked now.
    @discardableResult
    static func countFailure(_ tx: any Transaction, of name: String, at now: Instant) throws -> Bool {
        let failures = (try tx.access.login(name)?.failures ?? 0) + 1
        guard failures >= failureLimit else {
            try tx.access.setFailures(failures, lockedUntil: nil, of: name)
            return false
        }
        try tx.access.setFailures(0, lockedUntil: now + lockTime, of: name)
        try tx.events.append("login.locked", subject: name, subjectSeq: 1, by: Caller.system.name, at: now)
        return true
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
    /// What every password has to be, whoever sets it.
    ///
    /// - Throws: `password_weak` unless it has ten characters with letters and digits.
    static func check(_ password: String, pointer: String) throws {
        guard password.count >= 10, password.contains(where: \.isLetter), password.contains(where: \.isNumber) else {
            throw Rejection(.invalid, "password_weak", "密码至少 10 位，要有字母和数字。", pointer: pointer)
        }
    }

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

    /// Fits no password: what it is compared with is no key of scrypt's length.
    static let nobodys = "scrypt$\([UInt8](repeating: 0, count: 16).hex)$none"

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
