import Billing
import Catalog
import Kernel
import Orders
import Registry

/// The records from which a month can be computed again by somebody else, table by table, in an order that does not vary.
public struct PackRepository {
    let tx: any Transaction

    /// One table of the pack: a CSV file with this header.
    public struct Table: Sendable {
        public let name: String
        public let columns: [String]
        /// Which of the columns are numbers in the database.
        fileprivate let isInteger: [Bool]
        fileprivate let query: @Sendable (Scope) -> SQL

        /// - Parameter columns: names divided by spaces; those of numbers end with `#`.
        init(_ name: String, _ columns: String, _ query: @escaping @Sendable (Scope) -> SQL) {
            self.name = name
            let names = columns.split(separator: " ")
            self.columns = names.map { $0.filter { $0 != "#" } }
            isInteger = names.map { $0.hasSuffix("#") }
            self.query = query
        }
    }

    /// Shows the rows of a table one by one as text; what is NULL is empty.
    public func forEachRow(_ table: Table, _ scope: Scope, _ body: ([String]) throws -> Void) throws {
        try tx.forEachRow(table.query(scope)) { row in
            var fields: [String] = []
            fields.reserveCapacity(table.columns.count)
            for isInteger in table.isInteger {
                fields.append(isInteger ? row.optionalInteger().map { String($0) } ?? "" : row.optionalText() ?? "")
            }
            try body(fields)
        }
    }

    public static let tables: [Table] = orders + [earlier] + money + budgets + payouts + close

    private static let orders: [Table] = [
        Table(
            "orders",
            """
            id number elder item mode start_ms# end_ms# date quantity# created_ms# is_backfilled# state provider worker price_version \
            unit_price_fen# payable_fen# self_pay_fen# urgency second_worker
            """
        ) { scope in
            """
            \(nested: scope.services)
            SELECT o.id, o.number, o.elder_id, o.item_code, o.mode, o.start_ms, o.end_ms, o.service_date, o.quantity, o.created_ms,
                o.is_backfilled, o.state, o.provider_id, o.worker_id, o.price_version, o.unit_price_fen, o.payable_fen, o.self_pay_fen,
                o.urgency, o.second_worker_id
            FROM packed p JOIN service_order o ON o.id = p.id ORDER BY o.id
            """
        },
        Table("attempts", "order ordinal# provider state offered_ms# price_fen#") { scope in
            """
            \(nested: scope.services)
            SELECT a.order_id, a.ordinal, a.provider_id, a.state, a.offered_ms, a.price_fen
            FROM attempt a JOIN packed p ON p.id = a.order_id ORDER BY a.order_id, a.ordinal
            """
        },
        Table(
            "visits",
            """
            order provider worker in_at_ms# in_received_ms# in_method in_distance_m# in_accuracy_m# in_photo_sha256 in_reason_code \
            out_at_ms# out_received_ms# out_method out_distance_m# out_accuracy_m# out_photo_sha256 out_reason_code confirmed_by confirmed_ms# \
            in_device out_device is_mocked# is_location_off# signature_sha256 signed_by code_lock#
            """
        ) { scope in
            """
            \(nested: scope.services)
            SELECT v.order_id, v.provider_id, v.worker_id, v.in_at_ms, v.in_received_ms, v.in_method, v.in_distance_m, v.in_accuracy_m,
                v.in_photo_sha256, v.in_reason_code, v.out_at_ms, v.out_received_ms, v.out_method, v.out_distance_m, v.out_accuracy_m,
                v.out_photo_sha256, v.out_reason_code, v.confirmed_by, v.confirmed_ms, v.in_device, v.out_device, v.is_mocked, v.is_location_off,
                v.signature_sha256, v.signed_by,
                (SELECT 1 + d.is_locked FROM door_try d WHERE d.order_id = v.order_id AND d.locked_ms IS NOT NULL)
            FROM visit v JOIN packed p ON p.id = v.order_id ORDER BY v.order_id
            """
        },
        Table("callbacks", "order at_ms# came# paid_extra_fen# received") { scope in
            """
            \(nested: scope.services)
            SELECT c.order_id, c.at_ms, c.came, c.paid_extra_fen, c.received
            FROM callback c JOIN packed p ON p.id = c.order_id ORDER BY c.order_id, c.at_ms
            """
        },
        Table("complaints", "order id opened_ms# closed_ms#") { scope in
            """
            \(nested: scope.services)
            SELECT c.order_id, c.id, c.opened_ms, c.closed_ms
            FROM complaint c JOIN packed p ON p.id = c.order_id ORDER BY c.order_id, c.id
            """
        },
        Table("elders", "id birthday region ability_level# lives_alone# cadre death_date classes streets changed_ms#") { scope in
            """
            \(nested: scope.services)
            SELECT e.id, e.birthday, e.region, e.ability_level, e.lives_alone, e.cadre, e.death_date, e.classes, e.streets,
                (SELECT MAX(v.at_ms) FROM event v WHERE v.subject = e.id)
            FROM elder e
            WHERE e.id IN (
                SELECT elder_id FROM packed
                UNION
                SELECT elder_id FROM eaten
                UNION
                SELECT elder_id FROM paid)
            ORDER BY e.id
            """
        },
        Table("absences", "elder from until kind id created_ms# ended_ms#") { scope in
            """
            \(nested: scope.services)
            SELECT elder_id, from_date, until_date, kind, id, created_ms, ended_ms FROM absence
            WHERE from_date <= \(scope.month.last) AND (until_date IS NULL OR until_date >= \(scope.month.adding(-12).first))
                AND elder_id IN (SELECT elder_id FROM packed)
            ORDER BY elder_id, from_date, id
            """
        },
        Table("leaves", "worker from until at_ms#") { scope in
            """
            SELECT worker_id, from_date, until_date, at_ms FROM worker_leave
            WHERE from_date <= \(scope.month.last) AND until_date >= \(scope.month.adding(-12).first) ORDER BY worker_id, from_date
            """
        },
    ]

