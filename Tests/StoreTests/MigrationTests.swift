import Kernel
import Registry
import Store
import StoreSQLite
import TestSupport
import Testing

@Suite struct `The schema` {
    static let zero = Instant(milliseconds: 0)
    static let small = [
        Migration(number: 1, name: "one", sql: "CREATE TABLE one (id INTEGER NOT NULL PRIMARY KEY) STRICT;"),
        Migration(number: 2, name: "two", sql: "CREATE TABLE two (id INTEGER NOT NULL PRIMARY KEY, raw BLOB) STRICT;"),
    ]

    @Test(arguments: Backend.available)
    func `made twice is made once`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await Migrator.all.migrate(database, now: Self.zero)
            let before = try await database.read { tx in try tx.integer("SELECT COUNT(*) FROM schema_migration") }
            try await Migrator.all.migrate(database, now: Self.zero + .days(1))
            #expect(try await database.read { tx in try tx.integer("SELECT COUNT(*) FROM schema_migration") } == before)
            #expect(try await database.read { tx in try tx.integer("SELECT MAX(applied_ms) FROM schema_migration") } == 0)
            try await Migrator.all.check(database)
        }
    }

    @Test(arguments: Backend.available)
    func `of a newer program is refused`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await Migrator(Self.small).migrate(database, now: Self.zero)
            let older = Migrator(Array(Self.small.prefix(1)))
            for fault in [await refusal { try await older.migrate(database, now: Self.zero) }, await refusal { try await older.check(database) }] {
                #expect(fault?.code == "database_schema")
                #expect(fault?.message.contains("更新的版本") == true)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `that was altered is refused with the number and name of the step`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await Migrator(Self.small).migrate(database, now: Self.zero)
            let altered = Migrator([Self.small[0], Migration(number: 2, name: "two", sql: "CREATE TABLE other (id INTEGER) STRICT;")])
            let fault = await refusal { try await altered.migrate(database, now: Self.zero) }
            #expect(fault?.code == "database_schema")
            #expect(fault?.message.contains("第 2 步迁移（two）") == true)
        }
    }

    @Test(arguments: Backend.available)
    func `that is older or not there at all asks for a migration`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            let none = await refusal { try await Migrator(Self.small).check(database) }
            #expect(none?.message.contains("vnh migrate") == true)
            try await Migrator(Array(Self.small.prefix(1))).migrate(database, now: Self.zero)
            let older = await refusal { try await Migrator(Self.small).check(database) }
            #expect(older?.message.contains("第 1 步迁移") == true)
        }
    }

    @Test(arguments: Backend.available)
    func `whose step fails half-way keeps nothing of that step`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            let broken = Migrator([Self.small[0], Migration(number: 2, name: "bad", sql: "CREATE TABLE three (id INTEGER) STRICT;\nCREATE TABLE three (id INTEGER) STRICT;")])
            await #expect(throws: (any Error).self) { try await broken.migrate(database, now: Self.zero) }
            try await Migrator(Self.small).migrate(database, now: Self.zero)
            await #expect(throws: (any Error).self) { try await database.read { tx in try tx.integer("SELECT COUNT(*) FROM three") } }
        }
    }

    /// Step 15 moves the stays of elders to their absences, which end a day earlier; status, first day, day of coming back → kind, last day away.
    @Test(arguments: Backend.available)
    func `keeps where elders were when their stays become absences`(backend: Backend) async throws {
        let stays: [(from: String, status: String, until: String?, kind: String?, last: String?)] = [
            ("2025-01-10", "hospital", "2025-01-20", "hospital", "2025-01-19"), ("2025-02-01", "away", "2025-02-11", "travel", "2025-02-10"),
            ("2025-02-20", "institution", "2025-03-01", "institution", "2025-02-28"), ("2025-12-30", "hospital", "2026-01-01", "hospital", "2025-12-31"),
            ("2026-04-03", "away", "2026-05-01", "travel", "2026-04-30"), ("2026-11-03", "away", "2026-12-01", "travel", "2026-11-30"),
            // Of a leap year the 29th counts for whoever served.
            ("2028-02-20", "hospital", "2028-03-01", "hospital", "2028-02-28"), ("2028-06-05", "hospital", nil, "hospital", nil),
            ("2028-07-01", "dead_unverified", nil, nil, nil),
        ]
        try await backend.withEmpty { database in
            try await Migrator(Array(Migrator.all.migrations.prefix(14))).migrate(database, now: Self.zero)
            try await database.writeAlone { tx in
                try tx.execute(
                    """
                    INSERT INTO elder (id, number, name, pinyin, initials, sex, birthday, region, community, estate, building, unit, room,
                        landmark, ability_level, lives_alone, status, classes, diet, alerts, contacts, blocked_providers)
                    VALUES ('e1', 'LZ1', '王示例', 'wang', 'w', 'male', '1940-01-01', '620102001', '', '', '', '', '', '', 0, 0, 'active', '', '',
                        '', '', '')
                    """)
                for stay in stays {
                    try tx.execute(
                        """
                        INSERT INTO elder_stay (elder_id, from_date, until_date, status)
                        VALUES (\("e1"), \(stay.from), \(stay.until), \(stay.status))
                        """)
                }
                try tx.execute(
                    """
                    INSERT INTO adjustment (id, month, provider_id, subject, amount_fen, reason, entered_by, entered_ms)
                    VALUES ('a1', '2026-01', 'P001', 'o1', -500, 'r', 'f', 0)
                    """)
            }
            try await Migrator.all.migrate(database, now: Self.zero)
            let kept = try await database.read { tx in
                try tx.rows("SELECT from_date, kind, until_date, ended_ms FROM absence WHERE elder_id = 'e1' ORDER BY from_date") {
                    [try $0.text(), try $0.text(), $0.optionalText() ?? "", $0.optionalInteger() == nil ? "open" : "ended"]
                }
            }
            #expect(kept == stays.compactMap { stay in
                stay.kind.map { [stay.from, $0, stay.last ?? "", stay.until == nil ? "open" : "ended"] }
            })
            // A correction made before rules could take anything stands under no rule.
            let rule = try await database.read { tx in try tx.first("SELECT rule, basis FROM adjustment WHERE id = 'a1'") { [try $0.text(), try $0.text()] } }
            #expect(rule == ["", ""])
            await #expect(throws: (any Error).self) { try await database.read { tx in try tx.integer("SELECT COUNT(*) FROM elder_stay") } }
        }
    }

    /// Step 37 books anew what corrections had booked under the month of their approval, or twice; nothing is edited.
    @Test(arguments: Backend.available)
    func `books the corrections of before under the months that pay them`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await Migrator(Array(Migrator.all.migrations.prefix(36))).migrate(database, now: Self.zero)
            try await database.writeAlone { tx in
                // A held line that was corrected in June and stands on May's statement, one that waits, two taken back, one of them in its month, and what
                // was carried.
                for (id, rule, amount, pays) in [
                    ("held", "", 700, "2026-05"), ("waits", "", 300, nil), ("back", "", -200, "2026-06"), ("less", "", -100, "2026-05"), ("carry/P001", "CARRY", -50, "2026-06"),
                ] as [(String, String, Int64, String?)] {
                    try tx.execute(
                        """
                        INSERT INTO adjustment (id, month, provider_id, subject, amount_fen, reason, entered_by, entered_ms, approved_by, approved_ms,
                            statement_month, rule, basis)
                        VALUES (\(id), '2026-04', 'P001', \(id), \(Fen(amount)), 'r', 'a', 0, 'b', 0, \(pays), \(rule), '')
                        """)
                }
                try tx.execute(
                    """
                    INSERT INTO statement_line (month, provider_id, ordinal, kind, subject, number, elder_id, item_code, service_date, quantity,
                        unit_price_fen, gross_fen, subsidy_fen, self_pay_fen, funding, evidence, verdict, findings)
                    VALUES ('2026-04', 'P001', 1, 'order', 'held', '260410-00001', 'e1', '06001', '2026-04-10', 100, 700, 700, 700, 0, '', 3, 'held', '')
                    """)
                let (april, june) = ("payable/P001/2026-04", "payable/P001/2026-06")
                let correction = "correction/2026-04"
                try tx.ledger.append(
                    [
                        Ledger.Posting(.post, subject: "held", debit: april, credit: "reserved/A/2026-04", amount: Fen(700)),
                        Ledger.Posting(.reverse, subject: "held", debit: june, credit: correction, amount: Fen(700), reverses: 1),
                        Ledger.Posting(.reverse, subject: "waits", debit: june, credit: correction, amount: Fen(300)),
                        Ledger.Posting(.reverse, subject: "back", debit: correction, credit: june, amount: Fen(200)),
                        Ledger.Posting(.reverse, subject: "less", debit: correction, credit: june, amount: Fen(100)),
                    ], at: Self.zero)
            }
            try await Migrator.all.migrate(database, now: Self.zero)
            let balances = try await database.read { tx in
                try tx.rows("SELECT name, debit_fen - credit_fen FROM account WHERE debit_fen <> credit_fen ORDER BY name") {
                    "\(try $0.text()) \(try $0.fen().amount)"
                }
            }
            #expect(balances == [
                "correction/2026-04 300", "payable/P001/2026-04 50", "payable/P001/2026-05 600", "payable/P001/2026-06 -250", "reserved/A/2026-04 -700",
            ])
            let (entries, moved) = try await database.read { tx in
                (try tx.ledger.of("held"), try tx.integer("SELECT moved_fen FROM adjustment WHERE id = 'held'"))
            }
            #expect(entries.count == 5 && moved == 700 && entries.dropFirst(2).map(\.reverses) == [2, 2, 1])
        }
    }

    /// Step 29 keeps sums of what was written before it: by month of each budget, and of the held and blocked lines of each statement.
    @Test(arguments: Backend.available)
    func `adds up what was written before its sums were kept`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await Migrator(Array(Migrator.all.migrations.prefix(28))).migrate(database, now: Self.zero)
            try await database.writeAlone { tx in
                for (key, posted) in [("meal_subsidy", 2300), ("directed", 300)] {
                    try tx.execute(
                        """
                        INSERT INTO budget (fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level)
                        VALUES (\(key), 2026, '', '', 9000, 0, 0, \(posted), 'open')
                        """)
                }
                try tx.execute(
                    """
                    INSERT INTO elder (id, number, name, pinyin, initials, sex, birthday, region, community, estate, building, unit, room,
                        landmark, ability_level, lives_alone, status, classes, diet, alerts, contacts, blocked_providers)
                    VALUES ('e1', 'LZ1', '王示例', 'wang', 'w', 'male', '1940-01-01', '620102001', '', '', '', '', '', '', 0, 0, 'active', '', '',
                        '', '', '')
                    """)
                let (lunch, gift) = ("meal_subsidy:2026:all:all", "directed:2026:all:all")
                for (id, date, legs, budgets, bonuses) in [
                    ("m1", "2026-01-05", "meal_subsidy|LUNCH|1|700", lunch, ""), ("m2", "2026-01-06", "meal_subsidy|LUNCH|1|700", lunch, ""),
                    ("m3", "2026-02-05", "meal_subsidy|LUNCH|1|600;directed|GIFT|1|100", "\(lunch)/\(gift)", ""),
                    ("m4", "2026-02-06", "meal_subsidy|LUNCH|1|200;directed|GIFT|1|150", "\(lunch)/\(gift)", "100/50"),
                ] {
                    try tx.execute(
                        """
                        INSERT INTO meal_swipe (id, elder_id, canteen_id, item_code, service_date, slot, device, device_ms, received_ms, class_code,
                            price_version, payable_fen, self_pay_fen, legs, settlement, budgets, bonuses)
                        VALUES (\(id), 'e1', 'P001', '01001', \(date), 'lunch', 't', 0, 0, 'ordinary', '1', 1500,
                            \(1500 - (legs.contains("700") || legs.contains("600") ? 700 : 350)), \(legs), 'ready', \(budgets), \(bonuses))
                        """)
                }
                try tx.execute("INSERT INTO settlement_month (month, state, started_ms, closed_by) VALUES ('2026-01', 'closed', 0, 'f')")
                try tx.execute("INSERT INTO close_grant (name, authority, granted_by, at_ms) VALUES ('s', 'street', 'a', 0), ('p', 'pay', 'a', 0)")
                try tx.execute(
                    """
                    INSERT INTO statement (month, provider_id, lines, held, gross_fen, subsidy_fen, self_pay_fen, deducted_fen, payable_fen, sha256, frozen_ms)
                    VALUES ('2026-01', 'P001', 4, 2, 0, 1000, 0, 600, 400, 'x', 0), ('2026-01', 'P002', 0, 0, 0, 0, 0, 0, 0, 'y', 0)
                    """)
                for (ordinal, verdict) in ["paid", "held", "held", "blocked"].enumerated() {
                    try tx.execute(
                        """
                        INSERT INTO statement_line (month, provider_id, ordinal, kind, subject, number, elder_id, item_code, service_date, quantity,
                            unit_price_fen, gross_fen, subsidy_fen, self_pay_fen, funding, evidence, verdict, findings)
                        VALUES ('2026-01', 'P001', \(ordinal + 1), 'order', \("s\(ordinal)"), '', 'e1', '06001', '2026-01-05', 100, 0, 0,
                            \(100 * (ordinal + 1)), 0, '', 2, \(verdict), '')
                        """)
                }
            }
            try await Migrator.all.migrate(database, now: Self.zero)
            // Tills that have swiped are their canteens'; whoever signed for the streets still does.
            let (isOwn, isOthers, street, none) = try await database.read { tx in
                (
                    try tx.tills.isRegistered("t", at: ProviderID("P001")), try tx.tills.isRegistered("t", at: ProviderID("P002")),
                    try tx.close.street(of: "s"), try tx.close.street(of: "p")
                )
            }
            #expect(isOwn && !isOthers && street == "all" && none == nil)
            let months = try await database.read { tx in
                try tx.rows("SELECT fund, month, reserved_fen, posted_fen, services FROM budget_month ORDER BY fund, month") {
                    [try $0.text(), try $0.text(), "\(try $0.int())", "\(try $0.int())", "\(try $0.int())"]
                }
            }
            #expect(months == [
                ["directed", "2026-02", "0", "300", "2"], ["meal_subsidy", "2026-01", "0", "1400", "2"], ["meal_subsidy", "2026-02", "0", "900", "2"],
            ])
            #expect(try await database.read { tx in try tx.budgets.faults() } == [])
            let sums = try await database.read { tx in
                try tx.rows("SELECT provider_id, blocked, held_fen, elders FROM statement ORDER BY provider_id") {
                    [try $0.text(), "\(try $0.int())", "\(try $0.int())", $0.optionalInteger().map { "\($0)" } ?? "unknown"]
                }
            }
            #expect(sums == [["P001", "1", "500", "unknown"], ["P002", "0", "0", "unknown"]])
        }
    }

    private func columns(_ database: any Database) async throws -> [String] {
        try await database.read { tx in
            switch tx.dialect {
            case .postgres:
                try tx.rows(
                    "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()"
                ) { try $0.text() }.sorted()
            case .sqlite:
                try tx.rows(
                    "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
                ) { try $0.text() }.sorted()
            }
        }
    }

    @Test(arguments: Backend.available)
    func `has the same tables and columns on every database`(backend: Backend) async throws {
        let expected = try await Backend.memory.withMigrated { try await columns($0) }
        #expect(expected.count > 100)
        #expect(try await backend.withMigrated { try await columns($0) } == expected)
    }

    /// The queries that run for every call, order, poll and swipe, in the words of the repositories.
    @Test(arguments: [
        "SELECT id FROM service_order WHERE id = 'x'",
        "SELECT id FROM service_order WHERE elder_id = 'e' AND start_ms > 1 AND start_ms < 2 AND item_code = 'i'",
        "SELECT id FROM service_order WHERE elder_id = 'e' ORDER BY start_ms DESC, id DESC LIMIT 20",
        "SELECT id FROM service_order WHERE timer_due_ms IS NOT NULL AND timer_due_ms <= 5 ORDER BY timer_due_ms LIMIT 200",
        "SELECT id FROM service_order WHERE provider_id = 'p' AND state = 'offered' AND id > '' ORDER BY id LIMIT 50",
        "SELECT MAX(provider_seq) FROM event WHERE provider_id = 'p'", "SELECT seq FROM event WHERE subject = 's' ORDER BY seq LIMIT 500",
        "SELECT seq FROM event WHERE provider_id = 'p' AND provider_seq > 3 ORDER BY provider_seq LIMIT 50",
        "SELECT ordinal FROM attempt WHERE order_id = 'o' AND state IN ('offered', 'accepted') LIMIT 1",
        "SELECT granted_fen FROM entitlement WHERE elder_id = 'e' AND programme = 'p' AND period = '2026-03'",
        "SELECT kind FROM posting WHERE subject = 's' ORDER BY seq", "SELECT amount_fen FROM funding_leg WHERE order_id = 'o'",
    ])
    func `never makes a frequent query read a whole table`(query: String) async throws {
        let plan = try await Backend.memory.withMigrated { database in
            try await database.read { tx in
                try tx.rows(SQL(text: "EXPLAIN QUERY PLAN " + query)) { row in
                    _ = (row.optionalInteger(), row.optionalInteger(), row.optionalInteger())
                    return try row.text()
                }
            }
        }
        #expect(!plan.isEmpty)
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
    }
}
