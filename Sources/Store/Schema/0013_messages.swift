extension Schema {
    /// Who sends, text messages (短信) on their way, and who does not want any.
    static let m0013_messages = """
        CREATE TABLE work_lease (
            name TEXT NOT NULL PRIMARY KEY,
            holder TEXT NOT NULL,
            until_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sms (
            id INTEGER NOT NULL PRIMARY KEY,
            event_seq INTEGER NOT NULL,
            rule TEXT NOT NULL,
            subject TEXT NOT NULL,
            person TEXT NOT NULL,
            number TEXT,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
            created_ms INTEGER NOT NULL,
            due_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            last_status INTEGER,
            last_reason TEXT,
            last_ms INTEGER,
            CHECK (number IS NOT NULL OR state <> 'pending')
        ) STRICT;
        CREATE UNIQUE INDEX sms_once ON sms (event_seq, rule);
        CREATE INDEX sms_due ON sms (due_ms, id) WHERE state = 'pending';
        CREATE INDEX sms_line ON sms (number, id) WHERE state = 'pending';
        CREATE INDEX sms_number ON sms (number, created_ms) WHERE state <> 'dead';
        CREATE INDEX sms_ended ON sms (last_ms) WHERE state <> 'pending';
        CREATE INDEX sms_person ON sms (person, id);

        CREATE TABLE sms_refusal (
            person TEXT NOT NULL PRIMARY KEY,
            since_ms INTEGER NOT NULL,
            recorded_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
