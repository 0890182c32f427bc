extension Schema {
    /// 三员分立, the second factor, and the 27 items of the register with their history. The roles grow by the security administrator, so the
    /// two tables that list them are made again; everybody logs in once more.
    static let m0018_guard = """
        CREATE TABLE login_now (
            name TEXT NOT NULL PRIMARY KEY,
            password TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('operator', 'provider', 'finance', 'quality', 'auditor', 'admin', 'security')),
            provider_id TEXT,
            person TEXT,
            failures INTEGER NOT NULL,
            locked_until_ms INTEGER,
            CHECK ((role = 'provider') = (provider_id IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO login_now (name, password, role, provider_id, person, failures, locked_until_ms)
        SELECT name, password, role, provider_id, NULL, failures, locked_until_ms FROM login;
        DROP TABLE session;
        DROP TABLE login;
        ALTER TABLE login_now RENAME TO login;
        CREATE UNIQUE INDEX login_one_post ON login (person) WHERE role IN ('auditor', 'admin', 'security');

        CREATE TABLE session (
            sha256 TEXT NOT NULL PRIMARY KEY,
            login TEXT NOT NULL REFERENCES login (name),
            csrf TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_login ON session (login);

        CREATE TABLE api_token_now (
            sha256 TEXT NOT NULL PRIMARY KEY,
            role TEXT NOT NULL CHECK (role IN ('operator', 'provider', 'finance', 'quality', 'auditor', 'admin', 'security')),
            provider_id TEXT,
            name TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER,
            revoked_ms INTEGER,
            scopes TEXT NOT NULL DEFAULT '',
            seen_ms INTEGER,
            CHECK ((role = 'provider') = (provider_id IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        INSERT INTO api_token_now (sha256, role, provider_id, name, created_ms, expires_ms, revoked_ms, scopes, seen_ms)
        SELECT sha256, role, provider_id, name, created_ms, expires_ms, revoked_ms, scopes, seen_ms FROM api_token;
        DROP TABLE api_token;
        ALTER TABLE api_token_now RENAME TO api_token;

        CREATE TABLE second_factor (
            login TEXT NOT NULL PRIMARY KEY REFERENCES login (name),
            secret TEXT NOT NULL,
            begun_ms INTEGER NOT NULL,
            confirmed_ms INTEGER,
            last_step INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE recovery_code (
            login TEXT NOT NULL REFERENCES login (name),
            sha256 TEXT NOT NULL,
            used_ms INTEGER,
            PRIMARY KEY (login, sha256)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE login_challenge (
            sha256 TEXT NOT NULL PRIMARY KEY,
            login TEXT NOT NULL REFERENCES login (name),
            created_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE elder_item (
            elder_id TEXT NOT NULL REFERENCES elder (id),
            seq INTEGER NOT NULL CHECK (seq > 0),
            item TEXT NOT NULL,
            value TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            by_name TEXT NOT NULL,
            PRIMARY KEY (elder_id, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX event_act ON event (seq)
        WHERE type IN ('login.saved', 'login.locked', 'login.unlocked', 'factor.on', 'factor.reset', 'token.created', 'token.rotated',
            'token.revoked', 'reference.published', 'provider.state', 'right.granted', 'right.revoked', 'elder.revealed', 'elders.imported');
        """
}
