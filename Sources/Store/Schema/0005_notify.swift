extension Schema {
    /// What became of each attempt to deliver, and what a subscription needs beside its address.
    static let m0005_notify = """
        ALTER TABLE webhook ADD COLUMN failing_since_ms INTEGER;
        ALTER TABLE webhook ADD COLUMN deleted_ms INTEGER;
        ALTER TABLE delivery ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0;

        DROP INDEX delivery_due;
        CREATE INDEX delivery_due ON delivery (webhook_id, due_ms, event_seq) WHERE state = 'pending';
        CREATE INDEX delivery_line ON delivery (webhook_id, subject, event_seq) WHERE state = 'pending';
        CREATE INDEX delivery_ended ON delivery (last_ms) WHERE state <> 'pending';

        CREATE TABLE delivery_attempt (
            delivery_id INTEGER NOT NULL REFERENCES delivery (id),
            number INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            took_ms INTEGER NOT NULL,
            status INTEGER,
            reason TEXT,
            PRIMARY KEY (delivery_id, number)
        ) STRICT;
        """
}
