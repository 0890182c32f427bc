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
        public let failures: Int
        public let lockedUntil: Instant?
    }

    public func login(_ name: String) throws -> Login? {
        try tx.first("SELECT role, provider_id, name, password, failures, locked_until_ms FROM login WHERE name = \(name)") {
            Login(
                holder: Holder(role: try $0.text(), provider: $0.optionalID(), name: try $0.text()), password: try $0.text(),
                failures: try $0.int(), lockedUntil: $0.optionalInstant())
        }
    }

    /// Everybody who may log in, by name.
    public func logins() throws -> [Login] {
        try tx.rows("SELECT role, provider_id, name, password, failures, locked_until_ms FROM login ORDER BY name LIMIT 500") {
            Login(
                holder: Holder(role: try $0.text(), provider: $0.optionalID(), name: try $0.text()), password: try $0.text(),
                failures: try $0.int(), lockedUntil: $0.optionalInstant())
        }
    }

    public func saveLogin(_ holder: Holder, password: String) throws {
        try tx.execute(
            """
            INSERT INTO login (name, password, role, provider_id, failures)
            VALUES (\(holder.name), \(password), \(holder.role), \(holder.provider), 0)
            ON CONFLICT (name) DO UPDATE
            SET password = excluded.password, role = excluded.role, provider_id = excluded.provider_id, failures = 0, locked_until_ms = NULL
            """)
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

extension Transaction {
    public var access: AccessRepository { AccessRepository(tx: self) }
}
