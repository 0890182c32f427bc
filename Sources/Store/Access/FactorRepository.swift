import Kernel

/// 双因子: the secrets of authenticator apps, recovery codes, and logins that wait for their code.
public struct FactorRepository {
    let tx: any Transaction

    public struct Factor: Sendable {
        /// Base32. It has to be known to be checked, so it is protected as the database file is.
        public let secret: String
        public let confirmedAt: Instant?
        /// The last time step whose code was used; none before it is taken again.
        public let lastStep: Int64

        public init(secret: String, confirmedAt: Instant?, lastStep: Int64) {
            self.secret = secret
            self.confirmedAt = confirmedAt
            self.lastStep = lastStep
        }
    }

    public func find(_ login: String) throws -> Factor? {
        try tx.first("SELECT secret, confirmed_ms, last_step FROM second_factor WHERE login = \(login)") {
            Factor(secret: try $0.text(), confirmedAt: $0.optionalInstant(), lastStep: try $0.integer())
        }
    }

    /// A secret that holds only once it is confirmed.
    public func begin(_ login: String, secret: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO second_factor (login, secret, begun_ms, last_step) VALUES (\(login), \(secret), \(now), 0)
            ON CONFLICT (login) DO UPDATE SET secret = excluded.secret, begun_ms = excluded.begun_ms, last_step = 0
            WHERE second_factor.confirmed_ms IS NULL
            """)
    }

    public func confirm(_ login: String, at now: Instant, recovery sha256s: [String]) throws {
        try tx.execute("UPDATE second_factor SET confirmed_ms = \(now) WHERE login = \(login)")
        try tx.execute("DELETE FROM recovery_code WHERE login = \(login)")
        for sha256 in sha256s { try tx.execute("INSERT INTO recovery_code (login, sha256) VALUES (\(login), \(sha256))") }
    }

    /// Takes a time step; false when it or a later one was taken before.
    public func take(_ step: Int64, of login: String) throws -> Bool {
        try tx.execute("UPDATE second_factor SET last_step = \(step) WHERE login = \(login) AND last_step < \(step)") == 1
    }

    /// Takes a recovery code; false when there is none such or it was used.
    public func takeRecovery(_ sha256: String, of login: String, at now: Instant) throws -> Bool {
        try tx.execute("UPDATE recovery_code SET used_ms = \(now) WHERE login = \(login) AND sha256 = \(sha256) AND used_ms IS NULL") == 1
    }

    public func recoveryLeft(_ login: String) throws -> Int {
        try tx.integer("SELECT COUNT(*) FROM recovery_code WHERE login = \(login) AND used_ms IS NULL").map(Int.init) ?? 0
    }

    public func remove(_ login: String) throws -> Bool {
        try tx.execute("DELETE FROM recovery_code WHERE login = \(login)")
        return try tx.execute("DELETE FROM second_factor WHERE login = \(login)") == 1
    }

    // MARK: Logins that wait

    public func addChallenge(_ sha256: String, login: String, at now: Instant, tidying before: Instant) throws {
        try tx.execute("DELETE FROM login_challenge WHERE created_ms < \(before)")
        try tx.execute("INSERT INTO login_challenge (sha256, login, created_ms) VALUES (\(sha256), \(login), \(now))")
    }

    public func challenge(_ sha256: String, since: Instant) throws -> String? {
        try tx.first("SELECT login FROM login_challenge WHERE sha256 = \(sha256) AND created_ms >= \(since)") { try $0.text() }
    }

    public func endChallenge(_ sha256: String) throws { try tx.execute("DELETE FROM login_challenge WHERE sha256 = \(sha256)") }
}

extension Transaction {
    public var factors: FactorRepository { FactorRepository(tx: self) }
}
