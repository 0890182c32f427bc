extension Schema {
    /// People, providers and the published reference data.
    static let m0001_registry = """
        CREATE TABLE reference_file (
            name TEXT NOT NULL PRIMARY KEY,
            sha256 TEXT NOT NULL,
            content BLOB NOT NULL,
            published_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE elder (
            id TEXT NOT NULL PRIMARY KEY,
            number TEXT NOT NULL,
            name TEXT NOT NULL,
            pinyin TEXT NOT NULL,
            initials TEXT NOT NULL,
            sex TEXT NOT NULL CHECK (sex IN ('male', 'female')),
            birthday TEXT NOT NULL,
            id_number TEXT,
            id_tail TEXT,
            region TEXT NOT NULL,
            community TEXT NOT NULL,
            estate TEXT NOT NULL,
            building TEXT NOT NULL,
            unit TEXT NOT NULL,
            room TEXT NOT NULL,
            landmark TEXT NOT NULL,
            latitude_e6 INTEGER,
            longitude_e6 INTEGER,
            ability_level INTEGER NOT NULL CHECK (ability_level BETWEEN 0 AND 4),
            lives_alone INTEGER NOT NULL CHECK (lives_alone IN (0, 1)),
            status TEXT NOT NULL,
            status_since TEXT,
            death_date TEXT,
            classes TEXT NOT NULL,
            diet TEXT NOT NULL,
            alerts TEXT NOT NULL,
            contacts TEXT NOT NULL,
            preferred_provider TEXT,
            blocked_providers TEXT NOT NULL,
            cadre TEXT,
            last_used_ms INTEGER NOT NULL DEFAULT 0,
            version INTEGER NOT NULL DEFAULT 1
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX elder_number ON elder (number);
        CREATE INDEX elder_initials ON elder (initials, id);
        CREATE INDEX elder_pinyin ON elder (pinyin, id);
        CREATE INDEX elder_name ON elder (name, id);
        CREATE INDEX elder_id_tail ON elder (id_tail, id);
        CREATE INDEX elder_id_number ON elder (id_number);
        CREATE INDEX elder_region ON elder (region, id);

        CREATE TABLE elder_phone (
            elder_id TEXT NOT NULL REFERENCES elder (id),
            ordinal INTEGER NOT NULL,
            number TEXT NOT NULL,
            extension TEXT,
            label TEXT NOT NULL,
            is_wrong INTEGER NOT NULL CHECK (is_wrong IN (0, 1)),
            PRIMARY KEY (elder_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX elder_phone_number ON elder_phone (number, elder_id);

        CREATE TABLE provider (
            id TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL,
            closed_days TEXT NOT NULL,
            version INTEGER NOT NULL DEFAULT 1
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE slot_load (
            provider_id TEXT NOT NULL,
            date TEXT NOT NULL,
            opens INTEGER NOT NULL,
            taken INTEGER NOT NULL CHECK (taken >= 0),
            PRIMARY KEY (provider_id, date, opens)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE meeting (
            elder_id TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            visits INTEGER NOT NULL CHECK (visits > 0),
            last_date TEXT NOT NULL,
            PRIMARY KEY (elder_id, provider_id)
        ) STRICT, WITHOUT ROWID;
        """
}
