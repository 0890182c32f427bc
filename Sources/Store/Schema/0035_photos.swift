extension Schema {
    /// A photograph that stands under two visits is noted when the second one arrives, so that no close has to look for it among all the months
    /// before.
    static let m0035_photos = """
        CREATE INDEX visit_in_photo ON visit (in_photo_sha256) WHERE in_photo_sha256 IS NOT NULL;
        CREATE INDEX visit_out_photo ON visit (out_photo_sha256) WHERE out_photo_sha256 IS NOT NULL;
        CREATE TABLE photo_reuse (
            order_id TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            other_id TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (order_id, sha256)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX photo_reuse_other ON photo_reuse (other_id);
        INSERT INTO photo_reuse (order_id, sha256, other_id, at_ms)
        WITH used AS (
            SELECT in_photo_sha256 AS sha256, order_id, in_received_ms AS at_ms FROM visit WHERE in_photo_sha256 IS NOT NULL
            UNION ALL
            SELECT out_photo_sha256, order_id, out_received_ms FROM visit WHERE out_photo_sha256 IS NOT NULL),
        shared AS (SELECT sha256, MIN(order_id) AS first_id FROM used GROUP BY sha256 HAVING MIN(order_id) <> MAX(order_id))
        SELECT u.order_id, u.sha256, s.first_id, MIN(u.at_ms)
        FROM used u JOIN shared s ON s.sha256 = u.sha256 WHERE u.order_id <> s.first_id
        GROUP BY u.order_id, u.sha256, s.first_id;
        """
}
