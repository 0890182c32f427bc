import Kernel
import Registry

/// 来电
public struct Call: Hashable, Sendable {
    public let id: String
    public let from: String
    public let to: String
    public let rangAt: Instant
    public let answeredAt: Instant?
    public let endedAt: Instant?
    public let elder: ElderID?
    public let outcome: String?
}

public struct CallRepository {
    let tx: any Transaction

    /// A telephone system may send the same ring twice: the second changes nothing.
    public func ring(_ id: String, from: String, to: String, at: Instant) throws {
        try tx.execute(
            """
            INSERT INTO call (id, from_number, to_number, rang_ms) VALUES (\(id), \(from), \(to), \(at)) ON CONFLICT (id) DO NOTHING
            """)
    }

    public func answer(_ id: String, at: Instant) throws -> Bool {
        try tx.execute("UPDATE call SET answered_ms = COALESCE(answered_ms, \(at)) WHERE id = \(id)") == 1
    }

    public func hangUp(_ id: String, at: Instant) throws -> Bool {
        try tx.execute("UPDATE call SET ended_ms = COALESCE(ended_ms, \(at)) WHERE id = \(id)") == 1
    }

    public func note(_ id: String, elder: ElderID?, outcome: String) throws -> Bool {
        try tx.execute("UPDATE call SET elder_id = \(elder), outcome = \(outcome) WHERE id = \(id)") == 1
    }

    public func find(_ id: String) throws -> Call? {
        try tx.first(
            "SELECT id, from_number, to_number, rang_ms, answered_ms, ended_ms, elder_id, outcome FROM call WHERE id = \(id)"
        ) { try Call(row: &$0) }
    }

    /// The call nearest to a moment that one of these lines has made within a span around it.
    public func nearest(to moment: Instant, within span: Span, from lines: [String]) throws -> Call? {
        guard !lines.isEmpty else { return nil }
        let found = try tx.rows(
            """
            SELECT id, from_number, to_number, rang_ms, answered_ms, ended_ms, elder_id, outcome FROM call
            WHERE rang_ms >= \(moment - span) AND rang_ms <= \(moment + span) AND from_number IN (\(list: lines))
            ORDER BY rang_ms, id LIMIT 100
            """
        ) { try Call(row: &$0) }
        return found.min { abs(($0.rangAt - moment).milliseconds) < abs(($1.rangAt - moment).milliseconds) }
    }

    /// How often a line has called since a moment.
    public func count(from line: String, since: Instant) throws -> Int {
        Int(try tx.integer("SELECT COUNT(*) FROM call WHERE rang_ms >= \(since) AND from_number = \(line)") ?? 0)
    }

    /// Calls that have ended without a note, the oldest first: each is a duty.
    public func undone(since: Instant, limit: Int) throws -> [Call] {
        try tx.rows(
            """
            SELECT id, from_number, to_number, rang_ms, answered_ms, ended_ms, elder_id, outcome FROM call
            WHERE rang_ms >= \(since) AND ended_ms IS NOT NULL AND outcome IS NULL ORDER BY rang_ms, id LIMIT \(limit)
            """
        ) { try Call(row: &$0) }
    }

    public func latest(limit: Int) throws -> [Call] {
        try tx.rows(
            """
            SELECT id, from_number, to_number, rang_ms, answered_ms, ended_ms, elder_id, outcome FROM call
            ORDER BY rang_ms DESC, id DESC LIMIT \(limit)
            """
        ) { try Call(row: &$0) }
    }
}

extension Call {
    init(row: inout Row) throws {
        self.init(
            id: try row.text(), from: try row.text(), to: try row.text(), rangAt: try row.instant(), answeredAt: row.optionalInstant(),
            endedAt: row.optionalInstant(), elder: row.optionalID(), outcome: row.optionalText())
    }
}

extension Transaction {
    public var calls: CallRepository { CallRepository(tx: self) }
}
