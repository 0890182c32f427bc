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

        var place: Place { Place(at: at, elder: elder, actor: actor) }
    }

    public func insert(_ elder: ElderID, by actor: String, from screen: Screen, reason: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO access_log (elder_id, at_ms, actor, screen, reason) VALUES (\(elder), \(now), \(actor), \(screen), \(reason))
            ON CONFLICT (elder_id, at_ms, actor) DO NOTHING
            """)
    }

    /// Where a look stands among all, as the next page is asked for.
    public struct Place: Hashable, Sendable {
        let at: Instant
        let elder: ElderID
        let actor: String

        static let newest = Place(at: Instant(milliseconds: .max), elder: ElderID(""), actor: "")

        init(at: Instant, elder: ElderID, actor: String) { (self.at, self.elder, self.actor) = (at, elder, actor) }

        /// - Parameter text: ``text`` of an earlier page; nil from anything else.
        public init?(_ text: String) {
            let parts = text.split(separator: "~", maxSplits: 2).map(String.init)
            guard parts.count == 3, let milliseconds = Int64(parts[0]) else { return nil }
            self.init(at: Instant(milliseconds: milliseconds), elder: ElderID(parts[1]), actor: parts[2])
        }

        public var text: String { "\(at.milliseconds)~\(elder)~\(actor)" }
    }

    /// Looks, newest first, and where older ones begin, if there are.
    public struct Page: Sendable {
        public let looks: [Entry]
        public let older: Place?
    }

    /// The latest looks at one elder, newest first.
    public func latest(at elder: ElderID, limit: Int) throws -> [Entry] {
        try tx.rows(
            """
            SELECT elder_id, at_ms, actor, screen, reason FROM access_log WHERE elder_id = \(elder) ORDER BY at_ms DESC, actor LIMIT \(limit)
            """) { try Entry(row: &$0) }
    }

    /// The latest looks of everybody at everybody.
    public func latest(before place: Place?, limit: Int) throws -> Page {
        let place = place ?? .newest
        let looks = try tx.rows(
            """
            SELECT elder_id, at_ms, actor, screen, reason FROM access_log
            WHERE (at_ms, elder_id, actor) < (\(place.at), \(place.elder), \(place.actor))
            ORDER BY at_ms DESC, elder_id DESC, actor DESC
            LIMIT \(limit)
            """
        ) { try Entry(row: &$0) }
        return Page(looks: looks, older: looks.count < limit ? nil : looks.last?.place)
    }

    /// Looks since a moment that no call and no order of the same elder explains within an hour: to be asked about.
    ///
    /// - Parameter stretch: so many looks are gone through at most; a page may so hold few, or none, and still have older ones.
    public func unexplained(since: Instant, before place: Place?, limit: Int, stretch: Int = 200) throws -> Page {
        let place = place ?? .newest
        var (looks, last, seen) = ([Entry](), Place?.none, 0)
        try tx.forEachRow(
            """
            SELECT a.elder_id, a.at_ms, a.actor, a.screen, a.reason,
                CASE WHEN EXISTS (
                    SELECT 1 FROM service_order o
                    WHERE o.elder_id = a.elder_id AND o.created_ms > a.at_ms - 3600000 AND o.created_ms < a.at_ms + 3600000)
                OR EXISTS (
                    SELECT 1 FROM access_log c
                    WHERE c.elder_id = a.elder_id AND c.screen = 'call' AND c.at_ms > a.at_ms - 3600000 AND c.at_ms < a.at_ms + 3600000)
                THEN 1 ELSE 0 END
            FROM access_log a
            WHERE a.at_ms >= \(since) AND (a.at_ms, a.elder_id, a.actor) < (\(place.at), \(place.elder), \(place.actor))
                AND a.screen IN ('desk', 'registry', 'reveal')
            ORDER BY a.at_ms DESC, a.elder_id DESC, a.actor DESC
            LIMIT \(stretch)
            """
        ) { row in
            guard looks.count < limit else { return }
            let look = try Entry(row: &row)
            (last, seen) = (look.place, seen + 1)
            if try row.int() == 0 { looks.append(look) }
        }
        return Page(looks: looks, older: looks.count < limit && seen < stretch ? nil : last)
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