    private static let earlier = Table(
        "earlier", "order number elder item date created_ms# worker second_worker in_at_ms# out_at_ms# changed_ms#"
    ) { scope in
        """
        \(nested: scope.services)
        SELECT o.id, o.number, o.elder_id, o.item_code, o.service_date, o.created_ms, v.worker_id, o.second_worker_id, v.in_at_ms, v.out_at_ms,
            (SELECT MAX(c.at_ms) FROM event c WHERE c.subject = o.elder_id)
        FROM earlier p JOIN service_order o ON o.id = p.id JOIN visit v ON v.order_id = o.id ORDER BY o.id
        """
    }

    private static let money: [Table] = [
        Table("legs", "order attempt# ordinal# fund programme version# amount_fen# draws state budgets bonus_fen#") { scope in
            """
            \(nested: scope.services)
            SELECT l.order_id, l.attempt, l.ordinal, l.fund, l.programme, l.version, l.amount_fen, l.draws, l.state, l.budgets, l.bonus_fen
            FROM funding_leg l JOIN packed p ON p.id = l.order_id ORDER BY l.order_id, l.attempt, l.ordinal
            """
        },
        Table(
            "swipes",
            """
            id elder canteen item date slot device device_ms# received_ms# class price_version payable_fen# self_pay_fen# legs settlement draws budgets \
            bonuses entry doubt
            """
        ) { scope in
            """
            \(nested: scope.services)
            SELECT m.id, m.elder_id, m.canteen_id, m.item_code, m.service_date, m.slot, m.device, m.device_ms, m.received_ms, m.class_code,
                m.price_version, m.payable_fen, m.self_pay_fen, m.legs, m.settlement, m.draws, m.budgets, m.bonuses, m.entry, m.doubt
            FROM eaten p JOIN meal_swipe m ON m.id = p.id ORDER BY m.id
            """
        },
        Table("entitlements", "elder programme period granted_fen# reserved_fen# posted_fen#") { scope in
            """
            \(nested: scope.services)
            SELECT elder_id, programme, period, granted_fen, reserved_fen, posted_fen FROM entitlement
            WHERE elder_id IN (
                SELECT elder_id FROM packed
                UNION
                SELECT elder_id FROM eaten
                UNION
                SELECT elder_id FROM paid)
            ORDER BY elder_id, programme, period
            """
        },
        Table("adjustments", "id month provider subject rule basis amount_fen# entered_by approved_by statement_month is_funded# moved_fen#") { scope in
            let month = scope.month
            return """
            SELECT id, month, provider_id, subject, rule, basis, amount_fen, entered_by, approved_by, statement_month, is_funded,
                moved_fen
            FROM adjustment
            WHERE month = \(month) OR statement_month = \(month) ORDER BY id
            """
        },
        Table("postings", "seq# at_ms# kind subject debit credit amount_fen# reverses#") { scope in
            """
            \(nested: scope.services)
            SELECT seq, at_ms, kind, subject, debit, credit, amount_fen, reverses FROM posting
            WHERE subject IN (
                SELECT id FROM packed
                UNION
                SELECT id FROM eaten
                UNION
                SELECT id FROM paid)
            ORDER BY seq
            """
        },
        Table("decisions", "subject provider kind reason by at_ms#") { scope in
            let month = scope.month
            return """
            SELECT subject, provider_id, kind, reason, by_name, at_ms FROM line_decision WHERE month = \(month) ORDER BY subject
            """
        },
        Table("statements", "provider lines# held# gross_fen# subsidy_fen# self_pay_fen# deducted_fen# payable_fen# sha256 frozen_ms#") { scope in
            let month = scope.month
            return """
            SELECT provider_id, lines, held, gross_fen, subsidy_fen, self_pay_fen, deducted_fen, payable_fen, sha256, frozen_ms
            FROM statement WHERE month = \(month) ORDER BY provider_id
            """
        },
    ]

