extension Schema {
    /// Offers held by one till, other times proposed, tokens with scopes and last use, and how long an answer is kept.
    static let m0012_api = """
        CREATE TABLE offer_lease (
            order_id TEXT NOT NULL PRIMARY KEY REFERENCES service_order (id),
            provider_id TEXT NOT NULL,
            holder TEXT NOT NULL,
            until_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE proposal (
            id TEXT NOT NULL PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES service_order (id),
            provider_id TEXT NOT NULL,
            start_ms INTEGER NOT NULL,
            note TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'lapsed')),
            proposed_ms INTEGER NOT NULL,
            answered_ms INTEGER,
            answered_by TEXT,
            CHECK ((state = 'open') = (answered_ms IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX proposal_open ON proposal (order_id) WHERE state = 'open';
        CREATE INDEX proposal_state ON proposal (state, id);

        ALTER TABLE api_token ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
        ALTER TABLE api_token ADD COLUMN seen_ms INTEGER;

        ALTER TABLE idempotency ADD COLUMN until_ms INTEGER;
        CREATE INDEX idempotency_until ON idempotency (until_ms) WHERE until_ms IS NOT NULL;
        """
}
