import Kernel
import Registry

/// 查阅记录: who looked at whom, when, from which screen, why.
public struct AccessLogRepository {
    let tx: any Transaction

    /// Where a file was opened from.
    public enum Screen: String, CaseIterable, Sendable {
        case call, desk, order, registry, reveal
    }

    public struct Entry: Hashable, Sendable {
        public let elder: ElderID
        public let at: Instant
        public let actor: String
        public let screen: Screen
        public let reason: String
    }

    public func insert(_ elder: ElderID, by actor: String, from screen: Screen, reason: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO access_log (elder_id, at_ms, actor, screen, reason) VALUES (\(elder), \(now), \(actor), \(screen), \(reason))
            ON CONFLICT (elder_id, at_ms, actor) DO NOTHING
            """)
    }

    /// The latest looks, of everybody or at one elder, newest first.
    public func latest(at elder: ElderID?, limit: Int) throws -> [Entry] {
        if let elder {
            return try tx.rows(
                """
                SELECT elder_id, at_ms, actor, screen, reason FROM access_log WHERE elder_id = \(elder) ORDER BY at_ms DESC, actor LIMIT \(limit)
                """) { try Entry(row: &$0) }
        }
        return try tx.rows(
            "SELECT elder_id, at_ms, actor, screen, reason FROM access_log ORDER BY at_ms DESC, elder_id, actor LIMIT \(limit)"
        ) { try Entry(row: &$0) }
    }

    /// Looks since a moment that no call and no order of the same elder explains within an hour: to be asked about.
    public func unexplained(since: Instant, limit: Int) throws -> [Entry] {
        try tx.rows(
            """
            SELECT a.elder_id, a.at_ms, a.actor, a.screen, a.reason FROM access_log a
            WHERE a.at_ms >= \(since) AND a.screen IN ('desk', 'registry', 'reveal')
                AND NOT EXISTS (
                    SELECT 1 FROM service_order o
                    WHERE o.elder_id = a.elder_id AND o.created_ms > a.at_ms - 3600000 AND o.created_ms < a.at_ms + 3600000)
                AND NOT EXISTS (
                    SELECT 1 FROM access_log c
                    WHERE c.elder_id = a.elder_id AND c.screen = 'call' AND c.at_ms > a.at_ms - 3600000 AND c.at_ms < a.at_ms + 3600000)
            ORDER BY a.at_ms DESC, a.elder_id, a.actor
            LIMIT \(limit)
            """) { try Entry(row: &$0) }
    }
}

extension AccessLogRepository.Entry {
    init(row: inout Row) throws {
        self.init(
            elder: try row.id(), at: try row.instant(), actor: try row.text(), screen: try row.value(), reason: try row.text())
    }
}

extension Transaction {
    public var accessLog: AccessLogRepository { AccessLogRepository(tx: self) }
}
