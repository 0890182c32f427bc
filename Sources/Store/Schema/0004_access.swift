extension Schema {
    /// Who may come in, what was answered before, and what goes out to providers' machines.
    static let m0004_access = """
        CREATE TABLE api_token (
            sha256 TEXT NOT NULL PRIMARY KEY,
            role TEXT NOT NULL CHECK (role IN ('operator', 'provider', 'finance', 'quality', 'auditor', 'admin')),
            provider_id TEXT,
            name TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER,
            revoked_ms INTEGER,
            CHECK ((role = 'provider') = (provider_id IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE login (
            name TEXT NOT NULL PRIMARY KEY,
            password TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('operator', 'provider', 'finance', 'quality', 'auditor', 'admin')),
            provider_id TEXT,
            failures INTEGER NOT NULL,
            locked_until_ms INTEGER,
            CHECK ((role = 'provider') = (provider_id IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE session (
            sha256 TEXT NOT NULL PRIMARY KEY,
            login TEXT NOT NULL REFERENCES login (name),
            csrf TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE idempotency (
            caller TEXT NOT NULL,
            key TEXT NOT NULL,
            request_sha256 TEXT NOT NULL,
            status INTEGER NOT NULL,
            body TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (caller, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_at ON idempotency (at_ms);

        CREATE TABLE webhook (
            id TEXT NOT NULL PRIMARY KEY,
            provider_id TEXT,
            url TEXT NOT NULL,
            events TEXT NOT NULL,
            secrets TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
            disabled_reason TEXT,
            created_ms INTEGER NOT NULL,
            after_seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE delivery (
            id INTEGER NOT NULL PRIMARY KEY,
            webhook_id TEXT NOT NULL REFERENCES webhook (id),
            event_seq INTEGER NOT NULL,
            subject TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
            attempts INTEGER NOT NULL,
            due_ms INTEGER NOT NULL,
            last_status INTEGER,
            last_reason TEXT,
            last_ms INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX delivery_once ON delivery (webhook_id, event_seq);
        CREATE INDEX delivery_due ON delivery (due_ms, id) WHERE state = 'pending';

        CREATE TABLE log_reader (
            name TEXT NOT NULL PRIMARY KEY,
            seq INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
