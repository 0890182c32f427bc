import Kernel

/// The records from which a month can be computed again by somebody else, table by table, in an order that does not vary.
public struct PackRepository {
    let tx: any Transaction

    /// One table of the pack: a CSV file with this header.
    public struct Table: Sendable {
        public let name: String
        public let columns: [String]
        /// Which of the columns are numbers in the database.
        fileprivate let isInteger: [Bool]
        fileprivate let query: @Sendable (Month) -> SQL

        /// - Parameter columns: names divided by spaces; those of numbers end with `#`.
        fileprivate init(_ name: String, _ columns: String, _ query: @escaping @Sendable (Month) -> SQL) {
            self.name = name
            let names = columns.split(separator: " ")
            self.columns = names.map { $0.filter { $0 != "#" } }
            isInteger = names.map { $0.hasSuffix("#") }
            self.query = query
        }
    }

    /// Shows the rows of a table one by one as text; what is NULL is empty.
    public func forEachRow(_ table: Table, _ month: Month, _ body: ([String]) throws -> Void) throws {
        try tx.forEachRow(table.query(month)) { row in
            var fields: [String] = []
            fields.reserveCapacity(table.columns.count)
            for isInteger in table.isInteger {
                fields.append(isInteger ? row.optionalInteger().map { String($0) } ?? "" : row.optionalText() ?? "")
            }
            try body(fields)
        }
    }

    public static let tables: [Table] = orders + money

    private static let orders: [Table] = [
        Table(
            "orders",
            """
            id number elder item mode start_ms# end_ms# date quantity# created_ms# is_backfilled# state provider worker price_version \
            unit_price_fen# payable_fen# self_pay_fen# urgency
            """
        ) { month in
            """
            SELECT id, number, elder_id, item_code, mode, start_ms, end_ms, service_date, quantity, created_ms, is_backfilled, state,
                provider_id, worker_id, price_version, unit_price_fen, payable_fen, self_pay_fen, urgency
            FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last) ORDER BY id
            """
        },
        Table("attempts", "order ordinal# provider state offered_ms# price_fen#") { month in
            """
            SELECT a.order_id, a.ordinal, a.provider_id, a.state, a.offered_ms, a.price_fen
            FROM attempt a JOIN service_order o ON o.id = a.order_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) ORDER BY a.order_id, a.ordinal
            """
        },
        Table(
            "visits",
            """
            order provider worker in_at_ms# in_received_ms# in_method in_distance_m# in_accuracy_m# in_photo_sha256 in_reason_code \
            out_at_ms# out_received_ms# out_method out_distance_m# out_accuracy_m# out_photo_sha256 out_reason_code confirmed_by confirmed_ms# \
            in_device out_device is_mocked# is_location_off# signature_sha256 signed_by
            """
        ) { month in
            """
            SELECT v.order_id, v.provider_id, v.worker_id, v.in_at_ms, v.in_received_ms, v.in_method, v.in_distance_m, v.in_accuracy_m,
                v.in_photo_sha256, v.in_reason_code, v.out_at_ms, v.out_received_ms, v.out_method, v.out_distance_m, v.out_accuracy_m,
                v.out_photo_sha256, v.out_reason_code, v.confirmed_by, v.confirmed_ms, v.in_device, v.out_device, v.is_mocked, v.is_location_off,
                v.signature_sha256, v.signed_by
            FROM visit v JOIN service_order o ON o.id = v.order_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) ORDER BY v.order_id
            """
        },
        Table("callbacks", "order at_ms# came# paid_extra_fen# received") { month in
            """
            SELECT c.order_id, c.at_ms, c.came, c.paid_extra_fen, c.received
            FROM callback c JOIN service_order o ON o.id = c.order_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) ORDER BY c.order_id, c.at_ms
            """
        },
        Table("complaints", "order id opened_ms# closed_ms#") { month in
            """
            SELECT c.order_id, c.id, c.opened_ms, c.closed_ms
            FROM complaint c JOIN service_order o ON o.id = c.order_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) ORDER BY c.order_id, c.id
            """
        },
        Table("elders", "id birthday region ability_level# lives_alone# cadre death_date classes changed_ms#") { month in
            """
            SELECT e.id, e.birthday, e.region, e.ability_level, e.lives_alone, e.cadre, e.death_date, e.classes,
                (SELECT MAX(v.at_ms) FROM event v WHERE v.subject = e.id)
            FROM elder e
            WHERE e.id IN (
                SELECT elder_id FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last)
                UNION
                SELECT elder_id FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last))
            ORDER BY e.id
            """
        },
        Table("absences", "elder from until kind id created_ms# ended_ms#") { month in
            """
            SELECT elder_id, from_date, until_date, kind, id, created_ms, ended_ms FROM absence
            WHERE from_date <= \(month.last) AND (until_date IS NULL OR until_date >= \(month.first))
                AND elder_id IN (SELECT elder_id FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last))
            ORDER BY elder_id, from_date, id
            """
        },
        Table("leaves", "worker from until at_ms#") { month in
            """
            SELECT worker_id, from_date, until_date, at_ms FROM worker_leave
            WHERE from_date <= \(month.last) AND until_date >= \(month.first) ORDER BY worker_id, from_date
            """
        },
    ]

