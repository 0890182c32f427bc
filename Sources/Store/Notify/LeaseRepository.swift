import Kernel
import Notifier

/// Work that one process at a time may do, over a database that several share. A lease that is not renewed runs out.
public struct LeaseRepository {
    let tx: any Transaction

    /// Whether nobody else holds it now. A look beside the writer; ``claim(_:by:now:)`` decides.
    public func isFree(_ name: String, for holder: String, now: Instant) throws -> Bool {
        try !tx.exists("SELECT 1 FROM work_lease WHERE name = \(name) AND holder <> \(holder) AND until_ms > \(now)")
    }

    /// Takes it, or goes on holding it.
    /// - Returns: until when; nil while another holds it.
    public func claim(_ name: String, by holder: String, now: Instant) throws -> Instant? {
        let until = now + Lease.span
        let changed = try tx.execute(
            """
            INSERT INTO work_lease (name, holder, until_ms) VALUES (\(name), \(holder), \(until))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
            WHERE work_lease.holder = excluded.holder OR work_lease.until_ms <= \(now)
            """)
        return changed == 1 ? until : nil
    }

    public func release(_ name: String, by holder: String) throws {
        try tx.execute("DELETE FROM work_lease WHERE name = \(name) AND holder = \(holder)")
    }
}

extension Transaction {
    public var leases: LeaseRepository { LeaseRepository(tx: self) }
}