    // MARK: Ways and relations

    /// 路程: between two visits that a worker makes one after the other; how far apart the homes are, and not where.
    public struct Way: Sendable {
        public let worker: WorkerID
        public let begin: Instant
        public let order: OrderID
        public let before: OrderID
        /// Nil when the place of a home is not known.
        public let metres: Int?
    }

    /// Shows every way of a month, by worker, begin and order; between two settled visits of months before none is asked for.
    ///
    /// - Parameter isBound: whether an item keeps its worker from everybody else.
    public func forEachWay(_ scope: Scope, isBound: (ItemCode) -> Bool, _ body: (Way) throws -> Void) throws {
        var last: (worker: WorkerID, order: OrderID, isEarlier: Bool, place: Coordinate?)?
        try tx.forEachRow(scope.isClosed ? Self.frozenVisits(scope) : Self.runningVisits(scope)) { row in
            let (worker, begin, order) = (try row.id(Worker.self), try row.instant(), try row.id(Order.self))
            let (isEarlier, item) = (try row.bool(), try row.id(Item.self))
            let (latitude, longitude) = (row.optionalInteger(), row.optionalInteger())
            guard isBound(item) else { return }
            let place = latitude.flatMap { y in longitude.flatMap { Coordinate(latitude: Double(y) / 1e6, longitude: Double($0) / 1e6) } }
            if let last, last.worker == worker, !(last.isEarlier && isEarlier) {
                let metres = last.place.flatMap { from in place.map { from.metres(to: $0) } }
                try body(Way(worker: worker, begin: begin, order: order, before: last.order, metres: metres))
            }
            last = (worker, order, isEarlier, place)
        }
    }

