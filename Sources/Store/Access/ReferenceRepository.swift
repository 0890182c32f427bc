import Kernel

/// The published reference files (catalogue, programmes, franchise), as bytes: one database holds all that a server needs.
public struct ReferenceRepository {
    let tx: any Transaction

    public func all() throws -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: try tx.rows("SELECT name, content FROM reference_file ORDER BY name") { (try $0.text(), try $0.bytes()) })
    }

    public func publish(_ name: String, _ content: [UInt8], sha256: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO reference_file (name, sha256, content, published_ms) VALUES (\(name), \(sha256), \(content), \(now))
            ON CONFLICT (name) DO UPDATE
            SET sha256 = excluded.sha256, content = excluded.content, published_ms = excluded.published_ms
            """)
    }

    /// When what is in force of a file was published; nil for a file that never was.
    public func publishedAt(_ name: String) throws -> Instant? {
        try tx.first("SELECT published_ms FROM reference_file WHERE name = \(name)") { try $0.instant() }
    }

    /// Changes whenever any file changes.
    public func fingerprint() throws -> String {
        try tx.rows("SELECT sha256 FROM reference_file ORDER BY name") { try $0.text() }.joined()
    }
}

extension Transaction {
    public var reference: ReferenceRepository { ReferenceRepository(tx: self) }
}