    private static let money: [Table] = [
        Table("legs", "order attempt# ordinal# fund programme version# amount_fen# draws state budgets") { month in
            """
            SELECT l.order_id, l.attempt, l.ordinal, l.fund, l.programme, l.version, l.amount_fen, l.draws, l.state, l.budgets
            FROM funding_leg l JOIN service_order o ON o.id = l.order_id
            WHERE o.service_date >= \(month.first) AND o.service_date <= \(month.last) ORDER BY l.order_id, l.attempt, l.ordinal
            """
        },
        Table(
            "swipes",
            """
            id elder canteen item date slot device device_ms# received_ms# class price_version payable_fen# self_pay_fen# legs settlement draws budgets
            """
        ) { month in
            """
            SELECT id, elder_id, canteen_id, item_code, service_date, slot, device, device_ms, received_ms, class_code, price_version,
                payable_fen, self_pay_fen, legs, settlement, draws, budgets
            FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last) ORDER BY id
            """
        },
        Table("entitlements", "elder programme period granted_fen# reserved_fen# posted_fen#") { month in
            """
            SELECT elder_id, programme, period, granted_fen, reserved_fen, posted_fen FROM entitlement
            WHERE elder_id IN (
                SELECT elder_id FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last)
                UNION
                SELECT elder_id FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last))
            ORDER BY elder_id, programme, period
            """
        },
        Table("budgets", "fund year# category region granted_fen# extra_fen# reserved_fen# posted_fen#") { month in
            """
            SELECT fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen FROM budget
            WHERE year = \(month.year) ORDER BY fund, year, category, region
            """
        },
        Table("budget_use", "source budgets legs month state amount_fen# count#") { month in
            let (first, last) = (LocalDate(month.year, 1, 1), LocalDate(month.year, 12, 31))
            return """
                SELECT 'meal', budgets, legs, SUBSTR(service_date, 1, 7), 'posted', CAST(SUM(payable_fen - self_pay_fen) AS BIGINT), COUNT(*)
                FROM meal_swipe
                WHERE service_date >= \(first) AND service_date <= \(last) AND settlement <> 'reversed' AND budgets <> ''
                GROUP BY budgets, legs, SUBSTR(service_date, 1, 7)
                UNION ALL
                SELECT 'order', l.budgets, '', SUBSTR(o.service_date, 1, 7), l.state, CAST(SUM(l.amount_fen) AS BIGINT), COUNT(*)
                FROM funding_leg l JOIN service_order o ON o.id = l.order_id
                WHERE o.service_date >= \(first) AND o.service_date <= \(last) AND l.state <> 'released' AND l.budgets <> ''
                GROUP BY l.budgets, SUBSTR(o.service_date, 1, 7), l.state
                ORDER BY 1, 2, 3, 4, 5
                """
        },
        Table("adjustments", "id month provider subject rule basis amount_fen# entered_by approved_by statement_month") { month in
            """
            SELECT id, month, provider_id, subject, rule, basis, amount_fen, entered_by, approved_by, statement_month FROM adjustment
            WHERE month = \(month) OR statement_month = \(month) ORDER BY id
            """
        },
        Table("postings", "seq# at_ms# kind subject debit credit amount_fen# reverses#") { month in
            """
            SELECT seq, at_ms, kind, subject, debit, credit, amount_fen, reverses FROM posting
            WHERE subject IN (
                SELECT id FROM service_order WHERE service_date >= \(month.first) AND service_date <= \(month.last)
                UNION
                SELECT id FROM meal_swipe WHERE service_date >= \(month.first) AND service_date <= \(month.last))
            ORDER BY seq
            """
        },
        Table("decisions", "subject provider kind reason by at_ms#") { month in
            """
            SELECT subject, provider_id, kind, reason, by_name, at_ms FROM line_decision WHERE month = \(month) ORDER BY subject
            """
        },
        Table("statements", "provider lines# held# gross_fen# subsidy_fen# self_pay_fen# deducted_fen# payable_fen# sha256 frozen_ms#") { month in
            """
            SELECT provider_id, lines, held, gross_fen, subsidy_fen, self_pay_fen, deducted_fen, payable_fen, sha256, frozen_ms
            FROM statement WHERE month = \(month) ORDER BY provider_id
            """
        },
    ]

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
