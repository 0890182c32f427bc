import Kernel
import Registry

/// Logins of people and their sessions. Only hashes are kept; tokens of machines stand in ``TokenRepository``.
public struct AccessRepository {
    let tx: any Transaction

    public struct Holder: Hashable, Sendable {
        public let role: String
        public let provider: ProviderID?
        public let name: String

        public init(role: String, provider: ProviderID?, name: String) {
            self.role = role
            self.provider = provider
            self.name = name
        }
    }

    public struct Login: Sendable {
        public let holder: Holder
        public let password: String
        /// 工号 of the person, by which two logins are known to be one person's. Nobody has two of the three administrators' posts, nor two logins
        /// of one role.
        public let person: String?
        public let failures: Int
        public let lockedUntil: Instant?
        public let hasSecondFactor: Bool
    }

    public func login(_ name: String) throws -> Login? {
        try tx.first("SELECT \(sql: Self.columns) FROM login l WHERE l.name = \(name)") { try Login(row: &$0) }
    }

    /// Everybody who may log in, by name.
    public func logins() throws -> [Login] {
        try tx.rows("SELECT \(sql: Self.columns) FROM login l ORDER BY l.name LIMIT 500") { try Login(row: &$0) }
    }

    /// A person's other logins, by name; the 工号 counts however it is written.
    public func holders(of person: String, besides name: String) throws -> [Holder] {
        try persons().filter { $0.person == PaperNumber.normalised(person) && $0.holder.name != name }.map(\.holder)
    }

    /// Every login with a 工号, as one number however it was written when it was kept.
    private func persons() throws -> [(holder: Holder, person: String)] {
        try tx.rows("SELECT role, provider_id, name, person FROM login WHERE person IS NOT NULL ORDER BY name") {
            (Holder(role: try $0.text(), provider: $0.optionalID(), name: try $0.text()), PaperNumber.normalised(try $0.text()))
        }
    }

    /// 同一人: every name under which the person acts who acts under this one.
    ///
    /// Whoever asks whether two steps were taken by two persons asks here. A token is its owner's, and the owner of a token has seen it: what
    /// either has done counts for both. A login without 工号, and a token made at the command line for nobody, are known by their names alone.
    public func names(of name: String) throws -> Set<String> {
        let (persons, owned) = (try persons(), try tx.tokens.owned())
        let owners = Set(owned.filter { $0.token == name }.map(\.owner)).union([name])
        let numbers = Set(persons.filter { owners.contains($0.holder.name) }.map(\.person))
        let logins = owners.union(persons.filter { numbers.contains($0.person) }.map(\.holder.name))
        return logins.union(owned.filter { logins.contains($0.owner) }.map(\.token))
    }

    /// Makes a login or changes it; whoever is in with the old role or password is out.
    public func saveLogin(_ holder: Holder, person: String?, password: String) throws {
        try tx.execute(
            """
            INSERT INTO login (name, password, role, provider_id, person, failures)
            VALUES (\(holder.name), \(password), \(holder.role), \(holder.provider), \(person), 0)
            ON CONFLICT (name) DO UPDATE
            SET password = excluded.password, role = excluded.role, provider_id = excluded.provider_id, person = excluded.person, failures = 0,
                locked_until_ms = NULL
            """)
        try endSessions(of: holder.name)
    }

    public func endSessions(of name: String) throws {
        try tx.execute("DELETE FROM session WHERE login = \(name)")
        try tx.execute("DELETE FROM login_challenge WHERE login = \(name)")
    }

    /// Ends whatever else of somebody's is open: other sessions, and logins that wait for their code.
    ///
    /// - Parameter kept: the SHA-256 of the session that goes on.
    public func endSessions(of name: String, besides kept: String) throws {
        try tx.execute("DELETE FROM session WHERE login = \(name) AND sha256 <> \(kept)")
        try tx.execute("DELETE FROM login_challenge WHERE login = \(name)")
    }

    /// Sets a new password in the place of the one that was looked at; false when that is no longer the one.
    public func setPassword(_ password: String, instead old: String, of name: String) throws -> Bool {
        try tx.execute(
            "UPDATE login SET password = \(password), failures = 0, locked_until_ms = NULL WHERE name = \(name) AND password = \(old)") == 1
    }

    public func setFailures(_ count: Int, lockedUntil: Instant?, of name: String) throws {
        try tx.execute("UPDATE login SET failures = \(count), locked_until_ms = \(lockedUntil) WHERE name = \(name)")
    }

    public func addSession(sha256: String, login: String, csrf: String, at now: Instant) throws {
        try tx.execute(
            "INSERT INTO session (sha256, login, csrf, created_ms, seen_ms) VALUES (\(sha256), \(login), \(csrf), \(now), \(now))")
    }

    public struct Session: Sendable {
        public let holder: Holder
        public let csrf: String
        public let seen: Instant
    }

    public func session(sha256: String) throws -> Session? {
        try tx.first(
            """
            SELECT l.role, l.provider_id, l.name, s.csrf, s.seen_ms FROM session s JOIN login l ON l.name = s.login WHERE s.sha256 = \(sha256)
            """
        ) {
            Session(
                holder: Holder(role: try $0.text(), provider: $0.optionalID(), name: try $0.text()), csrf: try $0.text(),
                seen: try $0.instant())
        }
    }

    public func touchSession(sha256: String, at now: Instant) throws {
        try tx.execute("UPDATE session SET seen_ms = \(now) WHERE sha256 = \(sha256)")
    }

    public func endSession(sha256: String) throws {
        try tx.execute("DELETE FROM session WHERE sha256 = \(sha256)")
    }
}

extension AccessRepository {
    static let columns: StaticString = """
        l.role, l.provider_id, l.name, l.password, l.person, l.failures, l.locked_until_ms,
        (SELECT COUNT(*) FROM second_factor f WHERE f.login = l.name AND f.confirmed_ms IS NOT NULL)
        """
}

extension AccessRepository.Login {
    init(row: inout Row) throws {
        self.init(
            holder: .init(role: try row.text(), provider: row.optionalID(), name: try row.text()), password: try row.text(),
            person: row.optionalText(), failures: try row.int(), lockedUntil: row.optionalInstant(), hasSecondFactor: try row.int() > 0)
    }
}

extension Transaction {
    public var access: AccessRepository { AccessRepository(tx: self) }
}