    /// Of each of two workers once.
    private static let visits: StaticString = """
        , met AS (
            SELECT id, 0 AS is_earlier FROM packed
            UNION ALL
            SELECT id, 1 FROM earlier),
        served AS (
            SELECT v.worker_id AS worker, v.in_at_ms, v.order_id, m.is_earlier FROM visit v JOIN met m ON m.id = v.order_id
            WHERE v.out_at_ms > v.in_at_ms
            UNION ALL
            SELECT o.second_worker_id, v.in_at_ms, v.order_id, m.is_earlier
            FROM visit v JOIN met m ON m.id = v.order_id JOIN service_order o ON o.id = v.order_id
            WHERE v.out_at_ms > v.in_at_ms AND o.second_worker_id IS NOT NULL AND o.second_worker_id <> v.worker_id)
        SELECT s.worker, s.in_at_ms, s.order_id, s.is_earlier, o.item_code, e.latitude_e6, e.longitude_e6
        FROM served s JOIN service_order o ON o.id = s.order_id JOIN elder e ON e.id = o.elder_id
        """

    private static func runningVisits(_ scope: Scope) -> SQL {
        "\(nested: scope.services) \(sql: visits) WHERE o.state = 'closed' ORDER BY s.worker, s.in_at_ms, s.order_id"
    }

    private static func frozenVisits(_ scope: Scope) -> SQL {
        """
        \(nested: scope.services) \(sql: visits)
        WHERE s.is_earlier = 1 OR EXISTS (SELECT 1 FROM statement_line l WHERE l.subject = s.order_id AND l.month = \(scope.month))
        ORDER BY s.worker, s.in_at_ms, s.order_id
        """
    }

    /// 关系: between a worker and one of these elders, and since when it is known; nil for a telephone they share, which stands in their files.
    public func relations(_ scope: Scope, workers: [Worker]) throws -> [(tie: Terms.Tie, at: Instant?)] {
        var found: [Terms.Tie: Instant?] = [:]
        let byPhone = Dictionary(grouping: workers, by: \.phone.text)
        let declared = Dictionary(try tx.roster.declared().map { ($0.tie, $0.at) }) { min($0, $1) }
        let shared = try tx.roster.ties(phones: byPhone.compactMapValues { $0.first?.id }).keys.filter { declared[$0] == nil }
        let phoned = Dictionary(grouping: shared, by: \.elder)
        let known = Dictionary(grouping: declared, by: \.key.elder)
        try tx.forEachRow("\(nested: scope.services) SELECT e.id, e.contacts FROM elder e WHERE e.id IN (SELECT elder_id FROM packed) ORDER BY e.id") { row in
            let (elder, contacts) = (try row.id(Elder.self), try row.text())
            for phone in Packed.phones(contacts) {
                for worker in byPhone[phone] ?? [] { found[Terms.Tie(worker: worker.id, elder: elder)] = .some(nil) }
            }
            for tie in phoned[elder] ?? [] { found[tie] = .some(nil) }
            for (tie, at) in known[elder] ?? [] where found[tie] == nil { found[tie] = at }
        }
        return found.sorted { ($0.key.worker, $0.key.elder) < ($1.key.worker, $1.key.elder) }.map { ($0.key, $0.value) }
    }

    // MARK: Roots

    public struct Root: Hashable, Sendable {
        public let root: String
        public let linesRoot: String
        public let lines: Int

        public init(root: String, linesRoot: String, lines: Int) {
            self.root = root
            self.linesRoot = linesRoot
            self.lines = lines
        }
    }

    /// The roots under which a closed month has been exported, first one first.
    public func roots(_ month: Month) throws -> [Root] {
        try tx.rows("SELECT root, lines_root, lines FROM month_root WHERE month = \(month) ORDER BY at_ms, root") {
            Root(root: try $0.text(), linesRoot: try $0.text(), lines: try $0.int())
        }
    }

    /// Remembers a root; the same one again changes nothing.
    public func record(_ root: Root, of month: Month, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO month_root (month, root, lines_root, lines, at_ms, by_name)
            VALUES (\(month), \(root.root), \(root.linesRoot), \(root.lines), \(now), \(by))
            ON CONFLICT (month, root) DO NOTHING
            """)
    }
}

extension Transaction {
    public var packs: PackRepository { PackRepository(tx: self) }
}
